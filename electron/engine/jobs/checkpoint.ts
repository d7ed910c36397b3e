/**
 * What a training job needs to go on after it was killed: one safetensors file, rewritten every few seconds (see
 * checkpoint-schedule.ts). It says which run it belongs to, so that the state of another run is refused instead of
 * continued.
 */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { fault, isFault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensors } from '../../../shared/safetensors.ts';
import { readWholeFile, writeFileAtomic } from '../../storage/atomic-file.ts';

const progressSchema = z.strictObject({
  position: z.int(), // pre-training: the round; fine-tuning: steps done before this job
  begun: z.string(), // hash of the weights that the job began with
  steps: z.int(), // finished in this job
  slices: z.int(), // shown to the network in them
  fallsFrom: z.int().optional(), // step from which on the learning rate falls to nothing; absent until that is decided
  dice: z.array(
    z.strictObject({
      step: z.int(),
      dice: z.number().nullable(),
      perLabel: z.array(z.number().nullable()),
      volumes: z.array(z.number().nullable()).default([]), // not noted up to 0.3
    }),
  ),
});

/** How far a job is. */
export interface JobProgress extends z.infer<typeof progressSchema> {
  losses: number[]; // one a finished step
}

interface Checkpoint {
  progress: JobProgress;
  tensors: StoredTensors; // what the trainer's `state` gave
}

/** Which run a checkpoint belongs to. */
export interface RunIdentity {
  kind: Stage;
  plan: Plan;
  seed: number;
}

const LOSSES = 'losses';

export function startOfJob(position: number, begun: string): JobProgress {
  return { position, begun, steps: 0, slices: 0, dice: [], losses: [] };
}

/** Written whole or not at all. It does not wait for the disk: see `WriteOptions.durable`. */
export function writeCheckpoint(file: string, run: RunIdentity, { progress, tensors }: Checkpoint): void {
  const { losses, ...rest } = progress;
  const stored = { ...tensors, [LOSSES]: { shape: [losses.length], data: Float32Array.from(losses) } };
  const metadata = { ...identity(run), progress: JSON.stringify(rest) };
  writeFileAtomic(file, encodeSafetensors(stored, metadata), { durable: false });
}

/**
 * The checkpoint, or nothing where there is none or where a power cut spoilt it. Throws `engine.state-of-another-run`.
 */
export function readCheckpoint(file: string, run: RunIdentity): Checkpoint | undefined {
  if (!existsSync(file)) return undefined;
  const stored = decodeOrNothing(file);
  if (!stored) return undefined;
  const { [LOSSES]: losses, ...tensors } = stored.tensors;
  for (const [name, value] of Object.entries(identity(run))) {
    if (stored.metadata[name] === value) continue;
    const what = name === 'planHash' ? 'another plan' : `${name} ${stored.metadata[name]}`;
    throw fault('engine.state-of-another-run', { file, what });
  }
  const progress = progressSchema.parse(JSON.parse(stored.metadata.progress));
  return { progress: { ...progress, losses: [...losses.data] }, tensors };
}

function decodeOrNothing(file: string): ReturnType<typeof decodeSafetensors> | undefined {
  try {
    return decodeSafetensors(readWholeFile(file), basename(file));
  } catch (error) {
    if (isFault(error, 'storage.safetensors-broken')) return undefined;
    throw error;
  }
}

function identity({ kind, plan, seed }: RunIdentity): Record<string, string> {
  return { kind, planHash: planHash(plan), seed: String(seed) };
}
