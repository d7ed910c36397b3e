/** What the consent prompt is told about a payload: built from the payload itself, never from what a peer says. */
import type { Party, PayloadDescription, Recipient } from '../../../shared/consent.ts';
import type { FeatureBatch } from '../../../shared/features.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import type { WeightTensors } from '../../../shared/safetensors.ts';
import { projectBatch } from './projection.ts';

export interface PayloadContext {
  federation: string;
  coordinator: Party;
  stage: Stage;
  round: number;
  rounds: number; // of this stage
  volumes: number; // that the payload was computed from
}

export function describeFeatures(
  bytes: Uint8Array,
  batch: FeatureBatch,
  { recipients, treatment, ...context }: PayloadContext & { recipients: Party[]; treatment: string },
): PayloadDescription {
  return {
    ...common(bytes, context),
    kind: 'features',
    recipients: recipients.map(asRecipient),
    vectors: batch.count,
    vectorLength: batch.length,
    parameters: 0,
    treatment,
    projection: projectBatch(batch),
  };
}

export function describeWeights(
  bytes: Uint8Array,
  weights: WeightTensors,
  context: PayloadContext,
): PayloadDescription {
  return {
    ...common(bytes, context),
    kind: 'weights',
    recipients: [asRecipient(context.coordinator)],
    vectors: 0,
    vectorLength: 0,
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    treatment: 'the numbers of the trained network, as they are',
    projection: [],
  };
}

function common(bytes: Uint8Array, { coordinator, ...context }: PayloadContext) {
  return { ...context, asker: coordinator, bytes: bytes.length, sha256: sha256Hex(bytes) };
}

/** The gate finds out whether it is new. */
function asRecipient({ name, fingerprint }: Party): Recipient {
  return { name, fingerprint, isNew: true };
}
