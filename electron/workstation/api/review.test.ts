import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSegmentationNode } from '@itk-wasm/dicom';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { headlineOf } from '../../../shared/headline.ts';
import { readLabelMap } from '../../imaging/files.ts';
import { dicomBytes, PATIENT } from '../../imaging/fixtures/dicom.ts';
import { toSourceGrid } from '../../imaging/orientation.ts';
import { segmentVolumes } from '../../site/runs/segmenting-run.ts';
import { makeWorkstation, smallPlan, smallVolume, type TestWorkstation } from '../../site/testing.ts';

let desk: TestWorkstation;
let model: string;
beforeAll(async () => {
  desk = await makeWorkstation(4, 2);
  model = await desk.train();
  const { folder } = desk.workstation.site;
  folder.volumes.attachLabels(desk.volumes[2].id, smallVolume(2).labels, '/labels/2.nii'); // the model never saw these
  await segmentVolumes(desk.workstation.site, { model, volumes: desk.volumes.map(({ id }) => id) });
});
afterAll(() => desk[Symbol.asyncDispose]());

const fetchSite = (address: string, headers = {}) =>
  desk.workstation.fetch(new Request(`http://localhost/${address}`, { headers }));
const textOf = async (address: string) => (await fetchSite(address)).text();

describe('reviewModel', () => {
  it('lists the worst first, with scores where there is a reference', async () => {
    const { rows, labelNames } = await desk.api.reviewModel(model);
    expect(labelNames.map(({ label, name }) => [label, name])).toEqual([
      [1, 'Label 1'],
      [2, 'Label 2'],
    ]);
    expect(rows).toHaveLength(4);
    const worth = rows.map(({ dice, confidence }) => dice ?? confidence);
    expect(worth).toEqual(worth.toSorted((a, b) => a - b));
    const byName = new Map(rows.map((row) => [row.volumeName, row]));
    expect(byName.get('case 1')).toMatchObject({
      leftOut: 'learnt',
      verdict: 'open',
      judged: null,
      correction: null,
      isDicom: false,
    });
    expect(byName.get('case 3')).toMatchObject({ leftOut: null, dice: expect.any(Number) });
    expect(byName.get('case 3')?.scores.map(({ label }) => label)).toEqual([1, 2]);
    expect(byName.get('case 4')).toMatchObject({ leftOut: null, dice: null, scores: [] });
    const [ball] = byName.get('case 4')?.volumes ?? [];
    const truth = smallVolume(3).labels.voxels.filter((label) => label === 1).length * 2; // mm3
    expect(Math.abs(ball.mm3 / truth - 1)).toBeLessThan(0.5);
  });

  it('knows verdicts and corrections, and scores anew when the training labels change', async () => {
    const rowOf = async (name: string) =>
      (await desk.api.reviewModel(model)).rows.find(({ volumeName }) => volumeName === name);
    const before = await rowOf('case 3');
    const { id } = desk.volumes[2];
    const drawing = await desk.api.startDrawing(id, before?.map ?? '');
    await desk.api.setVerdict(before?.map ?? '', 'corrected');
    await desk.api.useForTraining(drawing.id); // the same voxels as the prediction
    expect(await rowOf('case 3')).toMatchObject({
      verdict: 'corrected',
      judged: { person: desk.workstation.snapshot.person, at: expect.stringMatching(/^\d{4}-.*Z$/) },
      correction: drawing.id,
      dice: 1,
      leftOut: 'own-output', // it agrees with itself
    });
    await desk.api.useForTraining(before?.map ?? ''); // a copy of itself is no reference
    expect(await rowOf('case 3')).toMatchObject({ dice: null, scores: [] });
    desk.workstation.site.folder.volumes.attachLabels(id, smallVolume(2).labels, '/labels/2.nii');
    expect((await rowOf('case 3'))?.dice).toBe(before?.dice);
  });

  it('leaves out what a model comes from, and what that one made the labels of', async () => {
    const { site } = desk.workstation;
    const { folder } = site;
    const [, , third, fourth] = desk.volumes;
    const first = await desk.api.reviewModel(model);
    const mapOf = (volume: string) => first.rows.find((row) => row.volume === volume)?.map ?? '';
    const drawing = await desk.api.startDrawing(fourth.id, mapOf(fourth.id));
    await desk.api.useForTraining(drawing.id);
    await desk.api.removeLabelMap(drawing.id);
    const plan = { ...smallPlan, finetuneSteps: 1 };
    folder.cohorts.make('kept', 'held-out', [third, fourth]);
    const { model: next } = await site.finetune({ labels: 1, from: model, plan });
    await segmentVolumes(site, { model: next, volumes: desk.volumes.map(({ id }) => id) });
    const { rows } = await desk.api.reviewModel(next);
    expect(Object.fromEntries(rows.map(({ volumeName, leftOut }) => [volumeName, leftOut]))).toEqual({
      'case 1': 'learnt', // by it or by its start
      'case 2': 'learnt',
      'case 3': null,
      'case 4': 'own-output',
    });
    folder.cohorts.remove('kept');
    folder.volumes.detachLabels(fourth.id);
    folder.models.remove(next);
  });

  it('draws each prediction, anew when a colour changes', async () => {
    const [row] = (await desk.api.reviewModel(model)).rows;
    const answer = await fetchSite(row.thumbnail);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const picture = decode(new Uint8Array(await answer.arrayBuffer()));
    expect([picture.width, picture.height, picture.channels]).toEqual([320, 320, 3]);
    const near = (colour: number[]) => {
      let count = 0;
      for (let at = 0; at < picture.data.length; at += 3) {
        if (colour.every((value, channel) => Math.abs(picture.data[at + channel] - value) < 12)) count++;
      }
      return count;
    };
    expect(near([0x3f, 0xf2, 0xad])).toBeGreaterThan(100); // the outline of label 1
    const etag = answer.headers.get('etag') ?? '';
    expect((await fetchSite(row.thumbnail, { 'if-none-match': etag })).status).toBe(304);
    await desk.api.nameLabel(1, 'Ball', '#ffffff');
    expect((await fetchSite(row.thumbnail, { 'if-none-match': etag })).status).toBe(200);
    const { mapsFolder } = desk.workstation.site.folder.volumes.get(row.volume);
    expect(readdirSync(mapsFolder).filter((name) => name.endsWith('.png'))).toHaveLength(1);
  });
});

describe('exportReview', () => {
  it('makes a page that needs nothing else, with every volume and no script', async () => {
    await desk.api.nameLabel(2, '<b>"core" & more', '#ff7a66');
    const exported = await desk.api.exportReview(model, 'report-html');
    expect(exported.name).toBe(`report-${model}.html`);
    const page = await textOf(exported.address);
    expect(page.length).toBeGreaterThan(10_000);
    expect(exported.bytes).toBe(Buffer.byteLength(page));
    for (const part of [
      `corrected by ${desk.workstation.snapshot.person}, 20`,
      'Riverside',
      model,
      'case 1*',
      'case 4',
      'no medical device',
      '&lt;b&gt;&quot;core&quot; &amp; more',
    ]) {
      expect(page).toContain(part);
    }
    expect(page).not.toMatch(/<script|<b>"core"|https?:\/\/|<link/);
    expect(page.match(/data:image\/png/g)).toHaveLength(4);
    expect(page.match(/<circle cx="\d[^>]*r="3"/g)).toHaveLength(2 * 3); // a dot for each label and reference
  });

  it('makes a PDF', async () => {
    const { address, name } = await desk.api.exportReview(model, 'report-pdf');
    const answer = await fetchSite(address);
    expect(answer.headers.get('content-disposition')).toContain(`filename="${name}"`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.toString('latin1').match(/\/Subtype \/Image/g)).toHaveLength(4);
  });

  it('makes a table that other programs read, and that no spreadsheet takes for formulas', async () => {
    await desk.api.nameLabel(2, '=1+1', '#ff7a66');
    const table = await textOf((await desk.api.exportReview(model, 'scores-csv')).address);
    const [head, ...lines] = table.trimEnd().split('\r\n');
    expect(head.split(',')).toHaveLength(17);
    const starting = (start: string) => lines.filter((line) => line.startsWith(start));
    expect(starting('value,')).toHaveLength(8);
    expect(starting('value,case 1,2,')[0]).toMatch(/^value,case 1,2,'=1\+1,[\d.]+,.*,no,0\.\d+,open,,,learnt,no$/);
    expect(starting('value,case 4,1,')[0]).toMatch(/^value,case 4,1,Ball,,,,,[\d.]+,,,0\.\d+,open,,,,no$/);
  });

  it('sums up without what the model learnt from, in every form, as the window does', async () => {
    const { rows } = await desk.api.reviewModel(model);
    const { dice } = headlineOf(rows).volumes;
    const fair = rows.find(({ volumeName }) => volumeName === 'case 3')?.dice as number;
    expect(dice?.values).toEqual([fair]);
    const table = await textOf((await desk.api.exportReview(model, 'scores-csv')).address);
    const summary = (statistic: string) => table.split('\r\n').find((line) => line.startsWith(`${statistic},,,,`));
    expect(summary('volumes')).toMatch(/^volumes,,,,1,,1,1,,,0,/);
    expect(summary('mean')).toMatch(/^mean,,,,,/); // of one volume it would say nothing
    for (const statistic of ['median', 'lowest', 'highest']) {
      expect(summary(statistic)).toMatch(new RegExp(`^${statistic},,,,${fair},`));
    }
    const page = await textOf((await desk.api.exportReview(model, 'report-html')).address);
    expect(page).toContain(`<b>${fair.toFixed(3)}</b><span>median Dice of 1</span>`);
    expect(page).toContain('2 volumes are left out');
    const run = (await desk.api.listRuns()).find((one) => one.kind === 'segment' && one.model === model);
    expect(run?.dice?.values).toEqual([fair]);
  });

  it('counts what is correctly empty, and gives it no Dice', async () => {
    const { folder } = desk.workstation.site;
    const { id, name } = desk.volumes[3];
    const { labels } = smallVolume(3);
    const nothing = { ...labels, voxels: new Uint8Array(labels.voxels.length) };
    folder.volumes.attachLabels(id, nothing, '/labels/empty.nii');
    folder.labelMaps.addPrediction({ volume: id, model, labels: nothing, confidence: null });
    const { rows } = await desk.api.reviewModel(model);
    const row = rows.find(({ volume }) => volume === id);
    expect(row).toMatchObject({
      dice: null,
      scores: [
        { dice: null, assd: null },
        { dice: null, assd: null },
      ],
    });
    expect(rows.at(-1)?.volumeName).toBe(name); // nothing better can be said of it
    expect(headlineOf(rows).volumes).toMatchObject({ scored: 1, correctlyEmpty: 1 });
    const page = await textOf((await desk.api.exportReview(model, 'report-html')).address);
    expect(page).toContain('1 volume is correctly empty');
  });

  it('has nothing to say of a model without predictions', async () => {
    const other = await desk.train();
    for (const format of ['report-html', 'scores-csv'] as const) {
      expect(await desk.workstation.answer('exportReview', [other, format])).toMatchObject({
        error: { code: 'site.nothing-predicted' },
      });
    }
    expect((await desk.api.reviewModel(other)).rows).toEqual([]);
  });
});

describe('exportLabelMap', () => {
  it('gives NIfTI on the grid of the source, under a name of the volume', async () => {
    const [row] = (await desk.api.reviewModel(model)).rows;
    const exported = await desk.api.exportLabelMap(row.map, 'nifti');
    expect(exported.name).toBe(`${row.volumeName.replace(' ', '-')}-${model}.nii.gz`);
    const file = join(desk.workstation.folder, 'back.nii.gz');
    writeFileSync(file, Buffer.from(await (await fetchSite(exported.address)).arrayBuffer()));
    expect((await readLabelMap(file)).voxels).toEqual(desk.workstation.site.folder.labelMaps.read(row.map).voxels);
    expect(await desk.workstation.answer('exportLabelMap', [row.map, 'dicom-seg'])).toMatchObject({
      error: { code: 'site.no-dicom-source', next: expect.stringContaining('NIfTI') },
    });
  });

  it('gives DICOM SEG of a series that was imported, with who drew it', async () => {
    const { workstation, api } = desk;
    const { labelMaps, volumes } = workstation.site.folder;
    const series = join(workstation.folder, '..', 'series');
    mkdirSync(series);
    for (let slice = 0; slice < 4; slice++) {
      const settings = { instance: `1.2.3.${slice}`, position: [slice * 2, 5, -7], orientation: [0, 1, 0, 0, 0, -1] };
      const valueAt = (column: number, row: number) => column * row + slice;
      writeFileSync(join(series, `${9 - slice}`), dicomBytes({ ...settings, valueAt }));
    }
    await workstation.site.import([series]);
    const volume = volumes.list().find(({ dicomFiles }) => dicomFiles)?.id ?? '';
    const drawing = await api.startDrawing(volume, null);
    expect(await workstation.answer('exportLabelMap', [drawing.id, 'dicom-seg'])).toMatchObject({
      error: { code: 'site.nothing-labelled' },
    });
    for (const [label, start] of [
      [1, 3],
      [7, 90],
    ]) {
      await api.draw(drawing.id, { label, starts: Uint32Array.of(start), lengths: Uint32Array.of(11) });
    }
    const exported = await api.exportLabelMap(drawing.id, 'dicom-seg');
    const bytes = Buffer.from(await (await fetchSite(exported.address)).arrayBuffer());
    expect(bytes.includes(PATIENT)).toBe(true); // as the standard wants
    const file = join(workstation.folder, 'back.dcm');
    writeFileSync(file, bytes);
    const silent = vi.spyOn(console, 'log').mockImplementation(() => {}); // dcmqi prints
    const { segImage, metaInfo } = await readSegmentationNode(file);
    silent.mockRestore();
    const expected = toSourceGrid(labelMaps.read(drawing.id)).voxels.map((label) => (label === 7 ? 2 : label));
    expect(Uint8Array.from(segImage.data as ArrayLike<number>)).toEqual(expected); // segments count from 1
    expect(JSON.stringify(metaInfo)).toMatch(
      /"SegmentAlgorithmType":"MANUAL".*"SegmentDescription":"Label 7 \(label 7\)"/,
    );

    renameSync(series, `${series}-away`);
    expect(await workstation.answer('exportLabelMap', [drawing.id, 'dicom-seg'])).toMatchObject({
      error: { code: 'site.source-gone', message: expect.stringContaining(series) },
    });
  });

  it('keeps exports until the program ends, and no longer', async () => {
    const [row] = (await desk.api.reviewModel(model)).rows;
    const { address } = await desk.api.exportLabelMap(row.map, 'nifti');
    const folder = join(desk.workstation.folder, 'exports');
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    desk.workstation.exports.clear();
    expect((await fetchSite(address)).status).toBe(404);
    expect(readdirSync(folder)).toEqual([]);
  });
});
