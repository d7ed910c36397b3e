/** The whole way of three hospitals through the command line, each command a process, as the README tells it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readImage, readLabelMap, writeLabelMap } from '../electron/imaging/files.ts';
import { readWeights } from '../electron/storage/weight-file.ts';
import { isocenter, succeed } from './command.ts';
import { writePhantoms } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const sites = ['a', 'b', 'c'];
let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);

beforeAll(async () => {
  folder = testFolder().path;
  const plan = { rounds: 2, stepsPerRound: 3, inputSize: 32, levels: 3, baseWidth: 4, featureLength: 32, quorum: 3 };
  writeFileSync(at('plan.json'), JSON.stringify(plan));
  writeFileSync(at('policy.json'), '{"allow": ["features", "weights"]}');
  for (const [index, site] of sites.entries()) await writePhantoms(at('files', site), index, 3);
});

it('makes sites and imports volumes', async () => {
  for (const site of sites) {
    expect(await succeed('init', at(site), '--name', `Hospital ${site}`)).toContain('Key fingerprint');
    const report = JSON.parse(await succeed('import', at(site), at('files', site), '--json'));
    expect(report).toMatchObject({ known: 0, problems: [] });
    expect(report.imported).toHaveLength(3);
  }
  const volumes = JSON.parse(await succeed('volumes', at('a'), '--json'));
  expect(volumes.map(({ labels }: { labels: number[] }) => labels)).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  const again = await isocenter('init', at('a'), '--name', 'Another').finished;
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('storage.already-a-site');
});

it('pre-trains together; a site that is killed in the middle goes on; every model is the same', async () => {
  const coordinator = isocenter(
    ...['coordinator', at('a'), '--plan', at('plan.json'), '--listen', '127.0.0.1:0', '--sites', '3', '--json'],
  );
  await coordinator.says(/Listening on/);
  const invitations: string[] = [];
  for (const _ of sites) {
    const printed = await succeed('invite', at('a'));
    expect(printed).toMatch(/^isocenter:[\w-]+\n$/); // the invitation and nothing else
    invitations.push(printed.trim());
  }
  const join = (index: number) =>
    isocenter('join', at(sites[index]), invitations[index], '--consent', at('policy.json'), '--json');
  const commands = sites.map((_, index) => join(index));
  await commands[2].says(/sent weights/);
  commands[2].child.kill('SIGKILL');
  await commands[2].finished;
  commands[2] = join(2);
  for (const command of commands) expect((await command.finished).code).toBe(0);
  const { code, stdout } = await coordinator.finished;
  expect(code).toBe(0);

  const results = await Promise.all(commands.map(async ({ finished }) => JSON.parse((await finished).stdout)));
  const files = results.map(({ models: [id] }, index) => readWeights(at(sites[index], 'models', `${id}.safetensors`)));
  const [own] = JSON.parse(stdout).models;
  const shared = readWeights(at('a', 'models', `${own}.safetensors`)).weights;
  for (const { weights, kind } of files) {
    expect(kind).toBe('encoder');
    expect(weights).toEqual(shared);
  }
  expect(results[0].rounds.map(({ round }: { round: number }) => round)).toEqual([1, 2]);
  expect(await succeed('ledger', at('c'), '--verify')).toContain('The ledger is whole');
});

it('fine-tunes, segments on the image’s own grid, and scores', async () => {
  const models = JSON.parse(await succeed('models', at('b'), '--json'));
  const encoder = models.find(({ kind }: { kind: string }) => kind === 'encoder').id;
  const { model } = JSON.parse(
    await succeed('finetune', at('b'), '--labels', '1', '--from', encoder, '--steps', '3', '--json'),
  );
  const image = at('files', 'b', 'images', '0.nii.gz');
  await succeed('segment', at('b'), image, '--model', model, '--out', at('labels.nii.gz'));
  const { sourceGrid } = await readImage(image);
  expect((await readLabelMap(at('labels.nii.gz'))).sourceGrid).toEqual(sourceGrid);
  const reference = at('files', 'b', 'labels', '0.nii.gz');
  const { labels } = JSON.parse(await succeed('evaluate', reference, reference, '--json'));
  expect(labels.map(({ dice }: { dice: number }) => dice)).toEqual([1, 1]);
  await succeed('evaluate', at('labels.nii.gz'), reference);
  const map = await readLabelMap(reference);
  await writeLabelMap(at('empty.nii.gz'), { ...map, voxels: new Uint8Array(map.voxels.length) });
  expect(await succeed('evaluate', at('empty.nii.gz'), at('empty.nii.gz'))).toContain('correctly empty');
});

it('pre-trains alone', async () => {
  const { model } = JSON.parse(await succeed('pretrain', at('c'), '--plan', at('plan.json'), '--json'));
  expect(model).toMatch(/^encoder-/);
});

it('keeps a held-out cohort out of every run', async () => {
  const volumes = JSON.parse(await succeed('volumes', at('c'), '--json'));
  await succeed('cohort', at('c'), 'make', 'test', volumes[0].id, '--role', 'held-out');
  await succeed('cohort', at('c'), 'make', 'mine', '--filter', `images/${volumes[1].name}.nii`);
  await succeed('cohort', at('c'), 'add', 'mine', volumes[2].name);
  const list = JSON.parse(await succeed('cohort', at('c'), 'list', '--json'));
  expect(
    list.map((one: { name: string; role: string; volumes: string[] }) => [one.name, one.role, one.volumes.length]),
  ).toEqual([
    ['mine', 'training', 2],
    ['test', 'held-out', 1],
  ]);
  const { stderr } = await isocenter('finetune', at('c'), '--labels', '3').finished;
  expect(stderr).toContain('site.too-few-labels');
  const { volumes: learnt } = JSON.parse(
    await succeed('finetune', at('c'), '--labels', 'all', '--cohort', 'mine', '--steps', '1', '--json'),
  );
  expect(learnt).toBe(2);
  await succeed('cohort', at('c'), 'remove', 'mine', volumes[2].id);
  await succeed('cohort', at('c'), 'remove', 'test');
  expect(JSON.parse(await succeed('cohort', at('c'), 'list', '--json'))).toEqual([
    { name: 'mine', role: 'training', volumes: [volumes[1].id] },
  ]);
});

it.each([
  [['cohort', 'SITE', 'make'], 'site.cohort-unnamed'],
  [['cohort', 'SITE', 'add', 'nobody', 'none'], 'storage.no-such-volume'],
  [['pretrain', 'SITE', '--plan', 'PLAN', '--cohort', 'nobody'], 'storage.no-such-cohort'],
  [['finetune', 'SITE', '--labels', '9'], 'site.too-few-labels'],
  [['finetune', 'SITE', '--labels', '1', '--from', 'encoder-none'], 'storage.no-such-model'],
  [['join', 'SITE', 'isocenter:AAAA'], 'federation.invitation'],
  [['join', 'SITE', 'hello'], 'federation.invitation-foreign'],
  [['pretrain', 'SITE', '--plan', 'BAD-PLAN'], 'rounds'],
  [['invite', 'SITE'], 'site.nothing-hosted'],
  [['ledger', '/nowhere'], 'storage.not-a-site'],
  [['volumes'], "missing required argument 'site'"],
  [['coordinator', 'SITE', '--plan', 'BAD-PLAN', '--listen', 'here', '--sites', '2'], 'HOST:PORT'],
])('%s ends with a named error and exit code 1', async (args, named) => {
  writeFileSync(at('bad.json'), '{"rounds": "many"}');
  const given = args.map((arg) =>
    arg
      .replace(/^SITE$/, at('a'))
      .replace('BAD-PLAN', at('bad.json'))
      .replace('PLAN', at('plan.json')),
  );
  const { code, stderr } = await isocenter(...given).finished;
  expect(code).toBe(1);
  expect(stderr).toContain(named);
});
