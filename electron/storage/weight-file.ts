/** Network weights as safetensors files, with the plan they were trained by in the header. */
import { basename } from 'node:path';
import { fault } from '../../shared/errors.ts';
import { planHash, sha256Hex } from '../../shared/hash.ts';
import { type Plan, planProblems, planSchema, planText } from '../../shared/plan.ts';
import { decodeWeights, encodeSafetensors, type WeightTensors } from '../../shared/safetensors.ts';
import { readWholeFile, type WriteOptions, writeFileAtomic } from './atomic-file.ts';
import { parseJson } from './json-text.ts';

export interface WeightHeader {
  plan: Plan;
  /** What the weights are for: 'encoder', 'unet', or a step in between. */
  kind: string;
  /** Further facts for whoever reads the file: its run, its round. Never a patient's. */
  notes?: Record<string, string>;
}

export interface WeightFile extends Required<WeightHeader> {
  weights: WeightTensors;
  planHash: string; // SHA-256 of the plan's text, hex
}

/** As a note: labels of which a segmentation by these weights keeps only the largest island. */
export function oneIslandNote(labels: number[]): Record<string, string> {
  return labels.length === 0 ? {} : { oneIsland: labels.join(' ') };
}

/** Of a weight file's notes; none where they say nothing of it. */
export function oneIslandLabels({ oneIsland = '' }: Record<string, string>): number[] {
  return oneIsland.split(' ').filter(Boolean).map(Number);
}

/** Throws `storage.disk-full` or `storage.not-writable`. */
export function writeWeights(
  file: string,
  weights: WeightTensors,
  { plan, kind, notes = {} }: WeightHeader,
  options?: WriteOptions,
): void {
  const metadata = { ...notes, kind, plan: planText(plan), planHash: planHash(plan) };
  writeFileAtomic(file, encodeSafetensors(weights, metadata), options);
}

/**
 * Reads weights and checks them: every tensor float32 and finite, and the header's plan complete and matching its hash.
 *
 * Throws `storage.file-missing`, `storage.not-readable`, `storage.safetensors-broken` or `storage.not-a-model`.
 */
export function readWeights(file: string): WeightFile {
  const { weights, metadata } = decodeWeights(readWholeFile(file), basename(file));
  const { kind, plan: text, planHash: hash, ...notes } = metadata;
  const refuse = (reason: string) => fault('storage.not-a-model', { file, reason });
  if (kind === undefined || text === undefined || hash === undefined) throw refuse('its header names no plan');
  if (sha256Hex(text) !== hash) throw refuse('the plan in its header does not match its hash');
  const stored = parseJson(text);
  const [problem] = planProblems(stored);
  if (problem !== undefined) throw refuse(`its plan is not one that this version knows (${problem})`);
  return { weights, plan: planSchema.parse(stored), planHash: hash, kind, notes };
}
