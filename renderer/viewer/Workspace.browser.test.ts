import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Change, LabelMapSummary, OpenedVolume, Stroke } from '../../shared/api/viewer.ts';
import { ApiError } from '../../shared/api.ts';
import type { Bridge } from '../../shared/shell.ts';

// The page's way to its site, in memory: answers to strokes wait until the test lets them go.
const asked: Stroke[] = [];
const answers: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
const wait = () => new Promise((resolve, reject) => answers.push({ resolve, reject }));
window.isocenter = {
  api: {
    snapshot: () => new Promise(() => {}),
    openVolume: async () => volume,
    draw: (_: string, stroke: Stroke) => {
      asked.push(stroke);
      return wait();
    },
    undo: wait,
  },
  onEvent: () => () => {},
  onConnection: () => () => {},
} as unknown as Bridge;
const { default: Workspace } = await import('./Workspace.svelte');

const SIDE = 8; // voxels
const map = (kind: LabelMapSummary['kind']): LabelMapSummary => ({
  id: kind,
  volume: 'cube',
  kind,
  name: kind,
  model: null,
  basis: null,
  models: [],
  verdict: 'open',
  labels: [1],
  confidence: null,
  createdAt: '2026-01-01T00:00:00Z',
  changedAt: '2026-01-01T00:00:00Z',
  undo: 0,
  redo: 0,
  voxels: kind,
});
const volume: OpenedVolume = {
  id: 'cube',
  name: 'cube',
  isDicom: false,
  grid: { size: [SIDE, SIDE, SIDE], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  voxelType: 'uint8',
  voxels: 'image',
  least: 0,
  most: 255,
  window: { low: 0, high: 255 },
  slices: { axis: 'axial', partitions: 4 },
  labelNames: [{ label: 1, name: 'Hippocampus', colour: '#ff0000' }],
  note: '',
  maps: [map('prediction'), map('drawing')],
};

beforeEach(() => {
  asked.length = 0;
  answers.length = 0;
  // Files of zeros: whatever is red on the screen was drawn here.
  vi.stubGlobal('fetch', async (_: string, { headers }: { headers: { Range: string } }) => {
    const [from, to] = /(\d+)-(\d+)/.exec(headers.Range)!.slice(1).map(Number);
    return new Response(new Uint8Array(to + 1 - from), { status: 206 });
  });
  document.body.style.height = '600px';
});
afterEach(() => vi.unstubAllGlobals());

async function show(kind: LabelMapSummary['kind']) {
  window.location.hash = `#/viewer/cube?map=${kind}`;
  await new Promise((resolve) => setTimeout(resolve, 50));
  await page.viewport(1000, 600);
  await render(Workspace, { volume });
  const surface = document.querySelector<HTMLElement>('[data-plane="axial"] .surface')!;
  await vi.waitFor(() => expect(surface.querySelector('canvas')!.width).toBeGreaterThan(100));
  await vi.waitFor(() => expect(page.getByRole('progressbar').query()).toBeNull());
  await userEvent.click(page.getByRole('button', { name: 'Brush', exact: true }));
  const box = surface.getBoundingClientRect();
  const event = (type: string, x: number, y: number) =>
    surface.dispatchEvent(
      new PointerEvent(type, {
        clientX: box.left + x * box.width,
        clientY: box.top + y * box.height,
        bubbles: true,
        button: 0,
        buttons: 1,
      }),
    );
  surface.setPointerCapture = () => {}; // a made-up pointer cannot be captured
  return {
    dot: (x: number, y: number) => ['pointerdown', 'pointerup'].map((type) => event(type, x, y)),
    isRed: (x: number, y: number) => {
      const canvas = surface.querySelector('canvas')!;
      const [red, green] = canvas
        .getContext('2d')!
        .getImageData(Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data;
      return red > green + 50;
    },
  };
}

it('shows strokes one after the other, each on disk before the next', async () => {
  const { dot, isRed } = await show('drawing');
  dot(0.45, 0.45);
  dot(0.65, 0.65);
  await expect.poll(() => isRed(0.45, 0.45)).toBe(true);
  expect([isRed(0.65, 0.65), asked.length]).toEqual([false, 1]);
  answers[0].resolve({ undo: 1, redo: 0 });
  await expect.poll(() => isRed(0.65, 0.65)).toBe(true);
  expect(asked.length).toBe(2);
});

it('takes a stroke that was not saved off the screen again, and says so', async () => {
  const { dot, isRed } = await show('drawing');
  dot(0.45, 0.45);
  await expect.poll(() => isRed(0.45, 0.45)).toBe(true);
  answers[0].reject(new ApiError({ code: 'storage.disk-full', message: 'The disk is full.', next: 'Make room.' }));
  await expect.poll(() => isRed(0.45, 0.45)).toBe(false);
  await expect.element(page.getByText('The disk is full.')).toBeVisible();
});

it('undoes on the screen what the site undid', async () => {
  const { dot, isRed } = await show('drawing');
  dot(0.45, 0.45);
  answers[0].resolve({ undo: 1, redo: 0 });
  await expect.poll(() => isRed(0.45, 0.45)).toBe(true);
  await userEvent.click(page.getByRole('button', { name: 'Undo' }));
  const { starts, lengths } = asked[0];
  answers[1].resolve({ starts, lengths, labels: new Uint8Array(starts.length), undo: 0, redo: 1 } satisfies Change);
  await expect.poll(() => isRed(0.45, 0.45)).toBe(false);
  await expect.element(page.getByRole('button', { name: 'Redo' })).toBeEnabled();
});

it('never draws on a prediction, and asks whether to start a drawing from it', async () => {
  const { dot, isRed } = await show('prediction');
  dot(0.45, 0.45);
  await expect.element(page.getByRole('dialog')).toBeVisible();
  expect([isRed(0.45, 0.45), asked.length]).toEqual([false, 0]);
});

it('shows a label map of the link that the volume did not have yet when it opened', async () => {
  const late = { ...map('drawing'), id: 'late', name: 'Drawn late' };
  window.location.hash = '#/viewer/cube?map=late';
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { Session } = await import('./session.svelte.ts');
  const session = new Session(volume);
  session.show('late', null);
  expect(session.map).toBeNull();
  volume.maps.push(late);
  await session.refresh();
  volume.maps.pop();
  expect(session.map).toMatchObject({ id: 'late' });
  session.close();
});
