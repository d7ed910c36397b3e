/** One round of a federation at one site: what is computed here, what is asked to leave, what comes in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../../../shared/bytes.ts';
import type { PayloadDescription } from '../../../shared/consent.ts';
import { isFault } from '../../../shared/errors.ts';
import type { FeatureBatch } from '../../../shared/features.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import { decodeWeights, encodeSafetensors } from '../../../shared/safetensors.ts';
import type { JobOptions } from '../../engine/client.ts';
import type { FeaturesJob, Trained, VolumeFiles } from '../../engine/jobs.ts';
import type { ApprovedPayload } from '../../federation/participant/approved-payload.ts';
import type { Participant } from '../../federation/participant/participant.ts';
import type { Round } from '../../federation/participant/round.ts';
import { encodeFeatureBatch } from '../../federation/wire/feature-batch.ts';
import type { Run } from '../../storage/runs.ts';
import { readWeights, writeWeights } from '../../storage/weight-file.ts';
import type { ConsentGate } from '../consent/gate.ts';
import { describeFeatures, describeWeights, type PayloadContext } from '../consent/payloads.ts';
import { treat } from '../consent/treatment.ts';
import type { SiteContext } from '../context.ts';
import type { JoinEvent } from './join-events.ts';
import { placeOfRound } from './recorded-rounds.ts';
import { readRemoteFeatures, writeRemoteFeatures } from './remote-features.ts';
import { roundsOf, stepsBefore, stepsOf } from './run-steps.ts';

/** What stays the same over the rounds of one federation. */
export interface Membership {
  site: SiteContext;
  participant: Participant;
  run: Run<'federated'>;
  /** The gate, with the seconds that an answer may take. */
  gate: (answerTimeout: number) => ConsentGate;
  plan: Plan;
  seed: number; // of this site: sites draw different slices
  volumes: VolumeFiles[];
  labelled: () => VolumeFiles[]; // asked for only where the federation fine-tunes
  onEvent: (event: JoinEvent) => void;
}

/** The person said no and wants out of the federation. */
export class Leaving extends Error {}

/** Files of a round in the run's folder; removed when the round is over. */
export function roundFile(
  { run }: Membership,
  { stage, number }: Pick<Round, 'stage' | 'number'>,
  what: string,
): string {
  return join(run.folder, `${stage}-${number}-${what}.safetensors`);
}

export async function pretrainRound(member: Membership, round: Round): Promise<Trained> {
  const { plan, seed, volumes, run, site } = member;
  const job: FeaturesJob = {
    plan,
    round: round.number,
    seed,
    volumes,
    weights: keepGlobalWeights(member, round, 'encoder'),
    state: join(run.folder, 'state-encoder.safetensors'),
  };
  const remote = plan.exchangeFeatures ? await exchange(member, round, job) : [];
  const out = roundFile(member, round, 'local');
  const begun = performance.now();
  const result = await site.trainer.run('pretrain', { ...job, remote, out }, trainingOptions(member, round));
  await update(member, round, out, result, begun);
  return result;
}

export async function finetuneRound(member: Membership, round: Round): Promise<Trained> {
  const { plan, seed, run, site } = member;
  const from = Math.floor(((round.number - 1) * plan.finetuneSteps) / plan.finetuneRounds);
  const to = Math.floor((round.number * plan.finetuneSteps) / plan.finetuneRounds);
  const out = roundFile(member, round, 'local');
  const job = {
    plan,
    seed,
    volumes: member.labelled(),
    weights: keepGlobalWeights(member, round, 'unet'),
    fromStep: from,
    steps: Math.max(1, to - from),
    state: join(run.folder, 'state-unet.safetensors'),
    out,
  };
  const begun = performance.now();
  const result = await site.trainer.run('finetune', job, trainingOptions(member, round));
  await update(member, round, out, result, begun);
  return result;
}

/** The round's weights as a file for the trainer; those that this site already keeps stay. */
function keepGlobalWeights(member: Membership, round: Round, kind: 'encoder' | 'unet'): string {
  const file = roundFile(member, round, 'global');
  if (!existsSync(file)) {
    const { weights } = decodeWeights(round.weights, 'the weights of the round');
    writeWeights(file, weights, { plan: member.plan, kind });
  }
  return file;
}

/** Sends this site's features where they may leave, and gives the others'. */
async function exchange(member: Membership, round: Round, job: FeaturesJob): Promise<FeatureBatch[]> {
  const kept = roundFile(member, round, 'remote');
  if (existsSync(kept)) return readRemoteFeatures(kept);
  const verdict = round.received.features ? undefined : await askFeatures(member, round, job);
  const { batches } = await handOver(
    verdict,
    (payload) => round.exchange(payload),
    // The phase may have closed, or every recipient left, before they had arrived.
    ({ counted }) => counted,
  );
  const remote = batches.toSorted(byContent);
  writeRemoteFeatures(kept, remote);
  return remote;
}

/** By content, because keys differ from site to site and run to run: the same features draw the same samples. */
function byContent(a: FeatureBatch, b: FeatureBatch): number {
  return Buffer.compare(bytesOf(a.vectors), bytesOf(b.vectors));
}

async function askFeatures(member: Membership, round: Round, job: FeaturesJob): Promise<Allowed | undefined> {
  const { plan, site } = member;
  const recipients = await round.recipients();
  if (recipients.length === 0) return undefined;
  const own = await site.trainer.run('features', job, { signal: round.signal });
  const { batch, words } = treat(own, plan.privacy);
  const bytes = encodeFeatureBatch(batch, plan);
  const context = payloadContext(member, round, member.volumes.length);
  const description = describeFeatures(bytes, batch, { ...context, recipients, treatment: words });
  return ask(member, round, bytes, description, ANSWER_SHARE * plan.featuresDeadline);
}

/** Asks for and sends the trained weights. One that comes too late is lost to the round, not to this site. */
async function update(member: Membership, round: Round, file: string, result: Trained, begun: number): Promise<void> {
  if (round.received.update) return;
  const { weights } = readWeights(file);
  const bytes = encodeSafetensors(weights); // without the header's notes
  const description = describeWeights(bytes, weights, payloadContext(member, round, result.volumes));
  const left = member.plan.trainingDeadline - (performance.now() - begun) / 1000;
  try {
    const verdict = await ask(member, round, bytes, description, Math.max(1, ANSWER_SHARE * left));
    await handOver(verdict, (payload) => round.update(payload, { volumes: result.volumes, loss: mean(result.losses) }));
  } catch (error) {
    if (!isFault(error, 'federation.late')) throw error;
  }
}

/** Of the time that a phase leaves; the rest is for sending. */
const ANSWER_SHARE = 0.8;

/** What was allowed, the gate that remembers it, and how to tell what became of it. */
interface Allowed {
  gate: ConsentGate;
  payload: ApprovedPayload;
  tell: (sent: boolean, reason: string) => void;
}

/** The one question, and its answer as an event. Throws `Leaving` where the answer is to leave. */
async function ask(
  member: Membership,
  round: Round,
  bytes: Uint8Array,
  description: PayloadDescription,
  answerTimeout: number,
): Promise<Allowed | undefined> {
  member.onEvent({ type: 'asking', kind: description.kind, round: round.number });
  const gate = member.gate(answerTimeout);
  const verdict = await gate.ask(bytes, description, round.signal);
  const { kind } = description;
  const tell = (sent: boolean, reason: string) =>
    member.onEvent({
      type: 'payload',
      kind,
      stage: round.stage,
      round: round.number,
      sent,
      bytes: bytes.length,
      reason,
    });
  if ('approved' in verdict) return { gate, payload: verdict.approved, tell };
  const { answer, reason } = verdict.refused;
  tell(false, reason);
  if (answer === 'refuse-and-leave') throw new Leaving(reason);
  return undefined;
}

/** Hands over what was allowed, or nothing, and notes in the ledger what became of it. */
async function handOver<Result>(
  allowed: Allowed | undefined,
  send: (payload: ApprovedPayload | null) => Promise<Result>,
  wasCounted: (result: Result) => boolean = () => true,
): Promise<Result> {
  if (!allowed) return send(null);
  const { gate, payload, tell } = allowed;
  const outcome = (words: 'sent' | 'withheld' | 'failed', reason: string) => {
    gate.note(payload, words, reason);
    tell(words === 'sent', reason);
  };
  let result: Result;
  try {
    result = await send(payload);
  } catch (error) {
    outcome('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
  if (wasCounted(result)) outcome('sent', 'allowed');
  else outcome('withheld', 'the phase was over, or no recipient was left');
  return result;
}

function payloadContext({ participant }: Membership, round: Round, volumes: number): PayloadContext {
  const { federation, coordinator } = participant;
  return { federation, coordinator, stage: round.stage, round: round.number, rounds: round.rounds, volumes };
}

function trainingOptions({ site, plan, run, onEvent }: Membership, round: Round): JobOptions {
  const place = placeOfRound(run, round.stage, round.number);
  return {
    signal: round.signal,
    onEngine: (on) => site.folder.runs.noteComputedOn(run.id, on),
    onProgress: ({ step, loss, notice }) =>
      onEvent({
        type: 'progress',
        step: stepsBefore('federated', plan, place) + step,
        steps: stepsOf('federated', plan),
        loss,
        notice,
        words: `round ${place} of ${roundsOf('federated', plan)}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`,
      }),
  };
}
