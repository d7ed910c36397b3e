/** What a window shows of the federation that this site hosts, kept true by the coordinator's events. */
import {
  type ByteCounts,
  type FederationMessage,
  type Handed,
  type HostedView,
  MOST_MESSAGES,
  MOST_ROUNDS,
  type Peer,
  type RoundRecord,
} from '../../../shared/api/federation.ts';
import type { Party } from '../../../shared/consent.ts';
import type { ErrorReport } from '../../../shared/errors.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import { isLoopback, listeningAddress } from '../../../shared/protocol/address.ts';
import type { CoordinatorEvent } from '../../../shared/protocol/coordinator-events.ts';
import type { KindBytes } from '../../../shared/protocol/traffic.ts';
import { coordinatorWords, unencryptedWords } from '../../site/coordinating/coordinator-words.ts';

export interface HostedAbout {
  federation: string;
  address: string;
  plan: Plan;
  sitesNeeded: number;
  self: string; // fingerprint of this site
  rounds: RoundRecord[]; // of earlier starts
}

type Answers = Map<string, { features: Handed; weights: Handed }>; // by fingerprint

export class HostedRecord {
  #view: HostedView;
  readonly #self: string;
  #answers: Answers = new Map(); // of the round under way
  #begunAt = 0; // of it, ms since 1970

  constructor({ self, address, ...about }: HostedAbout) {
    this.#self = self;
    this.#view = {
      ...about,
      ...wayOf(address),
      state: 'stopped',
      peers: [],
      current: null,
      messages: [],
      model: null,
      error: null,
    };
  }

  get view(): HostedView {
    return this.#view;
  }

  apply(event: CoordinatorEvent): void {
    const said = coordinatorWords(event);
    if (said) this.say(said.words, said.loud);
    switch (event.type) {
      case 'listening':
        this.#change({ state: 'listening', ...wayOf(listeningAddress(event)) });
        return;
      case 'admitted':
        this.meet(event.site, event.volumes, true);
        return;
      case 'left':
        this.#hear(event.site, { present: false });
        return;
      case 'waiting': {
        const { stage, round, rounds, started, missing } = event;
        const current = { stage, round, rounds, phase: 'admit' as const, deadline: null, missing };
        this.#change({ state: started ? 'running' : 'listening', current });
        return;
      }
      case 'phase': {
        const { stage, round, rounds, phase, deadline, missing } = event;
        if (phase === 'announce') this.#begin();
        const current = phase === 'finished' ? null : { stage, round, rounds, phase, deadline, missing };
        this.#change({ state: 'running', current });
        return;
      }
      case 'answered':
        this.#onAnswer(event);
        return;
      case 'round-finished':
        this.#onRound(event);
        return;
      case 'heard':
        this.#heard(event.sites);
        return;
      default:
        return;
    }
  }

  /** A site is admitted, here or not. */
  meet({ name, fingerprint }: Party, volumes: number, present: boolean): void {
    const isSelf = fingerprint === this.#self;
    const lastHeard = present ? new Date().toISOString() : null;
    const peer: Peer = {
      name,
      fingerprint,
      present,
      volumes,
      lastHeard,
      isCoordinator: isSelf,
      isSelf,
      isKnown: isSelf,
    };
    const others = this.#view.peers.filter((other) => other.fingerprint !== fingerprint);
    this.#change({ peers: [...others, peer].sort((a, b) => a.name.localeCompare(b.name)) });
  }

  say(words: string, loud = false): void {
    const message: FederationMessage = { at: new Date().toISOString(), words, loud };
    this.#change({ messages: [...this.#view.messages, message].slice(-MOST_MESSAGES) });
  }

  /** Nothing happens any more. */
  end(
    state: 'finished' | 'failed' | 'stopped',
    { model = null, error = null }: { model?: string | null; error?: ErrorReport | null } = {},
  ): void {
    const peers = this.#view.peers.map((peer) => ({ ...peer, present: false }));
    this.#change({ state, model, error, peers, current: null });
  }

  #begin(): void {
    this.#answers = new Map();
    this.#begunAt = Date.now();
  }

  #onAnswer({ site, about, bytes }: Extract<CoordinatorEvent, { type: 'answered' }>): void {
    const answers = this.#answers.get(site.fingerprint) ?? { features: null, weights: null };
    answers[about === 'features' ? 'features' : 'weights'] = bytes > 0 ? 'sent' : 'withheld';
    this.#answers.set(site.fingerprint, answers);
    this.#hear(site, {});
    const { current } = this.#view;
    if (!current) return;
    const missing = current.missing.filter(({ fingerprint }) => fingerprint !== site.fingerprint);
    this.#change({ current: { ...current, missing } });
  }

  #onRound({
    stage,
    round,
    counted,
    participants,
    traffic,
  }: Extract<CoordinatorEvent, { type: 'round-finished' }>): void {
    const losses = participants.flatMap(({ loss }) => (loss === null ? [] : [loss]));
    const perSite = traffic.map(({ name, fingerprint, traffic: { sent, received } }) => ({
      name,
      fingerprint,
      volumes: this.#view.peers.find((peer) => peer.fingerprint === fingerprint)?.volumes ?? null,
      ...(this.#answers.get(fingerprint) ?? { features: null, weights: null }),
      up: byteCounts(received), // traffic is the coordinator's: what it received is what the site sent
      down: byteCounts(sent),
    }));
    const record = {
      stage,
      round,
      counted,
      sites: participants.length,
      loss: losses.length > 0 ? mean(losses) : null,
      seconds: this.#begunAt === 0 ? null : (Date.now() - this.#begunAt) / 1000,
      features: null,
      weights: null,
      up: sumOf(perSite.map(({ up }) => up)),
      down: sumOf(perSite.map(({ down }) => down)),
      perSite,
    };
    // Cut off, and repeated
    const others = this.#view.rounds.filter((one) => one.stage !== stage || one.round !== round);
    this.#change({ rounds: [...others, record].slice(-MOST_ROUNDS) });
  }

  #heard(sites: { fingerprint: string; at: number }[]): void {
    const peers = this.#view.peers.map((peer) => {
      const sign = sites.find(({ fingerprint }) => fingerprint === peer.fingerprint);
      return sign ? { ...peer, lastHeard: new Date(sign.at).toISOString() } : peer;
    });
    this.#change({ peers });
  }

  #hear({ fingerprint }: Party, change: Partial<Peer>): void {
    const lastHeard = new Date().toISOString();
    const peers = this.#view.peers.map((peer) =>
      peer.fingerprint === fingerprint ? { ...peer, lastHeard, ...change } : peer,
    );
    this.#change({ peers });
  }

  #change(change: Partial<HostedView>): void {
    this.#view = { ...this.#view, ...change };
  }
}

function wayOf(address: string): Pick<HostedView, 'address' | 'secure' | 'warning'> {
  const { protocol, hostname } = new URL(address);
  const secure = protocol === 'wss:';
  return { address, secure, warning: secure || isLoopback(hostname) ? null : unencryptedWords(hostname) };
}

export function byteCounts({ features, weights, control }: KindBytes): ByteCounts {
  return { features, weights, other: control };
}

function sumOf(counts: ByteCounts[]): ByteCounts {
  return counts.reduce(
    (sum, { features, weights, other }) => ({
      features: sum.features + features,
      weights: sum.weights + weights,
      other: sum.other + other,
    }),
    { features: 0, weights: 0, other: 0 },
  );
}
