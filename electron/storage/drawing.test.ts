import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import type { Grid } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { SiteDatabase } from './database.ts';
import { Drawing } from './drawing.ts';
import { createSite } from './site-folder.ts';
import type { Stroke } from './stroke.ts';

const grid: Grid = {
  size: [10, 10, 10],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** A drawing on an empty volume, and how to open it anew as another process would. */
function makeDrawing(settings: { kept?: number; most?: number } = {}) {
  const path = testFolder().path;
  const site = createSite(path, 'A');
  const volume = site.volumes.add(
    { grid, sourceGrid: grid, voxels: Float32Array.from({ length: 1000 }, (_, index) => index) },
    { name: 'a', source: '/a' },
  );
  const { id } = site.labelMaps.startDrawing(volume.id, null, 'anna');
  site.close();
  const database = new SiteDatabase(join(path, 'site.sqlite'));
  const state = database.query<[string], { folded: number; position: number; revision: number }>(
    'SELECT folded, position, revision FROM label_maps WHERE id = ?',
  );
  const fileOf = (folded: number) => join(volume.mapsFolder, `${id}.${folded}.safetensors`);
  const open = () =>
    new Drawing(database, {
      id,
      state: state.get(id) as NonNullable<ReturnType<typeof state.get>>,
      fileOf,
      blank: { grid, sourceGrid: grid },
      ...settings,
    });
  const records = database.query<[], { count: number }>('SELECT count(*) AS count FROM strokes');
  return { open, database, records: () => records.get()?.count, files: () => readdirSync(volume.mapsFolder), fileOf };
}

function randomStroke(random: () => number): Stroke {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let at = Math.floor(300 * random()); at < 900; at += Math.floor(200 * random())) {
    starts.push(at);
    lengths.push(1 + Math.floor(20 * random()));
    at += 20;
  }
  return {
    label: Math.floor(4 * random()),
    starts: Uint32Array.from(starts.length > 0 ? starts : [0]),
    lengths: Uint32Array.from(lengths.length > 0 ? lengths : [1]),
  };
}

const dot = (at: number, label = 1): Stroke => ({ label, starts: Uint32Array.of(at), lengths: Uint32Array.of(1) });

describe('Drawing', () => {
  it('undoes and redoes more than a hundred strokes, also after it is opened again', () => {
    const { open } = makeDrawing();
    const random = seededRandom('strokes', 1);
    let drawing = open();
    const states = [drawing.map.voxels.slice()];
    for (let count = 0; count < 120; count++) {
      const { undo } = drawing.draw(randomStroke(random));
      states[undo] = drawing.map.voxels.slice();
    }
    const strokes = drawing.history.undo;
    expect(strokes).toBeGreaterThan(100);
    drawing = open();
    expect(drawing.history).toEqual({ undo: strokes, redo: 0 });
    for (let at = strokes; at > 0; at--) {
      expect(drawing.map.voxels).toEqual(states[at]);
      if (at % 40 === 0) drawing = open();
      expect(drawing.undo()).toMatchObject({ undo: at - 1, redo: strokes - at + 1 });
    }
    expect(drawing.map.voxels).toEqual(states[0]);
    expect(drawing.undo().starts).toHaveLength(0);
    drawing = open();
    for (let at = 1; at <= strokes; at++) {
      drawing.redo();
      expect(drawing.map.voxels).toEqual(states[at]);
    }
    expect(drawing.redo().starts).toHaveLength(0);
  });

  it('tells which runs an undo and a redo change', () => {
    const drawing = makeDrawing().open();
    drawing.draw(dot(5, 2));
    drawing.draw({ label: 3, starts: Uint32Array.of(4), lengths: Uint32Array.of(3) });
    expect(drawing.labels).toEqual([3]);
    expect(drawing.undo()).toEqual({
      starts: Uint32Array.of(4, 5, 6),
      lengths: Uint32Array.of(1, 1, 1),
      labels: Uint8Array.of(0, 2, 0),
      undo: 1,
      redo: 1,
    });
    expect(drawing.labels).toEqual([2]);
    expect(drawing.redo()).toMatchObject({ labels: Uint8Array.of(3, 3, 3), undo: 2, redo: 0 });
  });

  it('forgets what was undone once something new is drawn', () => {
    const { open } = makeDrawing();
    const drawing = open();
    for (const at of [1, 2, 3]) drawing.draw(dot(at));
    drawing.undo();
    drawing.undo();
    expect(drawing.draw(dot(9))).toEqual({ undo: 2, redo: 0 });
    expect(drawing.redo().starts).toHaveLength(0);
    const again = open();
    expect(again.history).toEqual({ undo: 2, redo: 0 });
    expect([1, 2, 3, 9].map((at) => again.map.voxels[at])).toEqual([1, 0, 0, 1]);
  });

  it('counts no step, and forgets nothing undone, where a stroke changes no voxel', () => {
    const drawing = makeDrawing().open();
    drawing.draw(dot(1));
    drawing.draw(dot(2));
    drawing.undo();
    expect(drawing.draw(dot(1))).toEqual({ undo: 1, redo: 1 });
  });

  it('stays as it was where a stroke is unsound', () => {
    const { open, records } = makeDrawing();
    const drawing = open();
    expect(() => drawing.draw(dot(1000))).toThrow(expect.objectContaining({ code: 'storage.stroke-unsound' }));
    expect([drawing.history.undo, records()]).toEqual([0, 0]);
  });

  it('folds old strokes into its file, so that records and files stay few', async () => {
    const { open, records, files, fileOf } = makeDrawing({ kept: 10, most: 20 });
    const drawing = open();
    for (let at = 0; at < 200; at++) {
      drawing.draw(dot(at, 1 + (at % 3)));
      await drawing.fold();
    }
    expect(records()).toBeLessThanOrEqual(21);
    expect(files()).toHaveLength(1);
    expect(statSync(fileOf(190)).mode & 0o077).toBe(0);
    const again = open();
    expect(again.history).toEqual({ undo: 10, redo: 0 });
    expect(again.map.voxels).toEqual(drawing.map.voxels);
    for (let count = 0; count < 15; count++) again.undo();
    expect(again.history).toEqual({ undo: 0, redo: 10 });
    expect([189, 190].map((at) => again.map.voxels[at])).toEqual([1, 0]);
  });

  it('folds by itself while it is drawn on, and loses nothing where strokes go on meanwhile', async () => {
    const { open, records } = makeDrawing({ kept: 5, most: 8 });
    const drawing = open();
    for (let at = 0; at < 300; at++) {
      drawing.draw(dot(at));
      if (at % 7 === 0) await new Promise(setImmediate);
    }
    await drawing.fold(); // ends the one under way, which on a busy machine began long ago
    await drawing.fold();
    expect(records()).toBeLessThan(100);
    expect(open().map.voxels).toEqual(drawing.map.voxels);
  });

  it('gives up folding what is undone meanwhile', async () => {
    const { open, files } = makeDrawing({ kept: 2, most: 1000 });
    const drawing = open();
    for (let at = 0; at < 6; at++) drawing.draw(dot(at));
    const folding = drawing.fold();
    for (let count = 0; count < 4; count++) drawing.undo();
    drawing.draw(dot(500, 9));
    await folding;
    expect(files()).toEqual([]);
    const again = open();
    expect(again.history).toEqual({ undo: 3, redo: 0 });
    expect(again.map.voxels).toEqual(drawing.map.voxels);
  });

  it('does not draw past another process', () => {
    const { open } = makeDrawing();
    const [one, other] = [open(), open()];
    one.draw(dot(1));
    expect(() => other.draw(dot(2))).toThrow(expect.objectContaining({ code: 'storage.drawn-elsewhere' }));
    expect([other.map.voxels[2], other.history.undo, open().map.voxels[1]]).toEqual([0, 0, 1]);
  });
});
