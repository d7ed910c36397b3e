/** Sites fine-tune the whole U-Net together, beginning with an encoder that the coordinating site has. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { policyDecider } from '../electron/site/consent/policy.ts';
import { refuseAll } from '../electron/site/consent/terminal.ts';
import { whyLeftOut } from '../electron/site/reference.ts';
import type { Site } from '../electron/site/site.ts';
import { readWeights } from '../electron/storage/weight-file.ts';
import { planSchema } from '../shared/plan.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const plan = planSchema.parse({
  inputSize: 32,
  baseWidth: 4,
  levels: 3,
  rounds: 0,
  finetuneRounds: 2,
  finetuneSteps: 5, // 2 in the first round, 3 in the second
  quorum: 1,
});

const folder = testFolder().path;

it('averages the U-Nets of those who consent, and all end with the same one', async () => {
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, '{"allow": ["weights"]}');
  await using host = await createPhantomSite(join(folder, 'host'), 0);
  await using guest = await createPhantomSite(join(folder, 'guest'), 1);
  const { model: encoder } = await host.pretrain({ plan: { ...plan, rounds: 1, stepsPerRound: 1, finetuneRounds: 0 } });

  const listening = Promise.withResolvers<void>();
  const hosted = host.coordinate({
    plan,
    sites: 2,
    from: encoder,
    listen: { host: '127.0.0.1', port: 0 },
    onEvent: ({ type }) => type === 'listening' && listening.resolve(),
  });
  await listening.promise;
  const invitations = [host.invite(), host.invite()];
  const [first, second] = await Promise.all([
    host.join({ invitation: invitations[0], decider: policyDecider(policy), labels: 1 }),
    guest.join({ invitation: invitations[1], decider: refuseAll }),
  ]);
  const { models } = await hosted;

  expect(first.rounds.map(({ stage, round }) => [stage, round])).toEqual([
    ['finetuning', 1],
    ['finetuning', 2],
  ]);
  expect(second.rounds.every(({ up }) => up === 0)).toBe(true);
  const files = [
    ...[...models, ...first.models].map((id) => host.folder.models.get(id)),
    ...second.models.map((id) => guest.folder.models.get(id)),
  ].map(({ file }) => readWeights(file));
  expect(files).toHaveLength(3);
  for (const { kind, weights } of files) {
    expect(kind).toBe('unet');
    expect(weights).toEqual(files[0].weights);
  }
  const start = readWeights(host.folder.models.get(encoder).file).weights;
  expect(files[0].weights['encoder.level1.conv1.kernel']).not.toEqual(start['encoder.level1.conv1.kernel']);
  const steps = host.folder.runs.metrics(first.run).filter(({ name, step }) => name === 'loss' && step > 0);
  expect(steps.map(({ round, step }) => [round, step])).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
    [2, 3],
  ]);

  const contents = ({ folder }: Site) => folder.volumes.list().map(({ contentHash }) => contentHash);
  const lineageAt = ({ folder }: Site, model: string) => {
    const { ancestors, volumes, complete } = folder.models.get(model).lineage;
    return { ancestors, volumes: volumes.toSorted(), complete };
  };
  // Both of the host's: the encoder, which its own part recognises by its weights, learnt from all volumes of the host.
  for (const id of [...models, ...first.models]) {
    expect(lineageAt(host, id)).toEqual({ ancestors: [encoder], volumes: contents(host).toSorted(), complete: true });
  }
  // The guest cannot tell what the encoder had seen before it came.
  expect(lineageAt(guest, second.models[0])).toEqual({
    ancestors: [],
    volumes: contents(guest).toSorted(),
    complete: false,
  });
});

it('learns at each site from the cohort that a person chose, and knows random weights by the seed', async () => {
  await using site = await createPhantomSite(join(folder, 'alone'), 0);
  const [a, b, c] = site.volumes();
  site.folder.cohorts.make('mine', 'training', [a]);
  site.folder.cohorts.make('test', 'held-out', [b]);
  const listening = Promise.withResolvers<void>();
  const hosted = site.coordinate({
    plan: { ...plan, rounds: 1, stepsPerRound: 1, finetuneRounds: 0, exchangeFeatures: false },
    sites: 1,
    listen: { host: '127.0.0.1', port: 0 },
    onEvent: ({ type }) => type === 'listening' && listening.resolve(),
  });
  await listening.promise;
  const told: unknown[] = [];
  const { models } = await site.join({
    invitation: site.invite(),
    decider: policyDecider(join(folder, 'policy.json')),
    cohort: 'mine',
    onEvent: (event) => event.type === 'joined' && told.push(event.learnsFrom),
  });
  expect(told).toEqual([{ cohort: 'mine', volumes: 1, samples: false }]);
  const lineage = { ancestors: [], volumes: [a.contentHash], complete: true };
  for (const id of [...models, ...(await hosted).models]) {
    expect(site.folder.models.get(id).lineage).toEqual(lineage);
    expect(whyLeftOut(site.folder.models.get(id), c)).toBeNull();
  }
});
