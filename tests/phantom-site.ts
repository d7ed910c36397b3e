import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writePhantom } from '../electron/site/phantom.ts';
import { Site } from '../electron/site/site.ts';

/** A site with a few labelled phantom volumes, imported from files as a hospital would. `index` chooses its scanner. */
export async function createPhantomSite(folder: string, index: number, volumes = 3): Promise<Site> {
  const files = await writePhantoms(join(folder, 'files'), index, volumes);
  const site = Site.create(join(folder, 'site'), `Hospital ${index + 1}`);
  await site.import(files);
  return site;
}

/** Writes `images/` and `labels/` into the folder and gives it as import paths. */
export async function writePhantoms(folder: string, index: number, volumes: number): Promise<string[]> {
  for (const kind of ['images', 'labels']) mkdirSync(join(folder, kind), { recursive: true });
  for (let subject = 0; subject < volumes; subject++) {
    await writePhantom(
      { seed: 1, site: index, index: subject },
      {
        image: join(folder, 'images', `${subject}.nii.gz`),
        labels: join(folder, 'labels', `${subject}.nii.gz`),
      },
    );
  }
  return [folder];
}
