/**
 * The one way from the window into this process. A call counts only from our window's own page, in its main frame, and
 * asks for a verb: of the site, which checks the arguments itself, or of the shell, which are checked here.
 */
import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import type { Reply } from '../../shared/api.ts';
import { fault, reportOf } from '../../shared/errors.ts';
import type { Workstation } from '../workstation/workstation.ts';
import { isOwnPage } from './address.ts';
import { channels } from './channels.ts';
import { choices, chooseFiles, saveFile } from './dialogs.ts';
import type { MainWindow } from './window.ts';

const chooseArgs = z.tuple([z.enum(choices)]);
const saveArgs = z.tuple([
  z.strictObject({
    id: z.string(),
    name: z.string().min(1).max(255),
    bytes: z.number(),
    address: z.string().max(4096),
  }),
]);

export function openGate(window: MainWindow, workstation: Workstation): void {
  const guarded = (answer: (name: unknown, args: unknown) => Promise<Reply>) => {
    return async (event: IpcMainInvokeEvent, name: unknown, args: unknown): Promise<Reply> =>
      isOurs(event, window) ? answer(name, args) : { ok: false, error: reportOf(fault('site.foreign-caller')) };
  };
  ipcMain.handle(
    channels.site,
    guarded((name, args) => workstation.answer(name, args)),
  );
  ipcMain.handle(
    channels.shell,
    guarded(async (name, args) => {
      try {
        return { ok: true, value: await answerShell(window, workstation, name, args) };
      } catch (error) {
        return { ok: false, error: reportOf(error) };
      }
    }),
  );
  workstation.onEvent((event) => window.open?.webContents.send(channels.event, event));
}

/** A page that left the window's address, a frame inside of it and any other window are foreign. */
function isOurs({ sender, senderFrame }: IpcMainInvokeEvent, window: MainWindow): boolean {
  return window.owns(sender) && senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url);
}

async function answerShell(window: MainWindow, workstation: Workstation, name: unknown, args: unknown) {
  if (name === 'choose') return chooseFiles(window, parse('choose', chooseArgs, args)[0]);
  if (name === 'save') return saveFile(window, workstation, parse('save', saveArgs, args)[0]);
  throw fault('site.unknown-verb');
}

function parse<Schema extends z.ZodType>(verb: string, schema: Schema, args: unknown): z.output<Schema> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  throw fault('site.arguments-unsound', { verb, problem: z.prettifyError(parsed.error) });
}
