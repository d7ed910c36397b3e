/** Whether the coordinator takes what a member sends, before the state machine judges whether it comes at its time. */
import { fault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf, SiteMessage } from '../../../shared/protocol/messages.ts';
import { largestSealedBatch } from '../wire/feature-batch.ts';
import { fingerprintOf } from '../wire/identity.ts';
import { type SealedBatch, verifySeal } from '../wire/sealing.ts';
import { readWeights } from '../wire/weights-frame.ts';
import type { StateView } from './state.ts';
import type { AdmittedSite } from './store.ts';

/** Most bytes that may follow this header; asked before one is kept. Throws where the message may have none. */
export function payloadLimit(message: SiteMessage, site: AdmittedSite, plan: Plan, state: StateView): number {
  if (message.type === 'features') {
    if (!plan.exchangeFeatures || message.stage !== 'pretraining') throw fault('federation.bad-turn');
    return largestSealedBatch(plan);
  }
  if (message.type !== 'update' || !state.weights) throw fault('federation.bad-turn');
  const expected = state.weights.bytes.length;
  if (message.stage !== state.weights.stage) {
    // A late encoder, read to its end and refused as old. It is smaller than the U-Net that holds it, if not for the
    // projection: twice is room enough.
    if (message.stage === 'pretraining') return Math.min(2 * expected, limits.weightsBytes);
    throw fault('federation.bad-turn');
  }
  if (message.bytes !== expected) {
    throw fault('federation.bad-weights', { site: site.name, reason: 'they have not the size of the global ones' });
  }
  return expected;
}

/** The sealed batch, if its seal is the sender's and names only sites of this federation. Throws `bad-features`. */
export function checkFeatures(
  message: MessageOf<'features'>,
  ciphertext: Uint8Array,
  site: AdmittedSite,
  { federation, planHash, sites }: StateView,
): SealedBatch {
  const { stage, round, ephemeral, nonce, signature, keys } = message;
  const bad = (reason: string) => fault('federation.bad-features', { site: site.name, reason });
  const recipients = new Set(keys.map(({ to }) => fingerprintOf(to)));
  const known = [...recipients].every(
    (to) => to !== site.fingerprint && sites.some(({ fingerprint }) => fingerprint === to),
  );
  if (recipients.size !== keys.length || !known) throw bad('they are sealed for somebody unknown');
  const sealed = { ephemeral, nonce, signature, ciphertext, keys };
  if (!verifySeal(sealed, { federation, planHash, stage, round, sender: site.key })) throw bad('their seal is broken');
  return sealed;
}

/** Throws `bad-weights`, or `bad-message` where the site claims to have trained on more than it joined with. */
export function checkUpdate(
  message: MessageOf<'update'>,
  weights: Uint8Array,
  site: AdmittedSite,
  layout: string | undefined,
): void {
  if (message.volumes > site.volumes) {
    throw fault('federation.bad-message', { reason: 'volumes: more than the site joined with' });
  }
  readWeights(weights, site.name, layout);
}
