/** Cornerstone itself, with real pixels: what stands where on the screen. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { colourTable } from './colour-table.ts';
import { type Convention, frameOf, STILL } from './frame.ts';
import type { Plane } from './planes.ts';
import { SliceSource, type VoxelArray } from './slice-source.ts';
import { type Overlay, SliceView } from './slice-view.ts';

const SIDE = 200; // CSS pixels
const grid: Grid = {
  size: [4, 4, 4],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const right = 3; // of the patient: x grows to the right
const front = 3;
let element: HTMLDivElement;
let view: SliceView | undefined;

beforeEach(() => {
  element = document.createElement('div');
  Object.assign(element.style, { width: `${SIDE}px`, height: `${SIDE}px` });
  document.body.append(element);
});
afterEach(() => {
  view?.destroy();
  view = undefined;
  element.remove();
});

interface Settings {
  voxels: VoxelArray;
  plane?: Plane;
  slice?: number;
  convention?: Convention;
  overlays?: Overlay[];
}

/** Shows a slice and gives the colour at a place from 0, 0 (upper left) to 1, 1. */
async function show({ voxels, plane = 'axial', slice = 0, convention = 'radiological', overlays = [] }: Settings) {
  view ??= new SliceView(element, new SliceSource(voxels, grid, plane), {
    least: voxels instanceof Int16Array ? -100 : 0,
    most: 100,
  });
  const drawn = new Promise((resolve) => element.addEventListener('cornerstoneimagerendered', resolve, { once: true }));
  const frame = frameOf(grid, plane, { width: SIDE, height: SIDE }, STILL, convention);
  const colours = colourTable(
    () => '#ff0000',
    () => false,
  );
  const window = { low: 0, high: 100 };
  await view.show({ slice, version: 0, frame, density: 1, window, smooth: false, overlays, colours });
  await drawn;
  const context = element.querySelector('canvas')!.getContext('2d')!;
  return (x: number, y: number) => [...context.getImageData(x * SIDE, y * SIDE, 1, 1).data.slice(0, 3)];
}

function corner(type: new (length: number) => VoxelArray): VoxelArray {
  const voxels = new type(64);
  voxels[right + 4 * front] = 100; // in the lowest slice
  return voxels;
}

it("has the patient's right on the left of the screen, and the front on top", async () => {
  const at = await show({ voxels: corner(Int16Array) });
  expect(at(0.2, 0.2)).toEqual([255, 255, 255]);
  for (const [x, y] of [
    [0.8, 0.2],
    [0.2, 0.8],
    [0.8, 0.8],
  ])
    expect(at(x, y)).toEqual([0, 0, 0]);
});

it('swaps left and right for neurologists', async () => {
  const at = await show({ voxels: corner(Int16Array), convention: 'neurological' });
  expect(at(0.8, 0.2)).toEqual([255, 255, 255]);
  expect(at(0.2, 0.2)).toEqual([0, 0, 0]);
});

it('has the face on the left and the feet below in a sagittal slice', async () => {
  const at = await show({ voxels: corner(Uint16Array), plane: 'sagittal', slice: right });
  expect(at(0.2, 0.8)).toEqual([255, 255, 255]);
});

it('shows the slice that it is moved to, and fractions as well', async () => {
  const voxels = corner(Float32Array);
  voxels[16 + right + 4 * front] = 49.8;
  expect((await show({ voxels }))(0.2, 0.2)).toEqual([255, 255, 255]);
  expect((await show({ voxels, slice: 1 }))(0.2, 0.2)).toEqual([127, 127, 127]);
});

it('lays labels over it, follows strokes, and draws outlines as lines', async () => {
  const labels = new Uint8Array(64);
  const source = new SliceSource(labels, grid, 'axial');
  const overlay = { source, version: 0, look: 'fill', dashed: false, opacity: 1 } as const;
  const voxels = corner(Int16Array);
  expect((await show({ voxels, overlays: [overlay] }))(0.2, 0.2)).toEqual([255, 255, 255]);
  labels[right + 4 * front] = 7;
  expect((await show({ voxels, overlays: [{ ...overlay, version: 1 }] }))(0.2, 0.2)).toEqual([255, 0, 0]);
  const outlined = await show({ voxels, overlays: [{ ...overlay, version: 1, look: 'outline' }] });
  expect(outlined(0.15, 0.15)).toEqual([255, 255, 255]);
  expect(outlined(0.265, 0.15)).not.toEqual([0, 0, 0]);
  expect((await show({ voxels }))(0.2, 0.2)).toEqual([255, 255, 255]);
});
