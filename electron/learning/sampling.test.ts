import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../../shared/plan.ts';
import { seededRandom } from '../../shared/random.ts';
import { partitionOf } from './partitions.ts';
import { drawInEpochs, labelledBatch, labelledSlices, pairedBatch, pickSlices, spreadSlices } from './sampling.ts';
import type { LabelledSlices } from './slices.ts';

const SIDE = 16;
const settings = { partitions: 4, inputSize: SIDE };
const still = augmentationSchema.parse({ rotation: 0, scale: 0, shift: 0, brightness: 0, contrast: 0, noise: 0 });
const lively = augmentationSchema.parse({});

/** Every pixel of slice z holds `base + z`; slices of `shown` have one pixel of class 1. */
function stack(count: number, base: number, shown: number[] = []): LabelledSlices {
  const area = SIDE * SIDE;
  const pixels = Float32Array.from({ length: count * area }, (_, index) => base + Math.floor(index / area));
  const classes = new Uint8Array(count * area);
  for (const slice of shown) classes[slice * area + 40] = 1;
  return { count, height: SIDE, width: SIDE, pixels, classes };
}

describe('drawInEpochs', () => {
  it('draws every number once an epoch, wherever a step begins', () => {
    const drawn = drawInEpochs(5, 0, 20, 'seed');
    for (let deck = 0; deck < 4; deck++) {
      expect(drawn.slice(5 * deck, 5 * deck + 5).sort()).toEqual([0, 1, 2, 3, 4]);
    }
    const inSteps = [0, 3, 6, 9, 12].flatMap((from) => drawInEpochs(5, from, 3, 'seed'));
    expect(inSteps).toEqual(drawn.slice(0, 15));
  });

  it('shuffles each deck and each seed differently', () => {
    expect(drawInEpochs(50, 0, 50, 1)).not.toEqual(drawInEpochs(50, 50, 50, 1));
    expect(drawInEpochs(50, 0, 50, 1)).not.toEqual(drawInEpochs(50, 0, 50, 2));
  });
});

describe('pairedBatch', () => {
  it('takes one slice of each partition of each volume', () => {
    const volumes = [stack(10, 0), stack(13, 100)];
    const batch = pairedBatch(volumes, { ...settings, augmentation: still }, seededRandom(3));
    expect([...batch.partitions]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(batch.first).toEqual(batch.second);
    for (let row = 0; row < batch.count; row++) {
      const [volume, base] = row < 4 ? [volumes[0], 0] : [volumes[1], 100];
      const slice = batch.first[row * SIDE * SIDE] - base;
      expect(partitionOf(slice, volume.count, 4)).toBe(batch.partitions[row]);
    }
  });

  it('reaches every slice', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { first, count } = pairedBatch([stack(10, 0)], { ...settings, augmentation: still }, seededRandom(seed));
      for (let row = 0; row < count; row++) seen.add(first[row * SIDE * SIDE]);
    }
    expect(seen.size).toBe(10);
  });

  it('augments the two copies differently, and the same for the same seed', () => {
    const batch = pairedBatch([stack(8, 0)], { ...settings, augmentation: lively }, seededRandom(3));
    expect(batch.first).not.toEqual(batch.second);
    expect(pairedBatch([stack(8, 0)], { ...settings, augmentation: lively }, seededRandom(3))).toEqual(batch);
  });

  it('gives fewer slices for a volume of fewer slices than partitions', () => {
    expect([...pairedBatch([stack(2, 0)], { ...settings, augmentation: still }, seededRandom(1)).partitions]).toEqual([
      1, 3,
    ]);
  });
});

describe('spreadSlices', () => {
  it('takes turns among the partitions, without repetition', () => {
    const slices = spreadSlices(22, 4, 4, seededRandom(1));
    const partitions = slices.map((slice) => partitionOf(slice, 22, 4));
    expect(partitions).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
    expect(new Set(slices).size).toBe(16);
  });

  it('takes every slice where more are asked for', () => {
    expect(spreadSlices(7, 4, 50, seededRandom(1)).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('pickSlices', () => {
  const volumes = [stack(12, 0, [5]), stack(12, 0, [3, 7])];
  const shows = volumes.map(labelledSlices);

  it('shows a label in a third of each batch and reaches every slice', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      const picks = pickSlices(shows, 5, step, 'seed');
      expect(picks).toHaveLength(5);
      expect(picks.map(({ labelled }) => labelled)).toEqual([true, true, false, false, false]);
      expect(picks.slice(0, 2).every(({ volume, slice }) => shows[volume][slice])).toBe(true);
      for (const { volume, slice } of picks) seen.add(`${volume}:${slice}`);
    }
    expect(seen.size).toBe(24);
  });

  it('takes any slices where no slice shows a label', () => {
    expect(pickSlices([stack(4, 0)].map(labelledSlices), 6, 0, 'seed')).toHaveLength(6);
  });

  it('gives the pixels and classes of the picks', () => {
    const picks = [
      { volume: 0, slice: 5, labelled: true },
      { volume: 1, slice: 8, labelled: false },
    ];
    const batch = labelledBatch(
      new Map(volumes.entries()),
      picks,
      { ...settings, augmentation: still },
      seededRandom(1),
    );
    expect(batch.pixels[0]).toBe(5);
    expect(batch.pixels[SIDE * SIDE]).toBe(8);
    expect([...batch.classes.keys()].filter((pixel) => batch.classes[pixel] === 1)).toEqual([40]);
  });

  it('shows the label wherever in a large slice it lies, and the rest of the slice as well', () => {
    const [height, width] = [90, 120];
    const pixels = Float32Array.from({ length: height * width }, (_, pixel) => pixel);
    const classes = new Uint8Array(height * width);
    classes[77 * width + 110] = 1; // near a corner
    const large = new Map([[0, { count: 1, height, width, pixels, classes }]]);
    const at = (labelled: boolean) => [{ volume: 0, slice: 0, labelled }];
    const seen = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const plan = { ...settings, augmentation: still };
      expect(labelledBatch(large, at(true), plan, seededRandom(seed)).classes).toContain(1);
      for (const pixel of labelledBatch(large, at(false), plan, seededRandom(seed)).pixels) seen.add(pixel);
    }
    expect(seen.size).toBeGreaterThan(0.85 * height * width);
  });
});
