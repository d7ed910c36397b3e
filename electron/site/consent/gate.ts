/**
 * The one way out. Everything that should leave this machine is asked for here, and only a yes that stands in the
 * ledger makes the ApprovedPayload that the federation's participant takes.
 */

import { z } from 'zod';
import {
  answers,
  boundsSchema,
  type Decider,
  type Decision,
  type PayloadDescription,
} from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import { type ApprovedPayload, approve } from '../../federation/participant/approved-payload.ts';
import type { Approvals } from '../../storage/approvals.ts';
import type { Ledger } from '../../storage/ledger.ts';
import type { PermissionScope } from '../../storage/permission-scope.ts';
import type { Permissions } from '../../storage/permissions.ts';
import { boundsInWords, brokenBound } from './bounds.ts';
import { startDeadline } from './deadline.ts';
import { nobodyDecided } from './decisions.ts';
import { isPersonal } from './person.ts';

export interface GateSettings {
  ledger: Ledger;
  approvals: Approvals;
  permissions: Permissions;
  decider: Decider;
  /** A rule that decides before any permission and anybody who could be asked; undefined where it leaves it to them. */
  rule?: () => Decision | undefined;
  own: string; // fingerprint of this site, which is never new to itself: it may be its own coordinator
  /** The run that asks; a standing permission ends with it. */
  run: string;
  answerTimeout: number; // seconds; no answer by then is a no
}

export type Verdict = { approved: ApprovedPayload } | { refused: Decision };

const decisionSchema = z.object({
  answer: z.enum(answers),
  by: z.string(),
  reason: z.string(),
  bounds: boundsSchema.optional(),
});

export class ConsentGate {
  #settings: GateSettings;
  #entries = new WeakMap<ApprovedPayload, number>(); // number of each approval's ledger entry

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  /**
   * Asks whether `bytes` may leave as described; `isNew` of the recipients is found out here. An answer that does not
   * come in time, an abort, a decider that throws and a ledger that cannot be written are all a no by 'nobody'.
   * 'refuse-and-leave' comes back as such: the run then leaves the federation.
   *
   * Throws `consent.not-as-described` where the description is not that of the bytes; nothing is approved then either.
   */
  async ask(bytes: Uint8Array, description: PayloadDescription, signal: AbortSignal): Promise<Verdict> {
    const own = new Uint8Array(bytes); // what is shown, hashed and approved is one copy that nobody else can change
    const payload = this.#inspected(own, description);
    let decision: Decision;
    let entry: number;
    try {
      for (const recipient of payload.recipients) {
        const { fingerprint } = recipient;
        recipient.isNew = fingerprint !== this.#settings.own && !this.#settings.approvals.has(fingerprint);
      }
      decision = this.#settings.rule?.() ?? this.#standingPermission(payload) ?? (await this.#answer(payload, signal));
      entry = this.#record(payload, decision);
    } catch (error) {
      return { refused: nobodyDecided(`the decision could not be recorded (${words(error)})`) };
    }
    if (!allows(decision)) return { refused: decision };
    const approved = approve(payload, own);
    this.#entries.set(approved, entry);
    return { approved };
  }

  /** Notes what became of an approved payload: it was sent, was no longer wanted, or could not be sent and why. */
  note(approved: ApprovedPayload, outcome: 'sent' | 'withheld' | 'failed', note = ''): void {
    const decision = this.#entries.get(approved);
    if (decision === undefined) throw fault('consent.not-as-described', { reason: 'another run asked for it' });
    this.#settings.ledger.append({ type: 'outcome', decision, outcome, note });
  }

  /** A description of our own, which nobody changes while the question is open. */
  #inspected(bytes: Uint8Array, description: PayloadDescription): PayloadDescription {
    const refuse = (reason: string) => fault('consent.not-as-described', { reason });
    const payload = structuredClone(description);
    if (payload.bytes !== bytes.length) throw refuse(`it has ${bytes.length} bytes, not ${payload.bytes}`);
    if (payload.sha256 !== sha256Hex(bytes)) throw refuse('its hash is another');
    if (payload.recipients.length === 0) throw refuse('it names no recipient');
    // Float32 numbers and a partition a vector explain a payload's size, but for names and a header.
    const numbers = payload.kind === 'features' ? payload.vectors * (payload.vectorLength + 1) : payload.parameters;
    if (bytes.length > 4 * numbers + HEADER_ROOM) throw refuse('it is larger than the numbers that it is said to hold');
    return payload;
  }

  #standingPermission(payload: PayloadDescription): Decision | undefined {
    if (payload.recipients.some(({ isNew }) => isNew)) return undefined; // nobody slips in under an old yes
    const now = new Date();
    const permission = this.#settings.permissions
      .for(this.#scope(payload))
      .find(({ bounds }) => brokenBound(bounds, payload, now) === undefined);
    if (!permission) return undefined;
    const { id, grantedBy, bounds } = permission;
    const reason = `${id} of ${grantedBy}: ${boundsInWords(bounds)}`;
    return { answer: 'allow-once', by: 'standing permission', reason };
  }

  async #answer(payload: PayloadDescription, outer: AbortSignal): Promise<Decision> {
    const { decider, answerTimeout } = this.#settings;
    const { signal, answerBy, clear } = startDeadline(answerTimeout, outer);
    const noAnswer = () =>
      nobodyDecided(
        outer.aborted ? 'the question was withdrawn' : `no answer in ${Number(answerTimeout.toPrecision(3))} seconds`,
      );
    if (signal.aborted) return noAnswer();
    const silence = new Promise<Decision>((resolve) => {
      signal.addEventListener('abort', () => resolve(noAnswer()), { once: true });
    });
    try {
      // The decider gets a copy: what is approved is what was described, whatever it does to it.
      const answer = decider(structuredClone(payload), signal, answerBy);
      const decision = decisionSchema.parse(await Promise.race([answer, silence]));
      // Only a person grants what stands for a whole run, and only within bounds that were stated.
      const grants = decision.answer === 'allow-run' && decision.bounds !== undefined && isPersonal(decider);
      return decision.answer === 'allow-run' && !grants ? { ...decision, answer: 'allow-once' } : decision;
    } catch (error) {
      return nobodyDecided(`the question could not be answered (${words(error)})`);
    } finally {
      clear();
    }
  }

  /**
   * Decision, permission, known recipients and, after a no, that nothing left: all or none, before anything happens.
   */
  #record(payload: PayloadDescription, decision: Decision): number {
    const { ledger, approvals, permissions, decider, own, run } = this.#settings;
    const { projection: _picture, ...recorded } = payload;
    return ledger.together(() => {
      const [entry] = ledger.append({ type: 'decision', run, payload: recorded, ...decision });
      if (!allows(decision)) ledger.append({ type: 'outcome', decision: entry, outcome: 'withheld', note: 'refused' });
      else if (isPersonal(decider)) {
        approvals.add(payload.recipients.filter(({ fingerprint }) => fingerprint !== own));
      }
      if (decision.answer === 'allow-run') permissions.grant(this.#scope(payload), decision.bounds ?? {}, decision.by);
      return entry;
    });
  }

  #scope({ federation, asker, stage, kind }: PayloadDescription): PermissionScope {
    return { run: this.#settings.run, federation, asker: asker.fingerprint, stage, kind };
  }
}

const HEADER_ROOM = 64 * 1024; // bytes; a U-Net's names and shapes take about 10 kB

function allows({ answer }: Decision): boolean {
  return answer === 'allow-once' || answer === 'allow-run';
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
