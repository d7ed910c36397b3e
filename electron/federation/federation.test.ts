import { afterEach, describe, expect, it, vi } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { Coordinator } from './coordinator/coordinator.ts';
import {
  approvedFeatures,
  approvedWeights,
  behave,
  firstNumber,
  joinAs,
  startCoordinator,
  type TestSite,
  tinyBatch,
  tinyPlan,
  tinyWeights,
} from './testing.ts';
import { createIdentity } from './wire/identity.ts';

let coordinators: Coordinator[] = [];
afterEach(async () => {
  for (const coordinator of coordinators) await coordinator.close();
  coordinators = [];
});

async function begin(...args: Parameters<typeof startCoordinator>) {
  const federation = await startCoordinator(...args);
  coordinators.push(federation.coordinator);
  return federation;
}

describe('a federation over real sockets', () => {
  it('pre-trains, exchanges features, fine-tunes and hands out the final weights', async () => {
    const plan = tinyPlan({ rounds: 2, finetuneRounds: 1 });
    const { coordinator, events } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const sites: TestSite[] = [];
    for (const [i, name] of ['A', 'B', 'C'].entries()) sites.push(await joinAs(name, invitations[i]));
    const logs = await Promise.all(sites.map((site, i) => behave(site, { axis: i, step: i + 1, volumes: i + 1 })));

    // Averages: (1 * 1 + 2 * 2 + 3 * 3) / 6 = 14 / 6 is added each round.
    const mean = 14 / 6;
    expect(logs[0].map(({ stage, round }) => `${stage} ${round}`)).toEqual([
      'pretraining 1',
      'pretraining 2',
      'finetuning 1',
    ]);
    expect(logs[0][1].start).toBeCloseTo(mean, 5);
    expect(logs[0][2].start).toBe(100);
    expect(logs.map((log) => log[0].remote)).toEqual([
      ['B:1', 'C:2'],
      ['A:0', 'C:2'],
      ['A:0', 'B:1'],
    ]);
    expect(logs[2][2].remote).toEqual([]);
    const final = await coordinator.finished;
    expect(firstNumber(final)).toBeCloseTo(100 + mean, 4);
    for (const { participant } of sites) expect(participant.finalWeights).toEqual(final);
    const finished = events.filter((event) => event.type === 'round-finished');
    expect(finished.map(({ participants }) => participants.map(({ volumes }) => volumes).sort())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(events.filter((event) => event.type === 'refused')).toEqual([]);
  });

  it('tells both sides how things stand: who is here, which phase is open and until when', async () => {
    const plan = tinyPlan({ rounds: 1, featuresDeadline: 30, trainingDeadline: 40 });
    const { coordinator, events, until } = await begin({ plan, sites: 2 });
    const invitations = await coordinator.invite(2);
    const a = await joinAs('A', invitations[0]);
    const heard = await until((event) => event.type === 'heard'); // of pings alone
    expect(heard).toMatchObject({ sites: [{ name: 'A', at: expect.any(Number) }] });
    const b = await joinAs('B', invitations[1]);
    const before = Date.now();
    await Promise.all([behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
    const phases = a.events.filter((event) => event.type === 'phase');
    for (const phase of phases) expect(phase).toMatchObject({ stage: 'pretraining', round: 1, rounds: 1 });
    const order = phases.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]);
    expect(order.filter((phase) => phase !== 'updates')).toEqual([
      'admit',
      'announce',
      'features',
      'training',
      'aggregate',
    ]);
    const features = phases.filter(({ phase }) => phase === 'features');
    expect(features[0].missing).toEqual([]); // of the announcement, which does not tell
    expect(features.find(({ missing }) => missing.length > 0)?.missing.map(({ name }) => name)).toEqual(['A', 'B']);
    for (const { deadline } of features) {
      expect(((deadline ?? 0) - before) / 1000).toBeCloseTo(plan.featuresDeadline, -1);
    }
    expect(phases.find(({ phase }) => phase === 'aggregate')).toMatchObject({ deadline: null, missing: [] });
    const rosters = a.events.flatMap((event) => (event.type === 'roster' ? [event.sites] : []));
    expect(rosters[0]).toEqual([]); // itself is not among the others
    expect(rosters.some(([other]) => other?.name === 'B' && other.present)).toBe(true);
    const waiting = events.filter((event) => event.type === 'waiting');
    expect(waiting[0]).toMatchObject({ stage: 'pretraining', round: 1, rounds: 1, started: false, needed: 2 });
  });

  it('tells the members who is missing as answers come and sites go, and tells of an answer before of what it opens', async () => {
    const plan = tinyPlan({ rounds: 1 });
    const { coordinator, events } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const sites: TestSite[] = [];
    for (const [i, name] of ['A', 'B', 'C'].entries()) sites.push(await joinAs(name, invitations[i]));
    const rounds = await Promise.all(sites.map(async ({ participant }) => (await participant.rounds().next()).value));
    const missing = (phase: string, names: string) =>
      vi.waitFor(
        () =>
          expect(
            sites[0].events.some(
              (event) =>
                event.type === 'phase' &&
                event.phase === phase &&
                event.missing.map(({ name }) => name).join('') === names,
            ),
          ).toBe(true),
        { timeout: 10_000 },
      );
    await missing('features', 'ABC');
    const exchanges = [rounds[1]?.exchange(null)];
    await missing('features', 'AC');
    await sites[2].participant.leave('done');
    await missing('features', 'A');
    exchanges.push(rounds[0]?.exchange(null));
    await Promise.all(exchanges);
    await missing('training', 'AB');
    const words = events.flatMap((event) =>
      event.type === 'answered' ? [event.site.name] : event.type === 'phase' ? [event.phase] : [],
    );
    expect(words).toEqual(['announce', 'features', 'B', 'A', 'training']);
    for (const { participant } of sites) await participant.close();
  });

  it('does not begin with another plan than the one that the person was shown', async () => {
    const plan = tinyPlan();
    const { coordinator } = await begin({ plan, sites: 2 });
    const [invitation] = await coordinator.invite(1);
    const identity = createIdentity();
    const other = { identity, planHash: planHash(tinyPlan({ rounds: 9 })) };
    await expect(joinAs('A', invitation, other)).rejects.toMatchObject({ code: 'federation.other-plan' });
    const { participant } = await joinAs('A', invitation, { identity, planHash: planHash(plan) });
    await participant.leave('done');
  });

  it('carries weights of many parts', async () => {
    const size = limits.partBytes; // numbers: four parts and a header
    const plan = tinyPlan({ rounds: 1 });
    const { coordinator } = await begin({ plan, sites: 2, initialWeights: async () => tinyWeights(1, size) });
    const invitations = await coordinator.invite(2);
    const sites = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    await Promise.all(
      sites.map(async ({ participant }, i) => {
        for await (const round of participant.rounds()) {
          await round.update(approvedWeights(participant, round, tinyWeights(2 * i, size)), { volumes: 1, loss: null });
        }
      }),
    );
    expect(await coordinator.finished).toEqual(tinyWeights(1, size));
  });

  it.each([true, false])("without one byte of a site that refuses (others' features for it: %s)", async (given) => {
    const plan = tinyPlan({ rounds: 1, refusersReceive: given });
    const { coordinator, events } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    const { participant } = await joinAs('Refuser', invitations[2]);
    const refuse = async () => {
      const seen: string[][] = [];
      for await (const round of participant.rounds()) {
        seen.push((await round.exchange(null)).batches.map(({ from }) => from.name).sort());
        await round.update(null, { volumes: 1, loss: 1 });
        expect(round.received).toEqual({ features: true, update: true });
      }
      return seen;
    };
    const [seen, logA] = await Promise.all([
      refuse(),
      behave(a, { axis: 0, step: 1 }),
      behave(b, { axis: 1, step: 3 }),
    ]);
    expect(seen).toEqual([given ? ['A', 'B'] : []]);
    expect(logA[0].remote).toEqual(['B:1']);
    expect(participant.traffic.sent).toMatchObject({ features: 0, weights: 0 });
    expect(a.participant.traffic.sent.features).toBeGreaterThan(4 * 65);
    expect(a.participant.traffic.sent.weights).toBeGreaterThan(0);
    expect(firstNumber(await coordinator.finished)).toBe(2);
    const finished = events.find((event) => event.type === 'round-finished');
    expect(finished).toMatchObject({ counted: true });
    const seenByCoordinator = finished?.type === 'round-finished' ? finished.traffic : [];
    expect(seenByCoordinator.find(({ name }) => name === 'Refuser')?.traffic.received).toMatchObject({
      features: 0,
      weights: 0,
    });
  });

  it('goes on without a site that died, and counts with the quorum', async () => {
    const plan = tinyPlan({ rounds: 2 });
    const { coordinator, events } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    const dead = await joinAs('Dead', invitations[2]);
    const die = async () => {
      for await (const round of dead.participant.rounds()) {
        await round.exchange(null);
        await dead.participant.close();
      }
    };
    await Promise.all([die(), behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
    expect(firstNumber(await coordinator.finished)).toBe(4);
    const finished = events.filter((event) => event.type === 'round-finished');
    expect(finished.map(({ participants }) => participants.map(({ name }) => name).sort())).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
    expect(dead.participant.ended).toBe(true);
    expect([coordinator, a.participant, dead.participant].map((side) => side.countedRounds)).toEqual([2, 2, 0]);
  });

  it('leaves a hanging site behind at the deadline and takes it along at the next round', async () => {
    const plan = tinyPlan({ rounds: 2, exchangeFeatures: false, trainingDeadline: 1 });
    const { coordinator, events } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    const slow = await joinAs('Slow', invitations[2]);
    const hang = async () => {
      for await (const round of slow.participant.rounds()) {
        if (round.number === 1) {
          await new Promise((resolve) => round.signal.addEventListener('abort', resolve));
          const late = round.update(approvedWeights(slow.participant, round, tinyWeights(50)), { volumes: 1, loss: 0 });
          await expect(late).rejects.toMatchObject({ code: 'federation.late' });
        } else await round.update(approvedWeights(slow.participant, round, tinyWeights(5)), { volumes: 1, loss: 0 });
      }
    };
    await Promise.all([hang(), behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
    const finished = events.filter((event) => event.type === 'round-finished');
    expect(finished.map(({ participants }) => participants.length)).toEqual([2, 3]);
    expect(firstNumber(await coordinator.finished)).toBeCloseTo((3 + 5 + 5) / 3, 5);
  });

  it('keeps the weights where a round misses the quorum', async () => {
    const plan = tinyPlan({ rounds: 1, exchangeFeatures: false });
    const { coordinator, events } = await begin({ plan, sites: 2 });
    const invitations = await coordinator.invite(2);
    const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    const refuse = async () => {
      for await (const round of b.participant.rounds()) await round.update(null, { volumes: 1, loss: null });
    };
    await Promise.all([refuse(), behave(a, { axis: 0, step: 1 })]);
    expect(firstNumber(await coordinator.finished)).toBe(0);
    expect(events.find((event) => event.type === 'round-finished')).toMatchObject({ counted: false });
    for (const side of [coordinator, a.participant, b.participant]) expect(side.countedRounds).toBe(0);
  });

  it('welcomes a site that comes later, from the next round on', async () => {
    const plan = tinyPlan({ rounds: 2 });
    const { coordinator, events } = await begin({ plan, sites: 2 });
    const invitations = await coordinator.invite(3);
    const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    const rounds = a.participant.rounds();
    const { value: first } = await rounds.next();
    if (!first) throw new Error('no round');
    const late = await joinAs('Late', invitations[2]);
    const behaveFrom = async () => {
      await first.exchange(await approvedFeatures(a.participant, first, tinyBatch(plan, 0)));
      await first.update(approvedWeights(a.participant, first, tinyWeights(1)), { volumes: 1, loss: 1 });
      return behave(a, { axis: 0, step: 1 });
    };
    const logs = await Promise.all([behave(late, { axis: 2, step: 1 }), behaveFrom(), behave(b, { axis: 1, step: 1 })]);
    expect(logs[0].map(({ round }) => round)).toEqual([2]);
    expect(logs[0][0].remote).toEqual(['A:0', 'B:1']);
    expect(logs[2].map(({ remote }) => remote)).toEqual([['A:0'], ['A:0', 'Late:2']]);
    expect(events.filter((event) => event.type === 'admitted').map(({ site }) => site.name)).toEqual([
      'A',
      'B',
      'Late',
    ]);
  });

  it('admits a site while the first weights are still being made', async () => {
    const made = Promise.withResolvers<Uint8Array>();
    const plan = tinyPlan({ rounds: 1 });
    const { coordinator, until } = await begin({ plan, sites: 2, initialWeights: () => made.promise });
    const invitations = await coordinator.invite(3);
    const sites = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
    await until((event) => event.type === 'phase' && event.phase === 'announce');
    sites.push(await joinAs('C', invitations[2]));
    made.resolve(tinyWeights(0));
    const logs = await Promise.all(sites.map((site, i) => behave(site, { axis: i, step: 1 })));
    expect(logs.map(([{ remote }]) => remote.length)).toEqual([2, 2, 2]);
  });

  it('seals features for nobody whom the approval does not name', async () => {
    const plan = tinyPlan({ rounds: 1 });
    const { coordinator } = await begin({ plan, sites: 3 });
    const invitations = await coordinator.invite(3);
    const sites: TestSite[] = [];
    for (const [i, name] of ['A', 'B', 'Stranger'].entries()) sites.push(await joinAs(name, invitations[i]));
    const careful = async () => {
      const { participant } = sites[0];
      for await (const round of participant.rounds()) {
        expect((await round.recipients()).map(({ name }) => name)).toEqual(['B', 'Stranger']);
        const full = await round.recipients();
        round.recipients = async () => full.filter(({ name }) => name === 'B');
        await round.exchange(await approvedFeatures(participant, round, tinyBatch(plan, 0)));
        await round.update(null, { volumes: 1, loss: null });
      }
    };
    const [, logB, logStranger] = await Promise.all([
      careful(),
      behave(sites[1], { axis: 1, step: 1 }),
      behave(sites[2], { axis: 2, step: 1 }),
    ]);
    expect(logB[0].remote).toEqual(['A:0', 'Stranger:2']);
    expect(logStranger[0].remote).toEqual(['B:1']);
  });

  it('tells loudly when it listens beyond this machine without TLS', async () => {
    const { events } = await begin({ plan: tinyPlan(), sites: 2, listen: { host: '0.0.0.0', port: 0 } });
    expect(events.map(({ type }) => type)).toContain('insecure');
    const quiet = await begin({ plan: tinyPlan(), sites: 2 });
    expect(quiet.events.map(({ type }) => type)).not.toContain('insecure');
  });

  it('refuses plans that cannot work', async () => {
    const code = (name: string) => expect.objectContaining({ code: `federation.${name}` });
    await expect(startCoordinator({ plan: tinyPlan({ quorum: 3 }), sites: 2 })).rejects.toEqual(
      code('quorum-too-large'),
    );
    await expect(startCoordinator({ plan: tinyPlan({ rounds: 0 }), sites: 2 })).rejects.toEqual(code('no-rounds'));
    await expect(startCoordinator({ plan: tinyPlan(), sites: 2, federation: 'a\nb' })).rejects.toEqual(
      code('name-unsound'),
    );
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    const port = Number(new URL(coordinator.address).port);
    const taken = startCoordinator({ plan: tinyPlan(), sites: 2, listen: { host: '127.0.0.1', port } });
    await expect(taken).rejects.toEqual(code('port-taken'));
  });

  it('ends for everybody when the weights cannot be made', async () => {
    const initialWeights = () => Promise.reject(new Error('no memory'));
    const { coordinator, events } = await begin({ plan: tinyPlan(), sites: 2, initialWeights });
    const invitations = await coordinator.invite(2);
    await Promise.all([joinAs('A', invitations[0]), joinAs('B', invitations[1])]);
    await expect(coordinator.finished).rejects.toThrow('no memory');
    await Promise.all([coordinator.close(), coordinator.close()]);
    expect(events.map(({ type }) => type)).toContain('failed');
  });
});
