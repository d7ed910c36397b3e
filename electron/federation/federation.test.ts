import { afterEach, describe, expect, it } from 'vitest';
import type { Coordinator } from './coordinator.ts';
import { behave, firstNumber, joinAs, startCoordinator, type TestSite, tinyPlan } from './testing.ts';

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
});
