/**
 * Where a demo's cases come from: a folder with images/ and labels/, or the phantom, written as files like any other.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../shared/errors.ts';
import { writePhantom } from '../../site/phantom.ts';
import { type Split, splitCases } from './split.ts';

export interface Case {
  image: string;
  labels: string;
}

const PHANTOM_VOLUMES = 8; // a site
const PHANTOM_HELD_OUT = 8;

export interface SplitOptions {
  sites: number;
  volumes?: number;
  seed: number;
}

/** Pairs of `images/NAME` and `labels/NAME`, split among sites. Throws `site.demo-data` where there are too few. */
export function splitFolder(folder: string, options: SplitOptions): Split<Case> {
  const images = join(folder, 'images');
  const labels = join(folder, 'labels');
  if (!existsSync(images) || !existsSync(labels)) {
    throw fault('site.demo-data', { folder, reason: 'it has no folders images/ and labels/' });
  }
  const labelled = new Set(readdirSync(labels));
  const names = readdirSync(images)
    .filter((name) => labelled.has(name) && !name.startsWith('.'))
    .sort();
  const cases = names.map((name) => ({ image: join(images, name), labels: join(labels, name) }));
  const split = splitCases(cases, options);
  if (!split) {
    const wanted = options.volumes === undefined ? '' : ` of ${options.volumes} volumes`;
    throw fault('site.demo-data', {
      folder,
      reason: `${cases.length} labelled images are too few for ${options.sites} sites${wanted} and at least 8 held out`,
    });
  }
  return split;
}

/**
 * Every site's phantom has its own contrast, noise, bias field and field of view; held-out volumes come from all of
 * them.
 */
export async function splitPhantom(
  folder: string,
  { sites, volumes = PHANTOM_VOLUMES, seed }: SplitOptions,
): Promise<Split<Case>> {
  const heldOutCount = Math.max(PHANTOM_HELD_OUT, Math.round((sites * volumes) / 3));
  const write = async (place: string, site: number, index: number, phantomSeed: number): Promise<Case> => {
    const files = {
      image: join(folder, place, 'images', `phantom-${index}.nii.gz`),
      labels: join(folder, place, 'labels', `phantom-${index}.nii.gz`),
    };
    for (const kind of ['images', 'labels']) mkdirSync(join(folder, place, kind), { recursive: true });
    await writePhantom({ seed: phantomSeed, site, index }, files);
    return files;
  };
  const split: Split<Case> = { sites: [], heldOut: [] };
  for (let site = 0; site < sites; site++) {
    const cases: Case[] = [];
    for (let index = 0; index < volumes; index++) cases.push(await write(`site-${site + 1}`, site, index, seed));
    split.sites.push(cases);
  }
  // The same for every seed, as with real data; `index` continues where no site's own reaches
  const heldOutSeed = 0x5eed;
  for (let index = 0; index < heldOutCount; index++) {
    split.heldOut.push(await write('held-out', index % sites, index, heldOutSeed));
  }
  return split;
}
