import { describe, expect, it } from 'vitest';
import { afterStroke, checkStroke, paint, readRecord, recordStroke, type Stroke } from './stroke.ts';

const stroke = (label: number, ...runs: [number, number][]): Stroke => ({
  label,
  starts: Uint32Array.from(runs, ([start]) => start),
  lengths: Uint32Array.from(runs, ([, length]) => length),
});

describe('checkStroke', () => {
  it.each([
    ['no runs', stroke(1)],
    ['an empty run', stroke(1, [0, 0])],
    ['a run past the end', stroke(1, [8, 3])],
    ['a start past the end', stroke(1, [2 ** 32 - 1, 2])],
    ['overlapping runs', stroke(1, [0, 3], [2, 1])],
    ['unsorted runs', stroke(1, [4, 1], [0, 1])],
    ['a label that is none', stroke(256, [0, 1])],
    ['fewer lengths than starts', { ...stroke(1, [0, 1], [2, 1]), lengths: Uint32Array.of(1) }],
  ])('refuses %s', (_, unsound) => {
    expect(() => checkStroke(unsound, 10)).toThrow(expect.objectContaining({ code: 'storage.stroke-unsound' }));
  });

  it('lets runs touch each other and the end', () => {
    expect(() => checkStroke(stroke(0, [0, 4], [4, 6]), 10)).not.toThrow();
  });
});

describe('recordStroke', () => {
  it('keeps what really changed, with the labels before', () => {
    const voxels = Uint8Array.of(0, 0, 3, 3, 1, 2, 0, 0, 0, 1);
    const record = recordStroke(stroke(1, [1, 5], [8, 2]), voxels);
    expect(readRecord(record)).toEqual({
      starts: Uint32Array.of(1, 2, 5, 8),
      lengths: Uint32Array.of(1, 2, 1, 1),
      labels: Uint8Array.of(0, 3, 2, 0),
    });
    expect([...voxels]).toEqual([0, 0, 3, 3, 1, 2, 0, 0, 0, 1]);
    expect(recordStroke(stroke(3, [2, 2]), voxels)).toHaveLength(0);
  });

  it('leads there and back, also far into a large volume', () => {
    const voxels = new Uint8Array(52_428_800);
    voxels[52_428_000] = 7;
    const before = [...voxels.subarray(-1000)];
    const runs = readRecord(recordStroke(stroke(255, [3, 1], [52_427_990, 600]), voxels));
    paint(voxels, afterStroke(runs, 255));
    expect([voxels[3], voxels[4], voxels[52_428_000], voxels[52_428_589], voxels[52_428_590]]).toEqual([
      255, 0, 255, 255, 0,
    ]);
    paint(voxels, runs);
    expect([...voxels.subarray(-1000)]).toEqual(before);
  });
});
