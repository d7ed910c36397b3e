import { afterEach, expect, test, vi } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { VoxelStream } from './voxel-stream.svelte.ts';

const grid: Grid = {
  size: [512, 512, 40],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const file = Int16Array.from({ length: 512 * 512 * 40 }, (_, index) => (index * 31) % 3001);
const SLICE = 512 * 512 * 2; // bytes

afterEach(() => vi.unstubAllGlobals());

/** A host that answers with ranges of the file; `broken` says which answers end in their middle. */
function serve(broken: (from: number) => boolean = () => false): [number, number][] {
  const ranges: [number, number][] = [];
  vi.stubGlobal('fetch', async (_: string, { headers }: { headers: { Range: string } }) => {
    const [from, to] = /bytes=(\d+)-(\d+)/.exec(headers.Range)!.slice(1).map(Number);
    ranges.push([from / SLICE, (to + 1) / SLICE]);
    const part = new Uint8Array(file.buffer.slice(from, to + 1));
    const body = new ReadableStream({
      type: 'bytes', // as the body of an answer is
      pull(controller) {
        controller.enqueue(broken(from) ? part.subarray(0, 1000) : part);
        if (broken(from)) controller.error(new TypeError('network error'));
        else controller.close();
      },
    });
    return new Response(body, { status: 206 });
  });
  return ranges;
}

/** Quicker than `toEqual` on ten million voxels. */
function isSame(a: Int16Array, b: Int16Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('brings the preferred slice first, then the parts nearest to it, until every voxel is there', async () => {
  const ranges = serve();
  const stream = new VoxelStream<Int16Array>('site/volumes/a/voxels', grid, 'int16', 20);
  await until(() => stream.version > 0);
  expect([...stream.voxels.subarray((20 * SLICE) / 2, (20 * SLICE) / 2 + 3)]).toEqual([
    ...file.subarray((20 * SLICE) / 2, (20 * SLICE) / 2 + 3),
  ]);
  await until(() => stream.isWhole);
  expect(isSame(stream.voxels, file)).toBe(true);
  expect(ranges.slice(0, 2)).toEqual([
    [20, 21],
    [16, 24],
  ]);
  expect(ranges.length).toBe(6);
});

test('says that it broke, keeps what came, and fetches only the rest when tried again', async () => {
  let breaks = true;
  const ranges = serve((from) => breaks && from === 24 * SLICE);
  const stream = new VoxelStream<Int16Array>('site/volumes/a/voxels', grid, 'int16', 20);
  await until(() => stream.error !== null);
  expect(stream.error?.code).toBe('viewer.broken');
  const before = ranges.length;
  const there = stream.loaded;
  expect(there).toBeGreaterThan(0);
  breaks = false;
  stream.retry();
  await until(() => stream.isWhole);
  expect(isSame(stream.voxels, file)).toBe(true);
  expect(ranges.length - before).toBe((stream.total - there) / (8 * SLICE));
});

test('gives its memory back when it closes, and is quiet about the download that it ended', async () => {
  serve();
  const stream = new VoxelStream<Int16Array>('site/volumes/a/voxels', grid, 'int16', 20);
  await until(() => stream.version > 0);
  stream.close();
  expect(stream.voxels.length).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stream.error).toBeNull();
});
