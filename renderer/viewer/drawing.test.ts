import { expect, test } from 'vitest';
import type { Change, LabelMapSummary, Stroke } from '../../shared/api/viewer.ts';
import { ApiError } from '../../shared/api.ts';
import type { Grid } from '../../shared/volume.ts';
import { Drawing } from './drawing.svelte.ts';
import type { VoxelStream } from './voxel-stream.svelte.ts';

const grid: Grid = { size: [10, 10, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const brush = { plane: 'axial', radius: 0.1, deep: false } as const;
const summary = { id: 'drawing', labels: [1], undo: 0, redo: 0 } as unknown as LabelMapSummary;

/** A site whose answers wait until the test lets them go. */
function open(change?: Change) {
  const voxels = new Uint8Array(100);
  const asked: Stroke[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const wait = <Value>(value: Value) =>
    new Promise<Value>((resolve, reject) => answers.push({ resolve: () => resolve(value), reject }));
  const site = {
    draw: (_: string, stroke: Stroke) => {
      asked.push(stroke);
      return wait({ undo: asked.length, redo: 0 });
    },
    undo: () => wait(change!),
    redo: () => wait(change!),
  };
  const drawing = new Drawing(site, summary, { voxels, touch: () => {} } as VoxelStream<Uint8Array>, grid);
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { drawing, voxels, asked, answers, settle };
}

function dot(drawing: Drawing, label: number, x: number): void {
  drawing.press(label, brush, [x + 0.5, 0.5, 0.5]);
  drawing.release();
}

test('a stroke waits until the one before is on disk, and is drawn then', async () => {
  const { drawing, voxels, asked, answers, settle } = open();
  dot(drawing, 1, 3);
  dot(drawing, 2, 5);
  drawing.press(2, brush, [7.5, 0.5, 0.5]);
  expect([voxels[3], voxels[5], voxels[7]]).toEqual([1, 0, 0]);
  answers[0].resolve();
  await settle();
  expect([voxels[3], voxels[5], voxels[7]]).toEqual([1, 2, 0]);
  answers[1].resolve();
  await settle();
  expect(voxels[7]).toBe(2); // shows while the pointer is still down
  expect(asked).toEqual([
    { label: 1, starts: Uint32Array.of(3), lengths: Uint32Array.of(1) },
    { label: 2, starts: Uint32Array.of(5), lengths: Uint32Array.of(1) },
  ]);
  expect(drawing.undo).toBe(2);
  expect(drawing.labels).toEqual([1, 2]);
});

test('a drawing is settled when every stroke that ended is on disk', async () => {
  const { drawing, answers, settle } = open();
  await drawing.settled();
  dot(drawing, 1, 3);
  dot(drawing, 2, 5);
  let settled = false;
  void drawing.settled().then(() => {
    settled = true;
  });
  answers[0].resolve();
  await settle();
  expect(settled).toBe(false);
  answers[1].resolve();
  await settle();
  expect(settled).toBe(true);
});

test('a stroke that cannot be saved is taken back, and the error stays to be read', async () => {
  const { drawing, voxels, answers, settle } = open();
  voxels[4] = 9;
  drawing.press(1, brush, [2.5, 0.5, 0.5]);
  drawing.move([6.5, 0.5, 0.5]);
  drawing.release();
  expect([...voxels.subarray(2, 7)]).toEqual([1, 1, 1, 1, 1]);
  answers[0].reject(new ApiError({ code: 'storage.disk-full', message: 'The disk is full.', next: 'Make room.' }));
  await settle();
  expect([...voxels.subarray(2, 7)]).toEqual([0, 0, 9, 0, 0]);
  expect(drawing.error?.code).toBe('storage.disk-full');
  expect(drawing.undo).toBe(0);
});

test('a stroke over what has the label already asks nothing of the site', () => {
  const { drawing, voxels, asked } = open();
  voxels.fill(1);
  dot(drawing, 1, 3);
  expect(asked).toEqual([]);
  expect(drawing.isBusy).toBe(false);
});

test('undo takes its place behind the stroke, and shows what the site gives back', async () => {
  const change = { starts: Uint32Array.of(3), lengths: Uint32Array.of(1), labels: Uint8Array.of(8), undo: 0, redo: 1 };
  const { drawing, voxels, answers, settle } = open(change);
  dot(drawing, 1, 3);
  drawing.step('undo');
  expect(answers.length).toBe(1);
  answers[0].resolve();
  await settle();
  answers[1].resolve();
  await settle();
  expect(voxels[3]).toBe(8);
  expect([drawing.undo, drawing.redo]).toEqual([0, 1]);
});

test('fill closes what an outline encloses, and says why it fills nothing else', async () => {
  const { drawing, voxels, answers, settle } = open();
  for (const index of [11, 12, 13, 21, 23, 31, 32, 33]) voxels[index] = 1;
  drawing.fill(1, 'axial', [2, 2, 0]);
  expect(voxels[22]).toBe(1);
  answers[0].resolve();
  await settle();
  drawing.fill(1, 'axial', [7, 7, 0]);
  expect(drawing.notice).not.toBe('');
  expect(voxels[77]).toBe(0);
});
