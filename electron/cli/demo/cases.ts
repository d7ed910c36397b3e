/**
 * Where a demo's cases come from: a folder with images/ and labels/, or the phantom, written as files like any other.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../shared/errors.ts';
import { writePhantom } from '../../site/phantom.ts';
import { type Deal, deal } from './deal.ts';

export interface Case {
  image: string;
  labels: string;
}

const PHANTOM_VOLUMES = 8; // a site
const PHANTOM_HELD_OUT = 8;

export interface DealOptions {
  sites: number;
  volumes?: number;
  seed: number;
}

/** Pairs of `images/NAME` and `labels/NAME`, dealt. Throws `site.demo-data` where there are too few. */
export function dealFolder(folder: string, options: DealOptions): Deal<Case> {
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
  const dealt = deal(cases, options);
  if (!dealt) {
    const wanted = options.volumes === undefined ? '' : ` of ${options.volumes} volumes`;
    throw fault('site.demo-data', {
      folder,
      reason: `${cases.length} labelled images are too few for ${options.sites} sites${wanted} and at least 8 held out`,
    });
  }
  return dealt;
}

/**
 * Every site's phantom has its own contrast, noise, bias field and field of view; held-out volumes come from all of
 * them.
 */
export async function dealPhantom(
  folder: string,
  { sites, volumes = PHANTOM_VOLUMES, seed }: DealOptions,
): Promise<Deal<Case>> {
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
  const dealt: Deal<Case> = { sites: [], heldOut: [] };
  for (let site = 0; site < sites; site++) {
    const cases: Case[] = [];
    for (let index = 0; index < volumes; index++) cases.push(await write(`site-${site + 1}`, site, index, seed));
    dealt.sites.push(cases);
  }
  // The same for every seed, as with real data; `index` continues where no site's own reaches
  const heldOutSeed = 0x5eed;
  for (let index = 0; index < heldOutCount; index++) {
    dealt.heldOut.push(await write('held-out', index % sites, index, heldOutSeed));
  }
  return dealt;
}
