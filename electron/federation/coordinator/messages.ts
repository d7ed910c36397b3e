/** What the coordinator tells its sites, made from its state. */
import type { CoordinatorMessage, MessageOf } from '../../../shared/protocol/messages.ts';
import { sameBytes } from '../wire/transcript.ts';
import { awaited, received } from './round.ts';
import type { CoordinatorState, StateView } from './state.ts';
import type { AdmittedSite } from './store.ts';

export interface Outgoing {
  message: CoordinatorMessage;
  payload: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The round that is open, for one of its members; without the weights where it `holds` them already. */
export function announcement(
  state: CoordinatorState,
  site: AdmittedSite,
  { rounds, remaining, holds }: { rounds: number; remaining: number; holds: boolean },
): Outgoing {
  const { stage, round, phase, members } = state.view.rounds;
  const payload = holds ? NOTHING : state.weights;
  const message: MessageOf<'announce'> = {
    type: 'announce',
    stage,
    round,
    rounds,
    phase: phase === 'features' ? 'features' : 'training',
    remaining,
    members: members.flatMap((member) => state.site(member)?.key ?? []),
    received: received(state.view.rounds, site.fingerprint),
    bytes: payload.length,
  };
  return { message, payload };
}

/** Whom the open phase waits for. Undefined after the last round: `finished` says that. */
export function waiting(state: CoordinatorState, remaining: number): MessageOf<'waiting'> | undefined {
  const { stage, round, phase, deadline } = state.view.rounds;
  if (phase === 'finished') return undefined;
  const missing = awaited(state.view.rounds).flatMap((site) => state.site(site)?.key ?? []);
  return { type: 'waiting', stage, round, phase, remaining: deadline === null ? null : remaining, missing };
}

/** The others' batches that were sealed for this site; where the plan says so, only if it shared its own. */
export function relayedTo(state: CoordinatorState, site: AdmittedSite, refusersReceive: boolean): Outgoing[] {
  const { stage, round, shared } = state.view.rounds;
  if (!refusersReceive && !shared.includes(site.fingerprint)) return [];
  return state.view.features.flatMap(({ site: from, sealed }) => {
    const key = sealed.keys.find(({ to }) => sameBytes(to, site.key));
    const sender = state.site(from);
    if (!key || !sender) return [];
    const { ephemeral, nonce, signature, ciphertext } = sealed;
    const message: MessageOf<'relayed'> = {
      type: 'relayed',
      stage,
      round,
      from: sender.key,
      ephemeral,
      nonce,
      signature,
      wrapped: key.wrapped,
      bytes: ciphertext.length,
    };
    return [{ message, payload: ciphertext }];
  });
}

export function roster({ sites: admitted }: StateView, isHere: (fingerprint: string) => boolean): MessageOf<'roster'> {
  const sites = admitted.map(({ name, key, sealingKey, sealingSignature, fingerprint }) => {
    return { name, key, sealingKey, sealingSignature, present: isHere(fingerprint) };
  });
  return { type: 'roster', sites };
}

export function finalWeights(state: CoordinatorState): Outgoing {
  const payload = state.weights;
  return { message: { type: 'finished', bytes: payload.length }, payload };
}
