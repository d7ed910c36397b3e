/** Copying volumes into the site's catalogue. What was imported before is recognised by its voxels. */
import { basename } from 'node:path';
import { scanSources } from '../imaging/scan.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

export interface ImportOptions {
  labels?: string[]; // label maps, or folders of them
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
  { volumes }: SiteFolder,
  paths: string[],
  { labels, onProgress, signal }: ImportOptions,
): Promise<ImportReport> {
  const report: ImportReport = { imported: [], known: 0, relabelled: 0, problems: [] };
  for await (const event of scanSources(paths, labels, signal)) {
    if (event.kind === 'progress') {
      const { done, total, phase } = event;
      onProgress?.({ done, total, words: phase === 'finding' ? 'looking through files' : 'reading volumes' });
    } else if (event.kind === 'problem') {
      const { path, code, message, next, notice } = event.problem;
      report.problems.push({ name: basename(path), code, message, next, notice });
    } else {
      const { item } = event;
      const [known] = volumes.duplicatesOf(item.volume);
      const record = known ?? volumes.add(item.volume, { name: item.name, source: item.path });
      const gainsLabels = item.labels !== undefined && record.labels === null;
      if (item.labels && gainsLabels) volumes.attachLabels(record.id, item.labels, item.labelPath ?? item.path);
      if (known) {
        report.known++;
        if (gainsLabels) report.relabelled++;
      } else report.imported.push({ id: record.id, name: record.name, labelled: gainsLabels });
    }
  }
  return report;
}
