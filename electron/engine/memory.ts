/**
 * What a step of training needs of memory at its peak, predicted from the plan before anything is computed, and what
 * there is for it. The peak is the end of the pass backward: TensorFlow.js frees neither what it kept on the way
 * forward nor any gradient before that pass is over.
 */
import { totalmem } from 'node:os';
import type { EngineName } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import { networkSettings, type Plan } from '../../shared/plan.ts';
import { channelsOf, type NetworkPart, trainedParts, weightCount } from '../../shared/weight-shapes.ts';
import { methodOf } from '../learning/methods/index.ts';
import type { Started } from './choice.ts';

export type Phase = 'pretraining' | 'finetuning' | 'segmentation';

/**
 * What an engine takes of memory besides tensors. Measured with TensorFlow.js 4.22, TensorFlow 2.21 and Node 24; see
 * `needOf`.
 */
interface MemoryProfile {
  /** Maps of the first level that its norm holds at once besides what goes in and comes out, on the way back. */
  norm: number;
  /** Numbers that the segmentation loss keeps for each class of a pixel. */
  loss: number;
  /** Copies of the largest filter that its convolutions work with. */
  filters: number;
  /** Bytes of its process that are not for computing: Node, libraries, prepared volumes. */
  process: number;
}

const PROFILES: Record<EngineName, MemoryProfile> = {
  tensorflow: { norm: 10, loss: 19, filters: 0, process: 800e6 },
  // Its norm holds 0; the rest stands for buffers that its pool keeps: 1.1 times `tensorsOf` with 32 pixels and width
  // 8.
  webgpu: { norm: 10, loss: 19, filters: 0, process: 800e6 },
  wasm: { norm: 0, loss: 3, filters: 9, process: 500e6 },
};

const FLOAT = 4; // bytes
const COPIES = 8; // of the weights, by which a process grows while it writes a checkpoint of weights and moments
const AREAS = 16e6; // bytes that an engine works in whatever the plan
const SCATTERED = 0.05; // of the tensors: holes between them
const GROWTH = 0.2; // of what is held, by which it is enlarged when it is full
const MOST_GROWTH = 100e6; // bytes
const MARGIN = 0.9; // of what is free, since other programs want some as well

/**
 * Bytes of tensors at the peak of a step that computes `slices` at once. A batch of several sub-batches has gradients
 * to add up. Within 1 % of what TensorFlow.js counts on `wasm`; what the other engines hold besides, it does not count.
 */
export function tensorsOf(phase: Phase, plan: Plan, engine: EngineName, slices: number, subBatches: number): number {
  return FLOAT * (heldFloats(phase, plan, subBatches) + slices * sliceFloats(phase, plan, PROFILES[engine]));
}

/**
 * Bytes that an engine takes for that. Measured with widths of 4 to 32, slices of 48 to 128 pixels and batches of 4 to
 * 64, it is 5 to 30 % more than the WebAssembly memory of `wasm` (4.24 GB against 4.05 GB with 22 slices of 256), 5 to
 * 35 % more than the resident memory of `tensorflow` on a processor; of less than 50 MB up to 60 %. How TensorFlow goes
 * about the memory of an NVIDIA card was not measured.
 */
export function needOf(phase: Phase, plan: Plan, engine: EngineName, slices: number, subBatches: number): number {
  const filter = 9 * channelsOf(plan.levels, networkSettings(plan)) ** 2;
  const areas = AREAS + FLOAT * PROFILES[engine].filters * filter;
  const held = tensorsOf(phase, plan, engine, slices, subBatches) * (1 + SCATTERED) + areas;
  return held + Math.min(GROWTH * held, MOST_GROWTH);
}

/** What is there whatever the number of slices. */
function heldFloats(phase: Phase, plan: Plan, subBatches: number): number {
  const trained = weightFloats(plan, phase);
  if (phase === 'segmentation') return trained;
  const gradients = subBatches > 1 ? 2 : 1; // the sum so far, and the sub-batch's own
  const held = (3 + gradients) * trained; // weights and both moments of Adam
  if (phase === 'finetuning') return plan.finetuneAveraging > 0 ? held + trained : held;
  return held + methodOf(plan).memory(plan).held;
}

function weightFloats(plan: Plan, phase: Phase): number {
  return weightCount(networkSettings(plan), partsOf(phase, plan));
}

function partsOf(phase: Phase, plan: Plan): NetworkPart[] {
  return trainedParts(plan, phase === 'pretraining' ? phase : 'finetuning');
}

/**
 * What every slice adds: the maps of electron/learning/network/unet.ts, each level's being its pixels times its
 * channels.
 */
function sliceFloats(phase: Phase, plan: Plan, { norm, loss }: MemoryProfile): number {
  const settings = networkSettings(plan);
  const pixels = (level: number) => (plan.inputSize / 2 ** (level - 1)) ** 2;
  const map = (level: number) => pixels(level) * channelsOf(level, settings);
  const encoder = sum(Array.from({ length: plan.levels }, (_, index) => map(index + 1)));
  const decoder = encoder - map(plan.levels);
  const scores = pixels(1) * settings.classes;
  if (phase === 'segmentation') {
    // What each level gives; in the decoder also what comes up (1/4), the join (2) and both convolutions; scores,
    // softmax.
    return encoder + 4.25 * decoder + Math.max(1, norm) * map(1) + 3 * scores;
  }
  // Of both convolutions of a level what they and their norms give, and the gradients of all four; the maxima and
  // theirs.
  const encoding = pixels(1) + 8 * encoder + (encoder - map(1)) + norm * map(1);
  // The join (2), both convolutions (4), the gradients of all that, that of what came up (1/4), the sum of a skip's
  // two.
  const decoding = partsOf(phase, plan).includes('decoder') ? 13.25 * decoder : 0;
  return encoding + decoding + (phase === 'pretraining' ? methodOf(plan).memory(plan).perSlice : loss * scores);
}

/** Bytes that a step may take. */
export interface MemoryBudget {
  free: number; // now
  most: number; // if nothing else were at work
}

/**
 * What a device has for training. On a processor that is also a matter of what the system and other programs hold, and
 * the process that trains and its checkpoints want some of it themselves. `ISOCENTER_MEMORY_GB` keeps training to less.
 */
export function memoryBudget(
  { computedOn: { engine }, kind, memory }: Started,
  phase: Phase,
  plan: Plan,
): MemoryBudget {
  const limit = Number(process.env.ISOCENTER_MEMORY_GB || Number.POSITIVE_INFINITY) * 1e9;
  if (!(limit > 0)) throw fault('engine.memory-limit', { value: process.env.ISOCENTER_MEMORY_GB ?? '' });
  if (kind === 'cuda' || kind === 'graphics') {
    const most = Math.min(memory, limit);
    return { free: Math.min(MARGIN * memory, limit), most };
  }
  const aside = PROFILES[engine].process + FLOAT * COPIES * weightFloats(plan, phase);
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const most = Math.min(memory, limit, Math.min(totalmem(), constrained) - aside);
  // What this process holds already is its own to use again. macOS calls free only what nobody has touched for long.
  const available = process.platform === 'darwin' ? totalmem() / 2 : process.availableMemory();
  const free = MARGIN * (available + process.memoryUsage.rss()) - aside;
  return { free: Math.min(most, free), most };
}

/** Whether an error's message, of TensorFlow, WebGPU, WebAssembly or JavaScript, is for want of memory. */
export function saysOutOfMemory(message: string): boolean {
  return /\bOOM\b|Aborted\(|out of memory|RESOURCE_EXHAUSTED|ResourceExhausted|allocation failed/i.test(message);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
