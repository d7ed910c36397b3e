import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Grid, LabelMap } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite, openSite } from './site-folder.ts';
import { readLabelFile } from './volume-file.ts';

const grid: Grid = { size: [2, 3, 2], spacing: [1, 0.5, 2], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const sourceGrid: Grid = { ...grid, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] };
const labelMap = (...voxels: number[]): LabelMap => ({
  grid,
  sourceGrid,
  voxels: Uint8Array.from({ length: 12 }, (_, at) => voxels[at] ?? 0),
});
const dot = (at: number, label = 1) => ({ label, starts: Uint32Array.of(at), lengths: Uint32Array.of(1) });
const code = (name: string) => expect.objectContaining({ code: `storage.${name}` });

function makeSite() {
  const path = testFolder().path;
  const site = createSite(path, 'A');
  const add = (value: number) =>
    site.volumes.add(
      { grid, sourceGrid, voxels: Float32Array.from({ length: 12 }, (_, at) => at + value) },
      { name: `v${value}`, source: '/v' },
    );
  return { path, site, maps: site.labelMaps, volume: add(1), other: add(2) };
}

describe('predictions', () => {
  it('are listed with what the model said, newest last', () => {
    const { maps, volume } = makeSite();
    const prediction = { volume: volume.id, model: 'unet-1a2b', labels: labelMap(0, 2, 2), confidence: 0.75 };
    const { id } = maps.addPrediction(prediction);
    maps.addPrediction({ ...prediction, model: 'unet-3c4d', confidence: null, labels: labelMap() });
    expect(maps.list(volume.id)).toMatchObject([
      {
        id,
        kind: 'prediction',
        name: 'unet-1a2b',
        model: 'unet-1a2b',
        verdict: 'open',
        labels: [2],
        confidence: 0.75,
        undo: 0,
      },
      { model: 'unet-3c4d', labels: [], confidence: null },
    ]);
    expect(maps.read(id)).toEqual(labelMap(0, 2, 2));
    expect(() => maps.draw(id, dot(0))).toThrow(code('not-a-drawing'));
    expect(() =>
      maps.addPrediction({ ...prediction, labels: { ...labelMap(), grid: { ...grid, size: [3, 2, 2] } } }),
    ).toThrow(code('labels-do-not-fit'));
  });

  it('are replaced by newer ones of the same model, unless a person drew on them or judged them', () => {
    const { maps, volume, other } = makeSite();
    const predict = (label: number, of = volume.id) =>
      maps.addPrediction({ volume: of, model: 'unet-1a2b', labels: labelMap(label), confidence: 0.5 });
    const elsewhere = predict(9, other.id);
    predict(1);
    const second = predict(2);
    expect(maps.list(volume.id).map(({ id }) => id)).toEqual([second.id]);
    const drawing = maps.startDrawing(volume.id, second.id, 'anna');
    maps.draw(drawing.id, dot(3, 7));
    const third = predict(3);
    maps.judge(third.id, 'accepted', 'anna');
    const fourth = predict(4);
    expect(maps.list(volume.id).map(({ id }) => id)).toEqual([second.id, drawing.id, third.id, fourth.id]);
    expect(maps.read(drawing.id)).toEqual(labelMap(2, 0, 0, 7)); // a person's voxels, whatever the model says
    expect(maps.correctionOf(second.id)).toBe(drawing.id);
    expect(
      maps
        .predictionsOf('unet-1a2b')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([elsewhere.id, fourth.id].toSorted());
  });

  it('stay with their verdict where the model says the same again', () => {
    const { maps, volume } = makeSite();
    const prediction = { volume: volume.id, model: 'unet-1a2b', labels: labelMap(1), confidence: 0.5 };
    const { id } = maps.addPrediction(prediction);
    maps.judge(id, 'rejected', 'anna');
    expect(maps.addPrediction(prediction)).toMatchObject({ id, verdict: 'rejected' });
    expect(maps.list(volume.id)).toHaveLength(1);
  });

  it('alone are judged and scored', () => {
    const { maps, volume } = makeSite();
    const { id } = maps.startDrawing(volume.id, null, 'anna');
    expect(() => maps.judge(id, 'accepted', 'anna')).toThrow(code('not-a-prediction'));
    const prediction = maps.addPrediction({ volume: volume.id, model: 'unet-1', labels: labelMap(1), confidence: 1 });
    const scores = [
      { label: 1, dice: 0.5, hausdorff: 1, hausdorff95: null, assd: 1, predictedVolume: 1, referenceVolume: 3 },
    ];
    maps.noteScores(prediction.id, { reference: 'now', scores });
    expect(maps.get(prediction.id).scores).toEqual({ reference: 'now', scores });
  });

  it('had Dice 1 up to version 0.3 where both maps lack a label, which is none', () => {
    const { maps, volume } = makeSite();
    const prediction = maps.addPrediction({ volume: volume.id, model: 'unet-1', labels: labelMap(1), confidence: 1 });
    const empty = { label: 2, dice: 1, hausdorff: 0, hausdorff95: 0, assd: 0, predictedVolume: 0, referenceVolume: 0 };
    const same = { ...empty, label: 1, predictedVolume: 3, referenceVolume: 3 };
    maps.noteScores(prediction.id, { reference: 'now', scores: [same, empty] });
    expect(maps.get(prediction.id).scores?.scores).toEqual([
      same,
      { ...empty, dice: null, hausdorff: null, hausdorff95: null, assd: null },
    ]);
  });
});

describe('drawings', () => {
  it('begin empty, or as a copy that leaves what it was copied from alone', () => {
    const { site, maps, volume } = makeSite();
    site.volumes.attachLabels(volume.id, labelMap(5), '/labels/a.nii.gz');
    const empty = maps.startDrawing(volume.id, null, 'anna');
    const copy = maps.startDrawing(volume.id, `training-${volume.id}`, 'anna');
    const ofCopy = maps.startDrawing(volume.id, copy.id, 'ben');
    expect(maps.draw(copy.id, dot(1, 6))).toEqual({ undo: 1, redo: 0 });
    expect(maps.get(copy.id)).toMatchObject({
      name: 'Drawn by anna',
      basis: `training-${volume.id}`,
      labels: [5, 6],
      undo: 1,
    });
    expect([empty, copy, ofCopy].map(({ id }) => maps.read(id).voxels.slice(0, 2))).toEqual(
      [
        [0, 0],
        [5, 6],
        [5, 0],
      ].map((voxels) => Uint8Array.from(voxels)),
    );
    expect(readLabelFile(volume.labelFile)).toEqual(labelMap(5));
  });

  it('keep their voxels when what they were copied from is replaced or removed', () => {
    const { path, site, maps, volume } = makeSite();
    site.volumes.attachLabels(volume.id, labelMap(5), '/labels/a.nii.gz');
    const prediction = maps.addPrediction({
      volume: volume.id,
      model: 'unet-1',
      labels: labelMap(0, 4),
      confidence: 1,
    });
    const drawings = [`training-${volume.id}`, prediction.id].map(
      (basis) => maps.startDrawing(volume.id, basis, 'anna').id,
    );
    maps.draw(drawings[1], dot(2, 9));
    site.volumes.attachLabels(volume.id, labelMap(6), '/labels/b.nii.gz');
    maps.remove(prediction.id);
    site.close();
    const again = openSite(path);
    expect(drawings.map((id) => again.labelMaps.read(id))).toEqual([labelMap(5), labelMap(0, 4, 9)]);
    again.close();
  });

  it('are of one volume', () => {
    const { maps, volume, other } = makeSite();
    const { id } = maps.startDrawing(volume.id, null, 'anna');
    expect(() => maps.startDrawing(other.id, id, 'anna')).toThrow(code('other-volume'));
    expect(() => maps.startDrawing('none', null, 'anna')).toThrow(code('no-such-volume'));
    expect(() => maps.draw('none', dot(0))).toThrow(code('no-such-label-map'));
  });

  it('are all kept while more are drawn on than are held open', () => {
    const { maps, volume } = makeSite();
    const drawings = Array.from({ length: 6 }, () => maps.startDrawing(volume.id, null, 'anna').id);
    for (let round = 0; round < 2; round++) {
      for (const [at, id] of drawings.entries()) expect(maps.draw(id, dot(at + 6 * round)).undo).toBe(round + 1);
    }
    for (const [at, id] of drawings.entries()) {
      expect([maps.read(id).voxels[at], maps.read(id).voxels[at + 6]]).toEqual([1, 1]);
      expect(maps.undo(id).undo).toBe(1);
    }
  });

  it('show what another process drew', () => {
    const { path, maps, volume } = makeSite();
    const { id } = maps.startDrawing(volume.id, null, 'anna');
    maps.draw(id, dot(0));
    const elsewhere = openSite(path);
    elsewhere.labelMaps.draw(id, dot(1));
    expect(maps.draw(id, dot(2))).toEqual({ undo: 3, redo: 0 });
    expect(maps.read(id)).toEqual(labelMap(1, 1, 1));
    elsewhere.close();
  });

  it('go with their strokes when they are removed', () => {
    const { maps, volume } = makeSite();
    const { id } = maps.startDrawing(volume.id, null, 'anna');
    maps.draw(id, dot(0));
    maps.remove(id);
    expect(readdirSync(volume.mapsFolder)).toEqual([]);
    expect(() => maps.undo(id)).toThrow(code('no-such-label-map'));
  });
});

describe('training labels', () => {
  it('are listed first, and become a copy of what a person chose', () => {
    const { site, maps, volume } = makeSite();
    const training = `training-${volume.id}`;
    site.volumes.attachLabels(volume.id, labelMap(5), '/labels/a.nii.gz');
    const { id } = maps.startDrawing(volume.id, training, 'anna');
    maps.draw(id, dot(1, 6));
    expect(maps.list(volume.id)).toMatchObject([
      { id: training, kind: 'training', name: 'a.nii.gz', basis: null, labels: [5] },
      { id },
    ]);
    maps.useForTraining(id, 'ben');
    maps.draw(id, dot(2, 7));
    expect(maps.get(training)).toMatchObject({ name: 'Drawn by anna', basis: id, labels: [5, 6] });
    expect(site.volumes.get(volume.id).labelOrigin).toMatchObject({ map: id, kind: 'drawing', person: 'ben' });
    expect(readLabelFile(volume.labelFile)).toEqual(labelMap(5, 6));
  });

  it('are taken away with their file', () => {
    const { site, maps, volume } = makeSite();
    site.volumes.attachLabels(volume.id, labelMap(5), '/labels/a.nii.gz');
    maps.remove(`training-${volume.id}`);
    expect([existsSync(volume.labelFile), maps.list(volume.id)]).toEqual([false, []]);
    expect(() => maps.get(`training-${volume.id}`)).toThrow(code('no-such-label-map'));
  });
});

describe('the folder', () => {
  it('holds no label map of a volume that was removed', () => {
    const { site, maps, volume, other } = makeSite();
    const { id } = maps.startDrawing(volume.id, null, 'anna');
    maps.draw(id, dot(0));
    maps.addPrediction({ volume: other.id, model: 'unet-1', labels: labelMap(1), confidence: 1 });
    expect([...maps.overview()].map(([each, { kinds }]) => [each, ...kinds]).toSorted()).toEqual(
      [
        [volume.id, 'drawing'],
        [other.id, 'prediction'],
      ].toSorted(),
    );
    site.volumes.remove(volume.id);
    expect(existsSync(volume.mapsFolder)).toBe(false);
    expect([...maps.overview().keys()]).toEqual([other.id]);
    expect(() => maps.draw(id, dot(1))).toThrow(code('no-such-label-map'));
  });

  it('is swept of what a killed process left, and of nothing else', () => {
    const { path, site, maps, volume } = makeSite();
    site.volumes.attachLabels(volume.id, labelMap(5), '/labels/a.nii.gz');
    const { id } = maps.startDrawing(volume.id, `training-${volume.id}`, 'anna');
    maps.draw(id, dot(3));
    site.close();
    for (const name of [`${id}.128.safetensors`, '0123456789abcdef.0.safetensors'])
      writeFileSync(join(volume.mapsFolder, name), 'x');
    const again = openSite(path);
    expect(readdirSync(volume.mapsFolder)).toEqual([`${id}.0.safetensors`]);
    expect(again.labelMaps.read(id)).toEqual(labelMap(5, 0, 0, 1));
    again.close();
  });
});

describe('whose output a label map holds', () => {
  it('passes from a prediction over drawings to training labels, and outlives them all', () => {
    const { maps, site, volume } = makeSite();
    const prediction = maps.addPrediction({
      volume: volume.id,
      model: 'unet-1a2b',
      labels: labelMap(1),
      confidence: 1,
    });
    expect(prediction.models).toEqual(['unet-1a2b']);
    const first = maps.startDrawing(volume.id, prediction.id, 'anna');
    const second = maps.startDrawing(volume.id, first.id, 'anna');
    maps.useForTraining(second.id, 'anna');
    for (const { id } of [prediction, first, second]) maps.remove(id);
    expect(site.volumes.get(volume.id).labelOrigin).toMatchObject({
      kind: 'drawing',
      models: ['unet-1a2b'],
      person: 'anna',
    });
    const third = maps.startDrawing(volume.id, `training-${volume.id}`, 'ben');
    maps.useForTraining(third.id, 'ben');
    expect(site.volumes.get(volume.id).labelOrigin).toMatchObject({ map: third.id, models: ['unet-1a2b'] });
  });

  it('is nobody’s where a person drew from nothing or on what was imported', () => {
    const { maps, site, volume } = makeSite();
    expect(maps.startDrawing(volume.id, null, 'anna').models).toEqual([]);
    site.volumes.attachLabels(volume.id, labelMap(1), '/labels/v');
    expect(maps.startDrawing(volume.id, `training-${volume.id}`, 'anna').models).toEqual([]);
  });
});
