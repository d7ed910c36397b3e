/**
 * Two hospitals federate by their windows' verbs alone: one hosts and takes part, the other joins; batches are refused
 * and allowed, a standing permission is granted, used and withdrawn, and a stranger is asked about again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workstation } from '../electron/site/workstation.ts';
import { LEAST_READING_TIME, type Question } from '../shared/api/consent.ts';
import type { Snapshot } from '../shared/api.ts';
import type { Answer, PayloadKind } from '../shared/consent.ts';
import { planSchema } from '../shared/plan.ts';
import { writePhantoms } from './phantom-site.ts';

const plan = planSchema.parse({
  inputSize: 32,
  baseWidth: 4,
  levels: 3,
  featureLength: 32,
  rounds: 3,
  stepsPerRound: 2,
  volumesPerStep: 2,
  bankSize: 32,
  sampledFeatures: 32,
  featuresDeadline: 60,
  trainingDeadline: 60,
});
const hosting = { plan, host: '127.0.0.1', port: 0, sites: 2, from: null, certificate: null, key: null, unencrypted: false };

let folder: string;
let nord: Workstation;
let sued: Workstation;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'isocenter-window-'));
  [nord, sued] = await Promise.all(['Nord', 'Sued'].map(workstation));
});
afterAll(async () => {
  await Promise.all([nord.close(), sued.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function workstation(name: string, index: number): Promise<Workstation> {
  const window = new Workstation({ folder: join(folder, name) });
  await window.create(name);
  await window.site.import(await writePhantoms(join(folder, `${name}-files`), index, 2));
  return window;
}

/** Resolves with what `look` finds in the state that every page sees. */
function until<Found>(window: Workstation, look: (snapshot: Snapshot) => Found | undefined | false | null): Promise<Found> {
  return new Promise((resolve) => {
    const try_ = () => {
      const found = look(window.snapshot);
      if (!found) return;
      stop();
      resolve(found);
    };
    const stop = window.onEvent(try_);
    try_();
  });
}

/** The question about this, answered; allowances once it may have been read. */
async function answer(
  window: Workstation,
  { kind, round }: { kind: PayloadKind; round: number },
  answer: Answer,
  bounds: Question['proposed'] | null = null,
): Promise<Question> {
  const question = await until(window, ({ questions }) =>
    questions.find(({ payload }) => payload.kind === kind && payload.round === round),
  );
  if (answer.startsWith('allow')) {
    await new Promise((resolve) => setTimeout(resolve, LEAST_READING_TIME - (Date.now() - question.askedAt) + 20));
  }
  await window.api.answerQuestion(question.id, { answer, reason: 'as tested', bounds });
  return question;
}

describe('a federation by windows', () => {
  it('runs from hosting to the last round', async () => {
    await nord.api.hostFederation(hosting);
    expect(nord.snapshot.hosted).toMatchObject({ state: 'listening', secure: false, warning: null, sitesNeeded: 2 });
    const invitations = [await nord.api.createInvitation(null), await nord.api.createInvitation(null)];
    const runs = [await nord.api.joinFederation(invitations[0], null), await sued.api.joinFederation(invitations[1], null)];
    expect(runs[1]).toMatch(/^federated-/);

    const first = { kind: 'features', round: 1 } as const;
    const [asked] = await Promise.all([
      until(sued, ({ questions }) => questions[0]),
      answer(nord, first, 'allow-once'),
    ]);
    console.log(JSON.stringify(asked.payload.recipients), asked.proposed);
    await answer(sued, first, 'refuse');
    for (const round of [1, 2, 3]) {
      await Promise.all([
        ...(round > 1 ? [answer(nord, { kind: 'features', round }, 'allow-once'), answer(sued, { kind: 'features', round }, 'allow-once')] : []),
      ]);
      await Promise.all([
        answer(nord, { kind: 'weights', round }, 'allow-once'), answer(sued, { kind: 'weights', round }, 'allow-once'),
      ]);
    }
    await until(nord, ({ hosted }) => hosted?.state === 'finished');
    await until(sued, ({ membership }) => membership?.result === 'finished');
    console.log(JSON.stringify({...nord.snapshot, engine: 0}, null, 1));
    console.log(JSON.stringify({...sued.snapshot.membership, plan: 0}, null, 1));
  });
});
