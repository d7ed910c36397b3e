/** Without a yes nothing leaves: measured on the socket, not in the code that promises it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { policyDecider } from '../electron/site/consent/policy.ts';
import { refuseAll } from '../electron/site/consent/terminal.ts';
import type { JoinResult } from '../electron/site/runs/federated-run.ts';
import { Site } from '../electron/site/site.ts';
import type { Decider } from '../shared/consent.ts';
import { planSchema } from '../shared/plan.ts';
import { createPhantomSite } from './phantom-site.ts';
import { tapWire, unmaskedFrames } from './tapped-wire.ts';
import { testFolder } from './test-folder.ts';

const plan = planSchema.parse({
  inputSize: 32,
  baseWidth: 4,
  levels: 3,
  featureLength: 32,
  rounds: 2,
  stepsPerRound: 2,
  volumesPerStep: 2,
  bankSize: 32,
  sampledFeatures: 32,
  featuresDeadline: 20, // also the time to answer, which nobody does in one of the tests
  trainingDeadline: 20,
});
const waitingForNobody: Decider = () => new Promise(() => {});

const folder = testFolder().path;

/** A federation of three in which the first site decides by `decider`; the others follow a policy that allows all. */
async function federate(name: string, decider: Decider, featuresDeadline: number) {
  const timed = { ...plan, featuresDeadline, trainingDeadline: featuresDeadline };
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, '{"allow": ["features", "weights"]}');
  await using host = Site.create(join(folder, name, 'host'), 'host');
  const listening = Promise.withResolvers<number>();
  const hosted = host.coordinate({
    plan: timed,
    sites: 3,
    listen: { host: '127.0.0.1', port: 0 },
    onEvent: (event) => event.type === 'listening' && listening.resolve(event.port),
  });
  const wire = await tapWire(await listening.promise);
  const sites = await Promise.all(
    [0, 1, 2].map((index) => createPhantomSite(join(folder, name, `site-${index}`), index)),
  );
  try {
    const results: JoinResult[] = await Promise.all(
      sites.map((site, index) =>
        site.join({
          invitation: host.invite(),
          decider: index === 0 ? decider : policyDecider(policy),
          address: index === 0 ? { host: '127.0.0.1', port: wire.port } : undefined,
        }),
      ),
    );
    await hosted;
    const [first] = sites;
    return {
      result: results[0],
      others: results.slice(1),
      frames: wire.sent().flatMap(unmaskedFrames),
      ledger: first.ledger.list(),
      whole: first.ledger.verify().broken === null,
    };
  } finally {
    await wire.close();
    for (const site of sites) await site.close();
  }
}

/** Types of the messages in a site's frames. */
function messageTypes(frames: Buffer[]): string[] {
  return frames.map((frame) => (decode(frame) as { type: string }).type);
}

describe.each([
  ['a person who refuses', refuseAll, 20],
  ['nobody there', waitingForNobody, 10],
] as const)('with %s', (name, decider, deadline) => {
  it('no feature and no weight crosses the socket, and training goes on', async () => {
    const { result, others, frames, ledger, whole } = await federate(name, decider, deadline);
    const types = messageTypes(frames);
    expect(types).toContain('join'); // it was there,
    expect(types.filter((type) => ['features', 'update', 'part'].includes(type))).toEqual([]); // and sent nothing,
    // Less than a single weight tensor,
    expect(frames.reduce((sum, frame) => sum + frame.length, 0)).toBeLessThan(2_000);
    expect(result.rounds).toHaveLength(plan.rounds); // but trained in every round,
    for (const round of result.rounds) {
      expect(round.loss).toBeGreaterThan(0);
      expect(round.up).toBe(0);
    }
    expect(others.every(({ rounds }) => rounds.every(({ up }) => up > 10_000))).toBe(true); // as the others did,
    expect(result.models).toHaveLength(1); // and has the federation's encoder.
    const decisions = ledger.filter((entry) => entry.type === 'decision');
    expect(decisions.map(({ payload }) => payload.kind)).toEqual(['features', 'weights', 'features', 'weights']);
    expect(decisions.every(({ answer }) => answer === 'refuse')).toBe(true);
    expect(whole).toBe(true);
  });
});

it('with a yes the same wire carries both, so the tests above would see them', async () => {
  const policy = join(folder, 'allow.json');
  writeFileSync(policy, '{"allow": ["features", "weights"]}');
  const { result, frames } = await federate('allowed', policyDecider(policy), 20);
  const types = messageTypes(frames);
  expect(types.filter((type) => type === 'features')).toHaveLength(plan.rounds);
  expect(types.filter((type) => type === 'update')).toHaveLength(plan.rounds);
  expect(result.rounds.every(({ up }) => up > 10_000)).toBe(true);
});
