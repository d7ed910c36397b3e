/** What tests of federating by a window share: hospitals with volumes, and a person who answers. */
import { join } from 'node:path';
import { Workstation } from '../electron/workstation/workstation.ts';
import { LEAST_READING_TIME, type Question } from '../shared/api/consent.ts';
import type { HostRequest } from '../shared/api/federation.ts';
import type { Snapshot } from '../shared/api.ts';
import type { Answer, Bounds, PayloadKind } from '../shared/consent.ts';
import { type Plan, planSchema } from '../shared/plan.ts';
import { writePhantoms } from './phantom-site.ts';

export const plan = planSchema.parse({
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

export function hosting(plan: Plan, sites: number, changes: Partial<HostRequest> = {}): HostRequest {
  const listen = { host: '127.0.0.1', port: 0, certificate: null, key: null, unencrypted: false };
  return { plan, sites, from: null, ...listen, ...changes };
}

/** A hospital with two volumes, as after its first start. `index` chooses its scanner. */
export async function openHospital(folder: string, name: string, index: number): Promise<Workstation> {
  const window = new Workstation({ folder: join(folder, name) });
  await window.create(name);
  await window.site.import(await writePhantoms(join(folder, `${name}-files`), index, 2));
  return window;
}

/** Resolves with what `look` finds in the state that every page sees. */
export function until<Found>(
  window: Workstation,
  look: (snapshot: Snapshot) => Found | undefined | false | null,
): Promise<Found> {
  return new Promise((resolve) => {
    let stop = () => {};
    const see = () => {
      const found = look(window.snapshot);
      if (!found) return false;
      stop();
      resolve(found);
      return true;
    };
    if (!see()) stop = window.onEvent(see);
  });
}

export function questionAbout(window: Workstation, kind: PayloadKind, round: number): Promise<Question> {
  return until(window, ({ questions }) =>
    questions.find(({ payload }) => payload.kind === kind && payload.round === round),
  );
}

/** Waits for the question and answers it: an allowance as soon as it may have been read. Gives the question. */
export async function answer(
  window: Workstation,
  [kind, round]: [PayloadKind, number],
  answer: Answer,
  bounds: Bounds | null = null,
): Promise<Question> {
  const question = await questionAbout(window, kind, round);
  if (answer.startsWith('allow')) {
    const left = question.askedAt + LEAST_READING_TIME - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, left + 20)));
  }
  const granted = answer === 'allow-run' ? (bounds ?? question.proposed) : null;
  await window.api.answerQuestion(question.id, { answer, reason: 'as tested', bounds: granted });
  return question;
}

/** Allows everything that is asked from now on, each payload by itself. Gives what ends that. */
export function allowEverything(window: Workstation): () => void {
  const seen = new Set<string>();
  const allow = () => {
    for (const { id, payload } of window.snapshot.questions) {
      if (seen.has(id)) continue;
      seen.add(id);
      // The round may go on without it
      void answer(window, [payload.kind, payload.round], 'allow-once').catch(() => {});
    }
  };
  allow();
  return window.onEvent(allow);
}
