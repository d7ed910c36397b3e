/** What a window shows of the federation that this site takes part in, kept true by what its participant tells. */
import {
  type Handed,
  type MembershipView,
  MOST_MESSAGES,
  MOST_ROUNDS,
  type Peer,
  type RoundRecord,
} from '../../../shared/api/federation.ts';
import type { Party } from '../../../shared/consent.ts';
import { isFault, reportOf } from '../../../shared/errors.ts';
import type { ParticipantNews } from '../../../shared/protocol/participant-events.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import type { JoinEvent } from '../../site/runs/join-events.ts';
import { byteCounts } from './hosted-view.ts';

const NO_BYTES = { features: 0, weights: 0, other: 0 };

/** Before the site is admitted there is nothing to show; what happened until then is shown with it. */
export class MembershipRecord {
  readonly #self: Party;
  #view: Omit<MembershipView, 'run' | 'federation' | 'coordinator' | 'plan' | 'learnsFrom'> = {
    connection: 'connecting',
    words: '',
    insecure: null,
    peers: [],
    current: null,
    rounds: [],
    messages: [],
    result: null,
    model: null,
    error: null,
  };
  #heard: string | null = null; // when the coordinator last said something, RFC 3339
  #joined: Pick<MembershipView, 'run' | 'federation' | 'coordinator' | 'plan' | 'learnsFrom'> | undefined;

  constructor(self: Party) {
    this.#self = self;
  }

  /** Undefined until the site is admitted. `isKnown` tells whom the person has approved before. */
  view(isKnown: (fingerprint: string) => boolean): MembershipView | undefined {
    if (!this.#joined) return undefined;
    const { coordinator, learnsFrom } = this.#joined;
    const { connection, peers } = this.#view;
    const base = { lastHeard: null, isKnown: false, isSelf: false, isCoordinator: false };
    const here = connection === 'connected';
    const self: Peer = { ...base, ...this.#self, volumes: learnsFrom.volumes, present: here, isSelf: true };
    const all = [self, ...peers];
    const own = all.find(({ fingerprint }) => fingerprint === coordinator.fingerprint);
    const apart = { ...base, ...coordinator, lastHeard: this.#heard, present: here, volumes: null };
    if (!own) all.push(apart); // it coordinates and does not take part
    return {
      ...this.#joined,
      ...this.#view,
      peers: all.map((peer) => ({
        ...peer,
        isCoordinator: peer.fingerprint === coordinator.fingerprint,
        isKnown: peer.isSelf || isKnown(peer.fingerprint),
      })),
    };
  }

  /** Rounds from before this start, of the same run. What was heard since stays as it is. */
  remember(recorded: RoundRecord[]): void {
    const { rounds } = this.#view;
    const heard = ({ stage, round }: RoundRecord) => rounds.some((one) => one.stage === stage && one.round === round);
    this.#change({ rounds: [...recorded.filter((record) => !heard(record)), ...rounds].slice(-MOST_ROUNDS) });
  }

  /** True where the event changed what is shown. */
  apply(event: JoinEvent): boolean {
    const said = event.type === 'roster' || event.type === 'phase' || event.type === 'news';
    if (said && !(event.type === 'news' && event.news.type === 'disconnected')) this.#heard = new Date().toISOString();
    switch (event.type) {
      case 'joined': {
        const { run, federation, coordinator, plan, learnsFrom } = event;
        this.#joined = { run, federation, coordinator, plan, learnsFrom };
        return true;
      }
      case 'news':
        this.#say(event.news.words, event.loud);
        this.#onNews(event.news);
        return true;
      case 'roster':
        this.#change({ peers: event.sites.map((site) => this.#peer(site)) });
        return true;
      case 'phase': {
        const { stage, round, rounds, phase, deadline, missing } = event;
        this.#change({ current: { stage, round, rounds, phase, deadline, missing } });
        return true;
      }
      case 'payload': {
        const { kind, stage, round, sent, bytes, reason } = event;
        const handed: Handed = sent ? 'sent' : 'withheld';
        this.#note(stage, round, kind === 'features' ? { features: handed } : { weights: handed });
        const what = kind === 'features' ? 'feature vectors' : 'weights';
        this.#say(
          sent
            ? `Round ${round}: ${what} were sent, ${bytes.toLocaleString('en')} bytes (${reason}).`
            : `Round ${round}: ${what} stayed here (${reason}).`,
        );
        return true;
      }
      case 'round': {
        const { stage, round, loss, seconds, traffic } = event;
        const [up, down] = [byteCounts(traffic.sent), byteCounts(traffic.received)];
        this.#note(stage, round, { loss, seconds, up, down });
        return true;
      }
      default:
        return false;
    }
  }

  /** `model` is what the federation made. */
  end(result: 'left' | 'finished', model: string | null = null): void {
    const words =
      result === 'left'
        ? 'This site has left the federation. What was learnt here stays.'
        : 'The federation is finished.';
    this.#end({ result, words, model });
  }

  /** Stopped by a person, or failed; both can be continued. */
  endWith(cause: unknown): void {
    if (isFault(cause, 'site.cancelled')) {
      this.#end({ result: 'stopped', words: 'Taking part was stopped. It can be continued.' });
    } else {
      const error = reportOf(cause);
      this.#end({ result: 'failed', words: error.message, error });
    }
  }

  #end(change: Pick<MembershipView, 'words'> & Partial<MembershipView>): void {
    const peers = this.#view.peers.map((peer) => ({ ...peer, present: false }));
    this.#change({ connection: 'over', peers, current: null, ...change });
    this.#say(change.words, change.result === 'failed');
  }

  #onNews(news: ParticipantNews): void {
    switch (news.type) {
      case 'connected':
        this.#change({ connection: 'connected', words: news.words });
        return;
      case 'disconnected':
        this.#change({ connection: 'away', words: news.words });
        return;
      case 'insecure':
        this.#change({ insecure: news.words });
        return;
      case 'round-over': {
        const { stage, round, counted, sites } = news;
        this.#note(stage, round, { counted, sites });
        const { current } = this.#view;
        if (current?.stage === stage && current.round === round) this.#change({ current: this.#next() });
        return;
      }
      default:
        return;
    }
  }

  /** Between two rounds, or before the end. */
  #next(): MembershipView['current'] {
    const { current } = this.#view;
    const plan = this.#joined?.plan;
    if (!current || !plan) return null;
    const wait = { phase: 'admit' as const, deadline: null, missing: [] };
    if (current.round < current.rounds) return { ...current, ...wait, round: current.round + 1 };
    if (current.stage === 'finetuning' || plan.finetuneRounds === 0) return null;
    return { stage: 'finetuning', round: 1, rounds: plan.finetuneRounds, ...wait };
  }

  /** The record of a round with this in it, made where there is none yet. */
  #note(stage: Stage, round: number, change: Partial<RoundRecord>): void {
    const { rounds } = this.#view;
    const fresh: RoundRecord = {
      stage,
      round,
      counted: null,
      sites: 0,
      loss: null,
      seconds: null,
      features: null,
      weights: null,
      up: NO_BYTES,
      down: NO_BYTES,
      perSite: [],
    };
    const at = rounds.findIndex((record) => record.stage === stage && record.round === round);
    const next = at < 0 ? [...rounds, { ...fresh, ...change }] : rounds.with(at, { ...rounds[at], ...change });
    this.#change({ rounds: next.slice(-MOST_ROUNDS) });
  }

  #peer({ name, fingerprint, present }: Party & { present: boolean }): Peer {
    const before = this.#view.peers.find((peer) => peer.fingerprint === fingerprint);
    const heardNow = present || before?.present === true;
    const lastHeard = heardNow ? new Date().toISOString() : (before?.lastHeard ?? null);
    const rest = { volumes: null, isCoordinator: false, isSelf: false, isKnown: false };
    return { name, fingerprint, present, lastHeard, ...rest };
  }

  #say(words: string, loud = false): void {
    const message = { at: new Date().toISOString(), words, loud };
    this.#change({ messages: [...this.#view.messages, message].slice(-MOST_MESSAGES) });
  }

  #change(change: Partial<MembershipView>): void {
    this.#view = { ...this.#view, ...change };
  }
}
