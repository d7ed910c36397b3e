import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Coordinator } from './coordinator/coordinator.ts';
import type { Participant } from './participant/participant.ts';
import {
  approvedFeatures,
  approvedWeights,
  behave,
  cable,
  firstNumber,
  joinAs,
  MemoryStore,
  quick,
  startCoordinator,
  tinyBatch,
  tinyPlan,
  tinyWeights,
} from './testing.ts';
import { createIdentity } from './wire/identity.ts';
import { issueInvitation, parseInvitation } from './wire/invitation.ts';

let closing: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

async function begin(...args: Parameters<typeof startCoordinator>) {
  const federation = await startCoordinator(...args);
  closing.push(federation.coordinator);
  return federation;
}

async function wire(coordinator: Coordinator) {
  const made = await cable(Number(new URL(coordinator.address).port));
  closing.push(made);
  return made;
}

describe('a broken connection', () => {
  it.each(['before the features', 'after the features', 'before the update', 'after the update'])(
    'mends itself %s, and everything is counted once',
    async (moment) => {
      const plan = tinyPlan({ rounds: 2 });
      const { coordinator, events } = await begin({ plan, sites: 3 });
      const invitations = await coordinator.invite(3);
      const { host, port, cut } = await wire(coordinator);
      const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
      const flaky = await joinAs('Flaky', invitations[2], { address: { host, port } });
      const { participant } = flaky;
      const cutAt = (now: string) => {
        if (now === moment) cut();
      };
      const seen: number[] = [];
      const stumble = async () => {
        for await (const round of participant.rounds()) {
          cutAt('before the features');
          const exchanged = round.exchange(await approvedFeatures(participant, round, tinyBatch(plan, 2)));
          cutAt('after the features');
          seen.push((await exchanged).batches.length);
          cutAt('before the update');
          const start = firstNumber(round.weights);
          const weights = approvedWeights(participant, round, tinyWeights(start + 5));
          const updated = round.update(weights, { volumes: 1, loss: 0 });
          cutAt('after the update');
          await updated;
        }
      };
      const [, logA] = await Promise.all([stumble(), behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
      expect(seen).toEqual([2, 2]);
      expect(logA.map(({ remote }) => remote)).toEqual([
        ['B:1', 'Flaky:2'],
        ['B:1', 'Flaky:2'],
      ]);
      expect(firstNumber(await coordinator.finished)).toBe(6);
      expect(flaky.events.filter(({ type }) => type === 'disconnected').length).toBeGreaterThan(0);
      const counted = events.filter((event) => event.type === 'answered' && event.site.name === 'Flaky');
      expect(counted).toHaveLength(4);
      expect(events.filter((event) => event.type === 'refused')).toEqual([]);
    },
  );

  it('is told what was counted already, when the whole program started anew', async () => {
    const plan = tinyPlan({ rounds: 1 });
    const { coordinator, until } = await begin({ plan, sites: 2 });
    const invitations = await coordinator.invite(2);
    const a = await joinAs('A', invitations[0]);
    const identity = createIdentity();
    const first = await joinAs('B', invitations[1], { identity });
    const { value: round } = await first.participant.rounds().next();
    if (!round) throw new Error('no round');
    void round.exchange(await approvedFeatures(first.participant, round, tinyBatch(plan, 1))).catch(() => {});
    await until((event) => event.type === 'answered' && event.site.name === 'B');
    await first.participant.close();

    const again = await joinAs('B', invitations[1], { identity });
    const resume = async () => {
      const flags = [];
      for await (const { received, ...rest } of again.participant.rounds()) {
        flags.push({ ...received });
        expect(rest.stage).toBe('pretraining');
        break;
      }
      return flags;
    };
    expect(await resume()).toEqual([{ features: true, update: false }]);
    await again.participant.leave('enough');
    await a.participant.leave('enough');
  });

  it('is given up where the coordinator stays away', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    const [invitation] = await coordinator.invite(1);
    const { participant, events } = await joinAs('A', invitation, { timing: { ...quick, reconnectTime: 300 } });
    await coordinator.close();
    await expect(participant.rounds().next()).rejects.toMatchObject({ code: 'federation.unreachable' });
    expect(participant.ended).toBe(true);
    expect(events.map(({ type }) => type)).toContain('disconnected');
  });

  it('is noticed at both ends where it carries nothing more without being closed', async () => {
    const timing = { ...quick, silence: 600 };
    const { coordinator, until } = await begin({ plan: tinyPlan(), sites: 2, timing });
    const [invitation] = await coordinator.invite(1);
    const { host, port, freeze } = await wire(coordinator);
    const { participant, events } = await joinAs('A', invitation, { timing, address: { host, port } });
    freeze();
    await until((event) => event.type === 'admitted' && event.again);
    const news = () => events.flatMap((event) => ('words' in event ? [event.type] : []));
    await vi.waitFor(() => expect(news()).toHaveLength(3));
    expect(news()).toEqual(['connected', 'disconnected', 'connected']);
    await participant.leave('done');
  });
});

describe('a participant', () => {
  it('fails at once where nobody listens', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    const [invitation] = await coordinator.invite(1);
    await coordinator.close();
    await expect(joinAs('A', invitation)).rejects.toMatchObject({ code: 'federation.unreachable' });
  });

  it('demands the invited key behind any address', async () => {
    const [real, false_] = [await begin({ plan: tinyPlan(), sites: 2 }), await begin({ plan: tinyPlan(), sites: 2 })];
    const [invitation] = await real.coordinator.invite(1);
    const { hostname: host, port } = new URL(false_.coordinator.address);
    const joined = joinAs('A', invitation, { address: { host, port: Number(port) } });
    await expect(joined).rejects.toMatchObject({ code: 'federation.wrong-coordinator' });
  });

  it('stops when its signal aborts, also while it reconnects', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    const [invitation] = await coordinator.invite(1);
    const stop = new AbortController();
    const { participant } = await joinAs('A', invitation, { signal: stop.signal });
    await coordinator.close();
    const next = participant.rounds().next();
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it('is replaced by its second self, and does not fight it', async () => {
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    const [invitation] = await coordinator.invite(1);
    const identity = createIdentity();
    const first = await joinAs('A', invitation, { identity });
    const second = await joinAs('A', invitation, { identity });
    await expect(first.participant.rounds().next()).rejects.toMatchObject({ code: 'federation.replaced' });
    expect(second.participant.ended).toBe(false);
    await second.participant.leave('done');
  });
});

describe('a coordinator', () => {
  /** Lets three sites run to the end, through restarts. */
  const run = (sites: { participant: Participant }[]) =>
    Promise.all(sites.map((site, i) => behave({ ...site, events: [] }, { axis: i, step: i + 1 })));

  it('goes on where it was killed, after every save that it ever made', async () => {
    const plan = tinyPlan({ rounds: 2, finetuneRounds: 1 });
    const whole = await begin({ plan, sites: 3 });
    const invitations = await whole.coordinator.invite(3);
    const identities = [createIdentity(), createIdentity(), createIdentity()];
    const join = (texts: string[], port: number) =>
      Promise.all(
        ['A', 'B', 'C'].map((name, i) =>
          joinAs(name, texts[i], { identity: identities[i], address: { host: '127.0.0.1', port } }),
        ),
      );
    const portOf = (coordinator: Coordinator) => Number(new URL(coordinator.address).port);
    await run(await join(invitations, portOf(whole.coordinator)));
    const expected = await whole.coordinator.finished;
    const store = whole.options.store as MemoryStore;
    const phases = new Set(store.saves.map(({ rounds }) => `${rounds.stage} ${rounds.round} ${rounds.phase}`));
    expect(phases.size).toBeGreaterThan(8);

    // Each saved state is what a kill could have left: started from it, the federation must end with the same weights.
    const begun = store.saves.filter(({ rounds }) => rounds.started);
    for (const state of begun) {
      const kept = new MemoryStore();
      kept.state = state;
      const again = await startCoordinator({ ...whole.options, store: kept, listen: { host: '127.0.0.1', port: 0 } });
      const sites = await join(invitations, portOf(again.coordinator));
      await run(sites);
      const { stage, round, phase } = state.rounds;
      expect(await again.coordinator.finished, `${stage} ${round} ${phase}`).toEqual(expected);
      expect(again.coordinator.countedRounds, `${stage} ${round} ${phase}`).toBe(3);
      await again.coordinator.close();
    }
  });

  it('is found again by its sites, who send again only what it did not keep', async () => {
    const plan = tinyPlan({ rounds: 2 });
    const first = await begin({ plan, sites: 3 });
    const invitations = await first.coordinator.invite(3);
    const port = Number(new URL(first.coordinator.address).port);
    const sites = await Promise.all(['A', 'B', 'C'].map((name, i) => joinAs(name, invitations[i])));
    const finished = run(sites);
    await first.until((event) => event.type === 'answered' && event.about === 'update');
    await first.coordinator.close();
    const second = await begin({ ...first.options, listen: { host: '127.0.0.1', port } });
    const logs = await finished;
    expect(logs.map((log) => log.map(({ round }) => round))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(firstNumber(await second.coordinator.finished)).toBe(4);
    expect(second.coordinator.countedRounds).toBe(2);
    await expect(first.coordinator.finished).rejects.toMatchObject({ code: 'federation.stopping' });
  });

  it('that is closed releases who waits for its end, and keeps an end that came before', async () => {
    const plan = tinyPlan({ rounds: 1 });
    const stopped = await begin({ plan, sites: 2 });
    const finished = expect(stopped.coordinator.finished).rejects.toMatchObject({ code: 'federation.stopping' });
    await stopped.coordinator.close();
    await finished;

    const { coordinator } = await begin({ plan, sites: 2 });
    const invitations = await coordinator.invite(2);
    await run([await joinAs('A', invitations[0]), await joinAs('B', invitations[1])]);
    const weights = await coordinator.finished;
    await coordinator.close();
    expect(await coordinator.finished).toBe(weights);
  });

  it('does not go on with another plan', async () => {
    const { options, coordinator } = await begin({ plan: tinyPlan(), sites: 2 });
    await coordinator.invite(1);
    await coordinator.close();
    await expect(startCoordinator({ ...options, plan: tinyPlan({ rounds: 3 }) })).rejects.toMatchObject({
      code: 'federation.plan-changed',
    });
  });

  it('keeps tokens only as hashes, and takes those issued beside it', async () => {
    const store = new MemoryStore();
    const identity = createIdentity();
    const { coordinator } = await begin({ plan: tinyPlan(), sites: 2, store, identity });
    const [invitation] = await coordinator.invite(1);
    const { token } = parseInvitation(invitation);
    expect(JSON.stringify(store.state)).not.toContain(Buffer.from(token).toString('hex'));
    const beside = issueInvitation({
      address: coordinator.address,
      fingerprint: identity.fingerprint,
      federation: 'Test federation',
    });
    await expect(joinAs('A', beside.text)).rejects.toMatchObject({ code: 'federation.unknown-token' });
    Object.assign(store, { issuedTokens: async () => [beside.tokenHash] });
    const { participant } = await joinAs('A', beside.text);
    await participant.leave('done');
  });
});
