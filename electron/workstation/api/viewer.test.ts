import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SiteEvent } from '../../../shared/api.ts';
import { makeWorkstation, smallGrid, smallVolume, type TestWorkstation } from '../../site/testing.ts';

let desk: TestWorkstation;
beforeAll(async () => {
  desk = await makeWorkstation(3, 2);
});
afterAll(() => desk[Symbol.asyncDispose]());

const fetchSite = (address: string, headers: Record<string, string> = {}) =>
  desk.workstation.fetch(new Request(`http://localhost/${address}`, { headers }));
const bytesAt = async (address: string) => new Uint8Array(await (await fetchSite(address)).arrayBuffer());
const stroke = (label: number, start: number, length: number) => ({
  label,
  starts: Uint32Array.of(start),
  lengths: Uint32Array.of(length),
});

describe('openVolume', () => {
  it('tells what the viewer needs before the first voxel', async () => {
    const { id } = desk.volumes[0];
    const opened = await desk.api.openVolume(id);
    expect(opened).toMatchObject({
      id,
      name: 'case 1',
      isDicom: false,
      grid: smallGrid,
      voxels: `site/volumes/${id}/voxels`,
      slices: { axis: 'coronal', partitions: 4 },
      note: '',
      maps: [
        {
          id: `training-${id}`,
          kind: 'training',
          name: '0.nii',
          labels: [1, 2],
          voxels: `site/maps/training-${id}/voxels`,
        },
      ],
    });
    const { voxels } = smallVolume(0).volume;
    expect([opened.least, opened.most]).toEqual([Math.min(...voxels), Math.max(...voxels)]);
    expect(opened.window.low).toBeGreaterThanOrEqual(opened.least);
    expect(opened.window.high).toBeLessThanOrEqual(opened.most);
    const stored = await bytesAt(opened.voxels);
    expect(stored).toHaveLength(voxels.length * { uint8: 1, int16: 2, uint16: 2, float32: 4 }[opened.voxelType]);
    expect(await bytesAt(opened.maps[0].voxels)).toEqual(smallVolume(0).labels.voxels);
  });

  it('names every label, by what a person calls it where they do', async () => {
    const { id } = desk.volumes[0];
    await desk.api.nameLabel(2, 'Posterior', '#123456');
    await desk.api.nameLabel(40, 'Ventricle', '#abcdef');
    const { labelNames } = await desk.api.openVolume(id);
    expect(labelNames.map(({ label }) => label)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 40]);
    expect(labelNames[0]).toMatchObject({ label: 1, name: 'Label 1' });
    expect(labelNames[1]).toEqual({ label: 2, name: 'Posterior', colour: '#123456' });
    await desk.api.noteVolume(id, 'motion');
    expect((await desk.api.openVolume(id)).note).toBe('motion');
  });

  it('refuses an unknown volume', async () => {
    expect(await desk.workstation.answer('openVolume', ['nothing'])).toMatchObject({
      ok: false,
      error: { code: 'storage.no-such-volume' },
    });
  });
});

describe('a drawing', () => {
  it('is drawn on, undone, served as it is, and made the training labels', async () => {
    const { id } = desk.volumes[2];
    const events: SiteEvent[] = [];
    const stop = desk.workstation.onEvent((event) => events.push(event));
    const drawing = await desk.api.startDrawing(id, null);
    expect(drawing).toMatchObject({ kind: 'drawing', volume: id, labels: [], undo: 0, redo: 0 });
    expect(drawing.name).toBe(`Drawn by ${desk.workstation.snapshot.person}`);
    expect(await desk.api.draw(drawing.id, stroke(3, 10, 5))).toEqual({ undo: 1, redo: 0 });
    await desk.api.draw(drawing.id, stroke(4, 12, 1));
    expect((await bytesAt(drawing.voxels)).slice(9, 16)).toEqual(Uint8Array.of(0, 3, 3, 4, 3, 3, 0));
    const part = await fetchSite(drawing.voxels, { range: 'bytes=12-13' });
    expect([part.status, part.headers.get('content-range'), part.headers.get('cache-control')]).toEqual([
      206,
      'bytes 12-13/2700',
      'no-store',
    ]);
    expect(await desk.api.undo(drawing.id)).toMatchObject({
      starts: Uint32Array.of(12),
      labels: Uint8Array.of(3),
      undo: 1,
      redo: 1,
    });
    expect((await desk.api.listVolumes()).find((volume) => volume.id === id)).toMatchObject({
      labelState: 'drafted',
      labels: [],
    });
    await desk.api.useForTraining(drawing.id);
    expect((await desk.api.listVolumes()).find((volume) => volume.id === id)).toMatchObject({
      labelState: 'labelled',
      labels: [3],
    });
    const { maps } = await desk.api.openVolume(id);
    expect(maps.map(({ kind, basis }) => [kind, basis])).toEqual([
      ['training', drawing.id],
      ['drawing', null],
    ]);
    await desk.api.removeLabelMap(maps[0].id);
    await desk.api.removeLabelMap(drawing.id);
    expect((await desk.api.openVolume(id)).maps).toEqual([]);
    expect((await fetchSite(drawing.voxels)).status).toBe(404);
    await expect.poll(() => events.some((event) => event.type === 'changed' && event.what === 'maps')).toBe(true);
    stop();
  });

  it('refuses what is no stroke, with the reason', async () => {
    const { id } = await desk.api.startDrawing(desk.volumes[2].id, null);
    expect(await desk.workstation.answer('draw', [id, stroke(1, 2699, 2)])).toMatchObject({
      ok: false,
      error: { code: 'storage.stroke-unsound', message: expect.stringContaining('outside of the volume') },
    });
    expect(await desk.workstation.answer('draw', [id, { ...stroke(1, 0, 1), label: 300 }])).toMatchObject({
      error: { code: 'site.arguments-unsound' },
    });
  });
});

describe('compareLabelMaps', () => {
  it('scores a drawing against the training labels it began with', async () => {
    const [{ id }, other] = desk.volumes;
    const training = `training-${id}`;
    const drawing = await desk.api.startDrawing(id, training);
    const [same] = await desk.api.compareLabelMaps(drawing.id, training);
    expect(same).toMatchObject({ label: 1, dice: 1, hausdorff95: 0, assd: 0 });
    const labels = smallVolume(0).labels.voxels;
    await desk.api.draw(drawing.id, stroke(9, labels.indexOf(2), 1));
    const scores = await desk.api.compareLabelMaps(drawing.id, training);
    expect(scores.map(({ label }) => label)).toEqual([1, 2, 9]);
    const voxels = labels.filter((label) => label === 2).length;
    expect(scores[1].dice).toBeCloseTo((2 * (voxels - 1)) / (2 * voxels - 1), 6);
    expect(scores[2]).toMatchObject({ dice: 0, hausdorff: null, referenceVolume: 0, predictedVolume: 2 });
    await expect(desk.api.compareLabelMaps(drawing.id, `training-${other.id}`)).rejects.toMatchObject({
      code: 'storage.other-volume',
    });
  });
});
