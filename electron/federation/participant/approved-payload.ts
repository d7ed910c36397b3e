/**
 * What somebody allowed to leave this machine. The participant sends features and weights only in this form, and only
 * to the recipients, in the round and with the bytes that were shown to the person.
 *
 * `approve` may be imported by electron/site/consent/gate.ts alone (and by tests); a test of the whole project reads
 * the imports and holds this. There is no other way to make an ApprovedPayload.
 */
import type { PayloadDescription, PayloadKind } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';

const makesApproved = Symbol('made by approve');

export interface Approval {
  kind: PayloadKind;
  federation: string;
  stage: Stage;
  round: number;
  bytes: Uint8Array;
  sha256: string; // of bytes, hex, as the description says that was decided about
  recipients: string[]; // fingerprints
}

export class ApprovedPayload {
  readonly #approval: Approval;

  constructor(maker: symbol, approval: Approval) {
    if (maker !== makesApproved) throw fault('federation.not-approved', { reason: 'nobody approved it' });
    this.#approval = approval;
  }

  get kind(): PayloadKind {
    return this.#approval.kind;
  }

  get sha256(): string {
    return this.#approval.sha256;
  }

  get recipients(): readonly string[] {
    return this.#approval.recipients;
  }

  /**
   * The bytes, for sending just this. Throws `federation.not-approved` where purpose or bytes are not those that were
   * approved, or one of `recipients` was not named.
   */
  static bytesFor(
    payload: ApprovedPayload,
    purpose: { kind: PayloadKind; federation: string; stage: Stage; round: number; recipients: string[] },
  ): Uint8Array {
    if (!(#approval in payload)) throw fault('federation.not-approved', { reason: 'nobody approved it' });
    const approval = payload.#approval;
    const refuse = (reason: string) => fault('federation.not-approved', { reason });
    if (approval.kind !== purpose.kind) throw refuse(`it was approved as ${approval.kind}`);
    if (
      approval.federation !== purpose.federation ||
      approval.stage !== purpose.stage ||
      approval.round !== purpose.round
    ) {
      throw refuse('it was approved for another round');
    }
    const stranger = purpose.recipients.find((recipient) => !approval.recipients.includes(recipient));
    if (stranger !== undefined) throw refuse(`nobody approved ${stranger} as a recipient`);
    if (sha256Hex(approval.bytes) !== approval.sha256) throw refuse('its bytes are not those that were approved');
    return approval.bytes;
  }
}

/**
 * Makes an approved payload of what a decision allowed. `description` is what the person (or policy) decided about;
 * `bytes` must be the very bytes that it describes, or this throws `federation.not-approved`.
 */
export function approve(description: PayloadDescription, bytes: Uint8Array): ApprovedPayload {
  const { kind, federation, stage, round, sha256, recipients } = description;
  const copy = new Uint8Array(bytes); // of our own, so that nobody changes it after the decision
  if (sha256Hex(copy) !== sha256)
    throw fault('federation.not-approved', { reason: 'its bytes are not those described' });
  return new ApprovedPayload(makesApproved, {
    kind,
    federation,
    stage,
    round,
    bytes: copy,
    sha256,
    recipients: recipients.map((recipient) => recipient.fingerprint),
  });
}
