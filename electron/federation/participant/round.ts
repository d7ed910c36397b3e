/** One round as a participant lives it: what it was given, what it answers, and what comes back. */
import type { Party } from '../../../shared/consent.ts';
import { fault, isFault } from '../../../shared/errors.ts';
import type { FeatureBatch } from '../../../shared/features.ts';
import { sha256 } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import { closeName } from '../../../shared/protocol/codes.ts';
import type { MessageOf, SiteMessage } from '../../../shared/protocol/messages.ts';
import type { AnswerSubject, Stage } from '../../../shared/protocol/rounds.ts';
import { decodeFeatureBatch } from '../wire/feature-batch.ts';
import type { Identity, SealingKeys } from '../wire/identity.ts';
import { openSealed, type SealContext, seal } from '../wire/sealing.ts';
import { sameBytes } from '../wire/transcript.ts';
import { layoutOf, readWeights } from '../wire/weights-frame.ts';
import { ApprovedPayload } from './approved-payload.ts';
import type { Roster } from './roster.ts';

/** Features of another site, opened and checked. */
export interface RemoteBatch extends FeatureBatch {
  from: Party;
}

/** What came of a round's features. */
export interface Exchange {
  batches: RemoteBatch[]; // the others', in the order of their fingerprints
  /**
   * Whether the coordinator acknowledged this site's own; false where none were sent, or they did not arrive whole in
   * time.
   */
  counted: boolean;
}

/** What a round needs of its participant. `send` drops the message while the connection is broken. */
export interface RoundHost {
  identity: Identity;
  sealingKeys: SealingKeys;
  roster: Roster;
  plan: Plan;
  planHash: string;
  federation: string;
  coordinator: Party;
  volumes: number;
  send(message: SiteMessage, payload?: Uint8Array): void;
  onPeerRefused(site: Party, error: Error): void;
}

export class Round {
  readonly stage: Stage;
  readonly number: number; // from 1
  readonly rounds: number; // of this stage
  /** Global weights, safetensors: checked, float32, finite. */
  readonly weights: Uint8Array;
  readonly weightsHash: Uint8Array;
  /** What the coordinator has already counted of this site, also before a reconnect or restart. */
  readonly received = { features: false, update: false };
  readonly #host: RoundHost;
  readonly #layout: string;
  readonly #abort = new AbortController();
  readonly #featuresClosed = Promise.withResolvers<void>();
  readonly #updateCounted = Promise.withResolvers<void>();
  readonly #batches = new Map<string, RemoteBatch | undefined>(); // by sender; undefined where it was refused
  #members: Uint8Array[];
  #featuresOpen = false;
  #answeredWithFeatures = false; // last; else it told that they are withheld
  #sendFeatures: (() => void) | undefined; // again after a reconnect, until it is counted
  #sendUpdate: (() => void) | undefined;

  /** Throws `federation.bad-weights`. */
  constructor(host: RoundHost, announce: MessageOf<'announce'>, weights: Uint8Array) {
    this.#host = host;
    this.stage = announce.stage;
    this.number = announce.round;
    this.rounds = announce.rounds;
    this.weights = weights;
    this.weightsHash = sha256(weights);
    this.#layout = layoutOf(readWeights(weights, host.coordinator.name));
    this.#members = announce.members;
    this.#featuresClosed.promise.catch(() => {});
    this.#updateCounted.promise.catch(() => {});
    this.resync(announce);
  }

  /** Aborted when the round goes on, or ends, without this site's weights. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Who would receive features now: the round's other members, each with a sealing key that it signed itself. */
  async recipients(): Promise<Party[]> {
    if (!this.#hasFeatures) return [];
    return this.#host.roster.among(this.#members).map(({ name, fingerprint }) => ({ name, fingerprint }));
  }

  /**
   * Sends these features, sealed for those of the round's members that the approval names, or tells that they are
   * withheld (null). Resolves when the phase closes with the others' batches; there are none where the plan exchanges
   * none here, or gives none to who withholds. Rejects with `federation.not-approved`, or `federation.late` where the
   * round is over.
   */
  async exchange(approved: ApprovedPayload | null): Promise<Exchange> {
    if (!this.#hasFeatures) return { batches: [], counted: false };
    if (!this.#sendFeatures) {
      this.#sendFeatures = this.#featuresAnswer(approved);
      if (this.#featuresOpen && !this.received.features) this.#sendFeatures();
    }
    await this.#featuresClosed.promise;
    const batches = [...this.#batches.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, batch]) => (batch === undefined ? [] : [batch]));
    return { batches, counted: this.#answeredWithFeatures && this.received.features };
  }

  /**
   * Sends these weights, or sits the rest of the round out (null). Resolves when the coordinator has counted the
   * answer. `loss` is the mean training loss, null where there is none. Rejects with `federation.not-approved`,
   * `federation.bad-weights`, or `federation.late` where the round went on without it.
   */
  async update(approved: ApprovedPayload | null, about: { volumes: number; loss: number | null }): Promise<void> {
    if (this.received.update) return;
    const send = this.#updateAnswer(approved, about);
    if (this.#hasFeatures) await this.exchange(null); // withholds, where the features were not answered before
    if (!this.#sendUpdate && !this.received.update) {
      this.#sendUpdate = send;
      send();
    }
    await this.#updateCounted.promise;
  }

  // For the participant

  matches({ stage, round }: { stage: Stage; round: number }): boolean {
    return stage === this.stage && round === this.number;
  }

  /** `key` is raw Ed25519. */
  hasMember(key: Uint8Array): boolean {
    return this.#members.some((member) => sameBytes(member, key));
  }

  /** After the announcement, and again after each reconnect. */
  resync(announce: MessageOf<'announce'>): void {
    this.#members = announce.members;
    this.#featuresOpen = announce.phase === 'features';
    Object.assign(this.received, announce.received);
    if (this.received.update) this.#updateCounted.resolve();
    if (this.#featuresOpen && !this.received.features) this.#sendFeatures?.();
    if (!this.#featuresOpen && !this.received.update) this.#sendUpdate?.();
  }

  counted(about: AnswerSubject): void {
    this.received[about] = true;
    if (about === 'update') this.#updateCounted.resolve();
  }

  refused({ about, code }: MessageOf<'refused'>): void {
    const name = closeName(code) ?? 'late';
    if (about === 'update' || name !== 'late') this.end(fault(`federation.${name as 'late'}`));
  }

  closeFeatures(): void {
    this.#featuresOpen = false;
    this.#featuresClosed.resolve();
  }

  /** Opens what another member sealed; what does not hold is dropped, and the rest of the round is not touched. */
  receive(message: MessageOf<'relayed'>, ciphertext: Uint8Array): void {
    const { roster, plan, sealingKeys, onPeerRefused } = this.#host;
    const sender = roster.find(message.from);
    if (!sender || this.#batches.has(sender.fingerprint)) return;
    const from: Party = { name: sender.name, fingerprint: sender.fingerprint };
    const payload = openSealed({ ...message, ciphertext }, this.#context(sender.key), sealingKeys);
    try {
      if (!payload) {
        throw fault('federation.bad-features', { site: from.name, reason: 'they were not sealed for this site' });
      }
      this.#batches.set(from.fingerprint, { ...decodeFeatureBatch(payload, plan, from.name), from });
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#batches.set(from.fingerprint, undefined);
      onPeerRefused(from, error);
    }
  }

  /** The round is over, or goes on without this site. */
  end(reason: Error = fault('federation.late')): void {
    this.#sendFeatures = () => {};
    this.#sendUpdate = () => {};
    this.#featuresClosed.reject(reason);
    this.#updateCounted.reject(reason);
    if (!this.received.update && !this.signal.aborted) this.#abort.abort(reason);
  }

  get #hasFeatures(): boolean {
    return this.#host.plan.exchangeFeatures && this.stage === 'pretraining';
  }

  #featuresAnswer(approved: ApprovedPayload | null): () => void {
    const { identity, roster } = this.#host;
    const place = { stage: this.stage, round: this.number };
    const withhold = () => {
      this.#answeredWithFeatures = false;
      this.#host.send({ type: 'withhold', ...place });
    };
    if (!approved) return withhold;
    const bytesFor = (recipients: string[]) =>
      ApprovedPayload.bytesFor(approved, {
        kind: 'features',
        federation: this.#host.federation,
        ...place,
        recipients,
      });
    bytesFor([]); // so that a wrong approval is the caller's error
    return () => {
      // The roster may have changed since the question was asked: only who was named in it receives.
      const recipients = roster
        .among(this.#members)
        .filter(({ fingerprint }) => approved.recipients.includes(fingerprint));
      if (recipients.length === 0) {
        withhold();
        return;
      }
      const bytes = bytesFor(recipients.map(({ fingerprint }) => fingerprint));
      const { ephemeral, nonce, signature, keys, ciphertext } = seal(
        bytes,
        recipients,
        this.#context(identity.publicKey),
        identity,
      );
      this.#answeredWithFeatures = true;
      this.#host.send(
        { type: 'features', ...place, ephemeral, nonce, signature, keys, bytes: ciphertext.length },
        ciphertext,
      );
    };
  }

  #updateAnswer(approved: ApprovedPayload | null, about: { volumes: number; loss: number | null }): () => void {
    const { coordinator, federation } = this.#host;
    const place = { stage: this.stage, round: this.number };
    if (!approved) return () => this.#host.send({ type: 'sit-out', ...place });
    const { volumes } = about;
    const loss = about.loss !== null && Number.isFinite(about.loss) ? about.loss : null;
    if (!Number.isSafeInteger(volumes) || volumes < 1 || volumes > this.#host.volumes) {
      throw fault('federation.bad-message', { reason: 'volumes: not 1 to the number that the site joined with' });
    }
    const bytes = ApprovedPayload.bytesFor(approved, {
      kind: 'weights',
      federation,
      ...place,
      recipients: [coordinator.fingerprint],
    });
    readWeights(bytes, 'this site', this.#layout); // a diverged network is this site's error, before anyone sees it
    return () => this.#host.send({ type: 'update', ...place, volumes, loss, bytes: bytes.length }, bytes);
  }

  #context(sender: Uint8Array): SealContext {
    const { federation, planHash } = this.#host;
    return { federation, planHash, stage: this.stage, round: this.number, sender };
  }
}
