/** Taking part in a federation from the first round to the last. */
import { rmSync } from 'node:fs';
import type { Decider, Decision } from '../../../shared/consent.ts';
import { type ComputedOn, computedOnText } from '../../../shared/engine.ts';
import { fault, isFault } from '../../../shared/errors.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import { noTraffic, type Traffic, trafficSince } from '../../../shared/protocol/traffic.ts';
import { randomInteger, seededRandom } from '../../../shared/random.ts';
import { decodeWeights } from '../../../shared/safetensors.ts';
import type { Trained } from '../../engine/jobs.ts';
import { Participant } from '../../federation/participant/participant.ts';
import type { Round } from '../../federation/participant/round.ts';
import { hashToken, parseInvitation } from '../../federation/wire/invitation.ts';
import { unknownLineage } from '../../storage/lineage.ts';
import type { Model } from '../../storage/models.ts';
import type { Run } from '../../storage/runs.ts';
import { ConsentGate } from '../consent/gate.ts';
import type { SiteContext } from '../context.ts';
import { readPem } from '../pem.ts';
import { allVolumes, areSamples, labelledVolumes, learningWords, lineageOf } from '../volumes.ts';
import { finetuneRound, Leaving, type Membership, pretrainRound, roundFile } from './federated-round.ts';
import { lineageOfStart } from './federated-start.ts';
import type { JoinEvent, RoundSummary } from './join-events.ts';
import { forgetInvitation, keepInvitation } from './kept-invitation.ts';
import { type Begin, noteTraining, performRun } from './perform-run.ts';
import { placeOfRound } from './recorded-rounds.ts';

export interface JoinOptions {
  invitation: string;
  decider: Decider;
  address?: { host: string; port: number }; // connect here instead of where the invitation says
  ca?: string; // PEM file that the coordinator's certificate is checked against
  labels?: number | 'all'; // labelled volumes to use in federated fine-tuning; default all
  cohort?: string; // to learn from; absent: all volumes that may be learnt from
  /** Decides before standing permissions and the decider; undefined where it leaves it to them. */
  rule?: () => Decision | undefined;
  /** Hash of the plan that a person was shown; another one is refused. */
  planHash?: string;
  resume?: string; // id of the run to continue; without it the unfinished one of the same invitation, or a new one
  /** Stops: to go on later, or with `site.run-ended` for good, which says goodbye. */
  signal?: AbortSignal;
  onRun?: (id: string) => void;
  onEvent?: (event: JoinEvent) => void;
}

export interface JoinResult {
  run: string;
  models: string[]; // ids of what the federation made, as stored here; none where the person left
  rounds: RoundSummary[]; // in which this site trained since this start
  left: boolean; // the person refused and left
  computedOn: ComputedOn[]; // what this site trained on, also before a restart
}

/**
 * Stays until the federation ends, the person leaves, or `signal` aborts. A run that was cut off goes on where it was
 * when the same invitation is joined again.
 */
export function joinFederation(site: SiteContext, options: JoinOptions): Promise<JoinResult> {
  // Before connecting: a second start of the same site would take the place of the first at the coordinator.
  return performRun(site.folder, 'federated', (begin) => takePart(site, options, begin));
}

async function takePart(
  site: SiteContext,
  options: JoinOptions,
  begin: Begin<'federated', JoinResult>,
): Promise<JoinResult> {
  const { folder } = site;
  const { signal, resume, cohort, onRun, onEvent = () => {} } = options;
  const invitation = parseInvitation(options.invitation);
  const volumes = allVolumes(folder, cohort);
  const ending = new AbortController();
  const stop = () => ending.abort();
  signal?.addEventListener('abort', stop, { once: true });
  signal?.throwIfAborted();
  let noted: Run<'federated'> | undefined;
  const participant = await Participant.connect({
    identity: site.identity,
    name: site.name,
    invitation,
    address: options.address,
    ca: options.ca === undefined ? undefined : readPem(options.ca),
    volumes: volumes.length,
    planHash: options.planHash,
    signal: ending.signal,
    onEvent: (event) => {
      if (event.type === 'round-over' && noted) {
        const { stage, round, counted, sites } = event;
        const at = { round: placeOfRound(noted, stage, round), step: 0 };
        folder.runs.record(noted.id, at, { counted: counted ? 1 : 0, sites });
      }
      if ('words' in event) onEvent({ type: 'news', news: event, loud: event.type === 'insecure' });
      else onEvent(event);
    },
  });
  const depart = () => {
    if (isFault(signal?.reason, 'site.run-ended')) void participant.leave(LEFT);
    else ending.abort();
  };
  signal?.removeEventListener('abort', stop);
  signal?.addEventListener('abort', depart, { once: true });
  try {
    const { plan, federation, coordinator } = participant;
    const labelled = () => labelledVolumes(folder, options.labels ?? 'all', plan.seed, cohort);
    await ready(participant, plan.finetuneRounds > 0 ? labelled : () => {});
    const details = {
      federation,
      coordinator: coordinator.fingerprint,
      invitation: hashToken(invitation.token),
      ...(cohort === undefined ? {} : { cohort }),
    };
    const learnsFrom = { cohort: cohort ?? null, volumes: volumes.length, samples: areSamples(folder, volumes) };
    return await begin({ plan, details, resume, onRun }, (run) => {
      noted = run;
      keepInvitation(run, options);
      onEvent({ type: 'joined', run: run.id, federation, coordinator, plan, learnsFrom });
      const gate = (answerTimeout: number) =>
        new ConsentGate({
          ledger: folder.ledger,
          approvals: folder.approvals,
          permissions: folder.permissions,
          decider: options.decider,
          rule: options.rule,
          own: site.identity.fingerprint,
          run: run.id,
          answerTimeout,
        });
      const seed = seedOf(plan, site.name);
      return follow({ site, participant, run, gate, plan, seed, volumes, labelled, onEvent }, options);
    });
  } finally {
    signal?.removeEventListener('abort', depart);
    await participant.close();
  }
}

const LEFT = 'the person left';

/** Finds out now rather than after all pre-training what this site lacks; the others are not kept waiting for it. */
async function ready(participant: Participant, check: () => unknown): Promise<void> {
  try {
    check();
  } catch (error) {
    await participant.leave('not ready');
    throw error;
  }
}

/** Sites draw different slices; the same site of the same plan draws the same ones again. */
function seedOf({ seed }: Plan, name: string): number {
  return randomInteger(seededRandom('site', seed, name), 2 ** 31);
}

async function follow(member: Membership, { signal }: JoinOptions): Promise<JoinResult> {
  const { participant, run, site } = member;
  const rounds: RoundSummary[] = [];
  let before = noTraffic(); // a round's traffic begins with its announcement, which comes before the loop sees it
  try {
    for await (const round of participant.rounds()) {
      const result = await train(member, round);
      const traffic = trafficSince(participant.traffic, before);
      before = structuredClone(participant.traffic);
      if (!result) continue;
      const summary = noteRound(member, round, result, traffic);
      rounds.push(summary);
      member.onEvent({ type: 'round', ...summary, traffic });
    }
    signal?.throwIfAborted(); // the rounds also end when it was we who closed the connection
  } catch (cause) {
    const error = isFault(signal?.reason, 'site.run-ended') ? new Leaving(LEFT) : cause;
    if (!(error instanceof Leaving)) {
      signal?.throwIfAborted();
      throw error;
    }
    await participant.leave(error.message);
    site.folder.runs.update(run.id, { state: 'cancelled', note: `left: ${error.message}` });
    forgetInvitation(run);
    return { run: run.id, models: [], rounds, left: true, computedOn: computedOnOf(member) };
  }
  // A run that goes on after a restart knows only the rounds since; the ones before were noted.
  if (participant.countedRounds === 0 && run.round === 0) {
    throw fault('site.nothing-counted', { federation: participant.federation });
  }
  const model = keepModel(member);
  forgetInvitation(run);
  return { run: run.id, models: model ? [model.id] : [], rounds, left: false, computedOn: computedOnOf(member) };
}

/** Undefined where the round went on without this site. The files of a round that was cut off stay, to go on with. */
async function train(member: Membership, round: Round): Promise<Trained | undefined> {
  let result: Trained | undefined;
  await noteLineage(member, round);
  try {
    result = await (round.stage === 'pretraining' ? pretrainRound(member, round) : finetuneRound(member, round));
  } catch (error) {
    if (!isFault(error, 'federation.late')) throw error;
  }
  for (const what of ['global', 'remote', 'local']) rmSync(roundFile(member, round, what), { force: true });
  return result;
}

/** Before the round, so that what is learnt in one that is cut off is known as well. */
async function noteLineage(member: Membership, { stage, number, weights }: Round): Promise<void> {
  const { site, run, plan, volumes, labelled } = member;
  const { runs } = site.folder;
  const isFirst = placeOfRound(run, stage, number) === 1;
  const before = runs.get(run.id);
  if (before.lineage.volumes.length === 0) {
    // One that comes late does not see what the federation began with.
    runs.noteLineage(run.id, isFirst ? await lineageOfStart(site, plan, stage, weights) : unknownLineage);
  }
  runs.noteLineage(run.id, lineageOf(site.folder, stage === 'pretraining' ? volumes : labelled()));
}

function noteRound({ site, run, plan }: Membership, round: Round, result: Trained, traffic: Traffic): RoundSummary {
  const { runs } = site.folder;
  const place = placeOfRound(run, round.stage, round.number);
  noteTraining(site.folder, run.id, place, result);
  const { sent, received } = traffic;
  runs.count(
    run.id,
    { round: place, step: 0 },
    {
      'bytes-up-features': sent.features,
      'bytes-up-weights': sent.weights,
      'bytes-up-other': sent.control,
      'bytes-down-features': received.features,
      'bytes-down-weights': received.weights,
      'bytes-down-other': received.control,
    },
  );
  runs.update(run.id, { round: place, step: 0 });
  return {
    stage: round.stage,
    round: round.number,
    rounds: round.stage === 'pretraining' ? plan.rounds : plan.finetuneRounds,
    loss: mean(result.losses),
    seconds: result.seconds,
    up: sent.features + sent.weights,
    upFeatures: sent.features,
    down: received.features + received.weights,
  };
}

/** Stores what the federation made: a U-Net where it fine-tuned together, else an encoder. */
function keepModel(member: Membership): Model | undefined {
  const { site, participant, plan, run } = member;
  const bytes = participant.finalWeights;
  if (!bytes) return undefined;
  const { weights } = decodeWeights(bytes, 'the final weights of the federation');
  const kind = plan.finetuneRounds > 0 ? 'unet' : 'encoder';
  const rounds = `${plan.rounds} rounds of pre-training, ${plan.finetuneRounds} of fine-tuning`;
  const part = learningWords(
    site.folder,
    'volumes',
    plan.rounds > 0 ? member.volumes : member.labelled(),
    run.details.cohort,
  );
  const note = `federation ${participant.federation}, ${rounds}; this site learnt from ${part} and computed on ${computedOnText(computedOnOf(member))}`;
  const { lineage } = site.folder.runs.get(run.id);
  return site.folder.models.save({ kind, plan, weights, run: run.id, note, lineage });
}

function computedOnOf({ site, run }: Membership): ComputedOn[] {
  return site.folder.runs.get(run.id).computedOn;
}
