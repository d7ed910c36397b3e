/** Copying volumes into the site's catalogue. What was imported before is recognised by its voxels. */
import { basename, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { bytesOf } from '../../shared/bytes.ts';
import { fault } from '../../shared/errors.ts';
import type { LabelMap } from '../../shared/volume.ts';
import { scanSources } from '../imaging/scan.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readLabelFile } from '../storage/volume-file.ts';
import { noteFingerprint } from './fingerprint.ts';
import { writeThumbnail } from './thumbnails.ts';

export interface ImportOptions {
  labels?: string[]; // label maps, or folders of them
  source?: string; // to note instead of paths, where the files do not stay
  sample?: boolean; // made up, to try Isocenter with
  onProgress?: (progress: { done: number; total: number; words: string }) => void;
  signal?: AbortSignal; // what is imported by then stays
}

export interface ImportReport {
  imported: { id: string; name: string; labelled: boolean }[];
  known: number; // volumes that were here already
  relabelled: number; // known ones that got a label map now
  problems: { name: string; code: string; message: string; next: string; notice: boolean }[];
}

export async function importVolumes(
  folder: SiteFolder,
  paths: string[],
  { labels, source, sample, onProgress, signal }: ImportOptions,
): Promise<ImportReport> {
  const { volumes } = folder;
  const report: ImportReport = { imported: [], known: 0, relabelled: 0, problems: [] };
  for await (const event of scanSources(paths, labels, signal)) {
    if (event.kind === 'progress') {
      const { done, total, phase } = event;
      onProgress?.({ done, total, words: phase === 'finding' ? 'looking through files' : 'reading volumes' });
    } else if (event.kind === 'problem') {
      const { path, code, message, next, notice } = event.problem;
      report.problems.push({ name: nameWithin([...paths, ...(labels ?? [])], path), code, message, next, notice });
    } else {
      const { item } = event;
      await setImmediate(); // storing a large volume takes a while: lets others in before and after
      const [known] = volumes.duplicatesOf(item.hash);
      const record =
        known ??
        volumes.add(
          item.volume,
          {
            name: item.name,
            source: source ?? item.path,
            sample,
            series: item.modality === undefined ? undefined : { Modality: item.modality },
            dicomFiles: item.dicomFiles,
          },
          item.hash,
        );
      const gainsLabels = item.labels !== undefined && record.labels === null;
      if (item.labels && gainsLabels)
        volumes.attachLabels(record.id, item.labels, source ?? item.labelPath ?? item.path);
      else if (item.labels && !sameLabels(item.labels, readLabelFile(record.labelFile))) {
        const file = nameWithin([...paths, ...(labels ?? [])], item.labelPath ?? item.path);
        const { code, message, next } = fault('site.labels-differ', { name: record.name, file });
        report.problems.push({ name: file, code, message, next, notice: false });
      }
      await setImmediate();
      if (!known || gainsLabels) {
        writeThumbnail(folder, record, item.volume, item.labels);
        await setImmediate();
        noteFingerprint(folder, record, item.volume, item.labels);
      }
      if (known) {
        report.known++;
        if (gainsLabels) report.relabelled++;
      } else report.imported.push({ id: record.id, name: record.name, labelled: gainsLabels });
    }
  }
  return report;
}

function sameLabels(a: LabelMap, b: LabelMap): boolean {
  return Buffer.compare(bytesOf(a.voxels), bytesOf(b.voxels)) === 0;
}

/**
 * The path below the folder that was given, so that files of the same name are told apart; a given file by its name.
 */
function nameWithin(given: string[], path: string): string {
  const inside = given
    .map((place) => relative(resolve(place), path))
    .find((rest) => rest !== '' && !rest.startsWith('..'));
  return inside ?? basename(path);
}
