/** The system's dialogs: choosing what to read, and saying where an exported file goes. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { app, dialog, type OpenDialogOptions } from 'electron';
import type { ExportedFile } from '../../shared/api/review.ts';
import { fault } from '../../shared/errors.ts';
import type { Choice } from '../../shared/shell.ts';
import { en } from '../../shared/texts/en.ts';
import type { Workstation } from '../workstation/workstation.ts';
import { PAGE } from './address.ts';
import type { MainWindow } from './window.ts';

export const choices = ['scans', 'folder', 'certificate', 'key'] as const satisfies Choice[];

const dialogs: Record<Choice, OpenDialogOptions> = {
  scans: {
    title: en.shell.choose.scans,
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: en.shell.choose.scanFiles, extensions: ['nii', 'gz', 'nrrd', 'mha', 'mhd', 'dcm'] },
      { name: en.shell.choose.anyFile, extensions: ['*'] }, // DICOM files often have no ending
    ],
  },
  folder: { title: en.shell.choose.folder, properties: ['openDirectory', 'multiSelections'] },
  certificate: {
    title: en.shell.choose.certificate,
    properties: ['openFile'],
    filters: [{ name: en.shell.choose.certificateFiles, extensions: ['pem', 'crt', 'cer'] }],
  },
  key: {
    title: en.shell.choose.key,
    properties: ['openFile'],
    filters: [{ name: en.shell.choose.keyFiles, extensions: ['pem', 'key'] }],
  },
};

/** Absolute paths; null where the person cancelled. */
export async function chooseFiles(window: MainWindow, what: Choice): Promise<string[] | null> {
  if (!window.open) return null;
  const { canceled, filePaths } = await dialog.showOpenDialog(window.open, dialogs[what]);
  return canceled ? null : filePaths;
}

/** False where the person cancelled. Throws `site.export-gone` and `site.not-saved`. */
export async function saveFile(window: MainWindow, workstation: Workstation, file: ExportedFile): Promise<boolean> {
  if (!window.open) return false;
  const address = new URL(file.address, PAGE);
  if (!address.href.startsWith(`${PAGE}site/exports/`)) throw fault('site.export-gone', { file: file.name });
  const name = basename(file.name);
  const { canceled, filePath } = await dialog.showSaveDialog(window.open, {
    title: en.shell.save.title,
    defaultPath: join(app.getPath('documents'), name),
    filters: [{ name: en.shell.save.sameKind, extensions: [extname(name).slice(1)] }].filter(
      ({ extensions: [e] }) => e,
    ),
  });
  if (canceled || !filePath) return false;
  const answer = await workstation.fetch(new Request(address));
  if (!answer.ok || answer.body === null) throw fault('site.export-gone', { file: name });
  const part = `${filePath}.part`; // what was there before is replaced only by a whole file
  try {
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), createWriteStream(part));
    await rename(part, filePath);
  } catch (error) {
    await rm(part, { force: true });
    throw fault('site.not-saved', { file: filePath, reason: (error as Error).message }, error);
  }
  return true;
}
