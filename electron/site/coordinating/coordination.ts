/** Coordinating a federation: the site as its host. It may also join it, as any other site does. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import { listeningAddress } from '../../../shared/protocol/address.ts';
import type { CoordinatorEvent } from '../../../shared/protocol/coordinator-events.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { decodeWeights, encodeSafetensors } from '../../../shared/safetensors.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import { Coordinator } from '../../federation/coordinator/coordinator.ts';
import { issueInvitation } from '../../federation/wire/invitation.ts';
import { makeTemporaryFolder } from '../../storage/atomic-file.ts';
import { joinLineages, type Lineage, lineageFrom, nothingLearnt } from '../../storage/lineage.ts';
import type { Model } from '../../storage/models.ts';
import { SiteLock } from '../../storage/site-lock.ts';
import { readWeights, writeWeights } from '../../storage/weight-file.ts';
import type { SiteContext } from '../context.ts';
import { requireSameNetwork } from '../network-fit.ts';
import { readPem } from '../pem.ts';
import { CoordinatorFiles, type Hosted } from './coordinator-files.ts';

export interface CoordinateOptions {
  plan: Plan;
  listen: { host: string; port: number }; // port 0: any free one
  sites: number; // the first round begins when that many are here
  from?: string; // id of a model of this site to begin with, instead of random weights
  tls?: { cert: string; key: string }; // paths of PEM files
  signal?: AbortSignal;
  onEvent?: (event: CoordinatorEvent) => void;
}

export interface CoordinateResult {
  federation: string;
  models: string[]; // ids of what the federation made, as stored here
}

/**
 * Hosts a federation until its last round is over. One that was cut off goes on from its last finished phase when the
 * same plan is coordinated again. Throws `site.other-federation` while one with another plan is unfinished.
 */
export async function coordinate(site: SiteContext, options: CoordinateOptions): Promise<CoordinateResult> {
  const { folder } = site;
  const { plan, sites, from, tls, signal } = options;
  const start = from === undefined ? undefined : folder.models.get(from);
  if (start) requireSameNetwork(start, plan);
  const store = new CoordinatorFiles(folder.coordinatorFolder);
  const lock = new SiteLock(folder.path, join(folder.coordinatorFolder, 'lock.sqlite'), 'coordinating a federation');
  try {
    const before = store.hosted();
    if (before?.finished) store.clear();
    else if (before && before.planHash !== planHash(plan)) {
      throw fault('site.other-federation', { site: folder.path, folder: folder.coordinatorFolder });
    }
    const about: Omit<Hosted, 'address' | 'finished'> = {
      federation: site.name,
      planHash: planHash(plan),
      request: null,
    };
    const coordinator = await Coordinator.start({
      identity: site.identity,
      name: site.name,
      federation: site.name,
      plan,
      sites,
      listen: options.listen,
      tls: tls && { cert: readPem(tls.cert), key: readPem(tls.key) },
      store,
      initialWeights: (stage, previous) => initialWeights(site, plan, stage, previous, start?.file),
      onEvent(event) {
        // Written before anybody hears of it, so that `invite` finds it.
        if (event.type === 'listening') {
          const { host, port } = event; // the port is known only now, and is what invitations name
          about.request = { plan, host, port, sites, from: from ?? null, tls: tls ?? null };
          store.writeHosted({ ...about, address: listeningAddress(event), finished: false });
        }
        options.onEvent?.(event);
      },
    });
    const stop = () => void coordinator.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { weights } = decodeWeights(await coordinator.finished, 'the final weights of the federation');
      store.writeHosted({ ...about, address: coordinator.address, finished: true });
      const { countedRounds } = coordinator;
      if (countedRounds === 0) throw fault('site.nothing-counted', { federation: site.name });
      const kind = plan.finetuneRounds > 0 ? 'unet' : 'encoder';
      const note = `federation coordinated here, ${countedRounds} of ${plan.rounds + plan.finetuneRounds} rounds counted`;
      const model = folder.models.save({ kind, plan, weights, note, lineage: lineageHere(site, plan, start) });
      return { federation: site.name, models: [model.id] };
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await coordinator.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * An invitation for one site, which works until a site has used it. `address` is where that site reaches the
 * coordinator, if not where it listens. Throws `site.nothing-hosted` or `site.address-needed`.
 */
export function invite(site: SiteContext, address?: { host: string; port: number }): string {
  const store = new CoordinatorFiles(site.folder.coordinatorFolder);
  const hosted = store.hosted();
  if (!hosted || hosted.finished) throw fault('site.nothing-hosted', { site: site.folder.path });
  const listening = new URL(hosted.address);
  if (!address && ['0.0.0.0', '[::]'].includes(listening.hostname)) {
    throw fault('site.address-needed', { listening: listening.host });
  }
  const host = address?.host.includes(':') ? `[${address.host}]` : address?.host;
  const { text, tokenHash } = issueInvitation({
    address: address ? `${listening.protocol}//${host}:${address.port}/` : hosted.address,
    fingerprint: site.fingerprint,
    federation: hosted.federation,
  });
  store.issueToken(tokenHash);
  return text;
}

/** Of what this site has coordinated: its start, and what this site itself learnt from where it took part. */
function lineageHere({ folder, fingerprint }: SiteContext, plan: Plan, start: Model | undefined): Lineage {
  const hash = planHash(plan);
  const own = folder.runs
    .listOf('federated')
    .filter((run) => run.details.coordinator === fingerprint && run.planHash === hash)
    .map(({ lineage }) => lineage);
  return joinLineages(start ? lineageFrom(start) : nothingLearnt, ...own);
}

/** Safetensors bytes of a stage's first weights: what was learnt before, the rest drawn from the plan's seed. */
async function initialWeights(
  site: SiteContext,
  plan: Plan,
  stage: Stage,
  previous: Uint8Array | undefined,
  from: string | undefined,
): Promise<Uint8Array> {
  const folder = makeTemporaryFolder(site.folder.coordinatorFolder);
  const trainer = site.openTrainer(); // the other sites do not wait for what this one trains
  try {
    const before = join(folder, 'before.safetensors');
    const out = join(folder, 'out.safetensors');
    if (previous) {
      writeWeights(before, decodeWeights(previous, 'the weights before').weights, { plan, kind: 'encoder' });
    }
    await trainer.run('initialise', {
      plan,
      parts: trainedParts(plan, stage),
      from: previous ? before : from,
      out,
    });
    return encodeSafetensors(readWeights(out).weights);
  } finally {
    await trainer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
