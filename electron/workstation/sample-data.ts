/** A set of made-up volumes to try Isocenter with: written as files and imported like a hospital's own. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ImportOptions, ImportReport } from '../site/import.ts';
import { writePhantom } from '../site/phantom.ts';
import type { Site } from '../site/site.ts';
import { makeTemporaryFolder } from '../storage/atomic-file.ts';

const VOLUMES = 12;
const LABELLED = 8;
const SEED = 2021;

/** Importing it twice changes nothing: the same volumes are made again, and recognised. */
export async function importSampleData(
  site: Site,
  { signal, onProgress }: Pick<ImportOptions, 'signal' | 'onProgress'>,
): Promise<ImportReport> {
  const folder = makeTemporaryFolder(join(site.folder.path, 'volumes'));
  try {
    for (const kind of ['images', 'labels']) mkdirSync(join(folder, kind));
    for (let index = 0; index < VOLUMES; index++) {
      await setImmediate(); // a volume takes a tenth of a second: lets others in between
      signal?.throwIfAborted();
      onProgress?.({ done: index, total: 2 * VOLUMES, words: 'making volumes' });
      const name = `sample-${String(index + 1).padStart(2, '0')}.nii.gz`;
      const labels = join(folder, 'labels', name);
      await writePhantom({ seed: SEED, site: 0, index }, { image: join(folder, 'images', name), labels });
      if (index >= LABELLED) rmSync(labels);
    }
    return await site.import([folder], {
      source: 'sample data',
      sample: true,
      signal,
      onProgress: ({ done, words }) =>
        onProgress?.({ done: VOLUMES + Math.min(done, VOLUMES), total: 2 * VOLUMES, words }),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
