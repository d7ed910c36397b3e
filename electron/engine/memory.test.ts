import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineName } from '../../shared/engine.ts';
import { networkSettings, type Plan, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import { Finetuning } from '../learning/finetuning.ts';
import { initialWeights } from '../learning/network/weights.ts';
import { Pretraining } from '../learning/pretraining.ts';
import { peakBytes } from '../learning/testing.ts';
import type { Started } from './choice.ts';
import { memoryBudget, needOf, type Phase, saysOutOfMemory, tensorsOf } from './memory.ts';
import { startTestEngine, testEngine } from './testing.ts';
import { sharedMemory } from './wasm/shared-memory.ts';

const GB = 1e9;
const plans = [
  { inputSize: 48, baseWidth: 16 },
  { inputSize: 64, baseWidth: 4, labels: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
  { inputSize: 64, baseWidth: 8, levels: 4, sampledFeatures: 4096, bankSize: 4096 },
].map((input) => planSchema.parse({ ...input, volumesPerStep: 2, finetuneBatch: 8 }));
const cases = plans.flatMap((plan) => [
  { plan, phase: 'pretraining' as const },
  { plan, phase: 'finetuning' as const },
]);

/** A step of 8 slices, with all that is made for it. */
async function step(phase: Phase, plan: Plan, mostSlices: number): Promise<void> {
  const random = seededRandom('slices');
  const area = plan.inputSize ** 2;
  const pixels = Float32Array.from({ length: 8 * area }, () => gaussian(random));
  const side = plan.inputSize;
  const slices = { count: 8, height: side, width: side, pixels };
  if (phase === 'pretraining') {
    const weights = initialWeights(networkSettings(plan), ['encoder', 'projection'], 1);
    const pretraining = new Pretraining(plan, weights, mostSlices);
    const known = Array.from({ length: plan.bankSize }, (_, index) => index % plan.partitions);
    const vectors = new Float32Array(plan.bankSize * plan.featureLength).fill(0.1);
    pretraining.restore({
      ...(await pretraining.state()),
      'bank/vectors': { shape: [plan.bankSize, plan.featureLength], data: vectors },
      'bank/partitions': { shape: [plan.bankSize], data: Uint8Array.from(known) },
    });
    await pretraining.step([slices, slices], [], random);
    pretraining.dispose();
  } else {
    const finetuning = new Finetuning(
      plan,
      initialWeights(networkSettings(plan), ['encoder', 'decoder'], 1),
      mostSlices,
    );
    const classes = Uint8Array.from(pixels, (_, index) => index % (plan.labels.length + 1));
    await finetuning.step({ ...slices, side, classes });
    finetuning.dispose();
  }
}

beforeAll(startTestEngine);

describe('the predicted peak', () => {
  // Norms put together from operations hold up to ten maps more than those of a kernel of its own.
  const most = testEngine === 'wasm' ? 1.03 : 1.8;

  it.each(cases)('is that of the tensors: $phase, $plan.inputSize pixels, width $plan.baseWidth', async (one) => {
    const { plan, phase } = one;
    const engine = tf.getBackend() as EngineName;
    for (const [slices, subBatches] of [
      [8, 1],
      [4, 2],
    ]) {
      const measured = await peakBytes(() => step(phase, plan, slices));
      const predicted = tensorsOf(phase, plan, engine, slices, subBatches);
      expect(predicted / measured, `${subBatches} sub-batches`).toBeGreaterThan(0.97);
      expect(predicted / measured, `${subBatches} sub-batches`).toBeLessThan(most);
    }
  });

  it.runIf(testEngine === 'wasm')('is not less than the WebAssembly memory, and not twice as much', async () => {
    const plan = planSchema.parse({ inputSize: 96, baseWidth: 16, finetuneBatch: 8 });
    await step('finetuning', plan, 8);
    const need = needOf('finetuning', plan, 'wasm', 8, 1);
    expect(need / sharedMemory.buffer.byteLength).toBeGreaterThan(1);
    expect(need / sharedMemory.buffer.byteLength).toBeLessThan(1.5);
  });
});

describe('the memory for training', () => {
  const plan = planSchema.parse({});
  const card: Started = {
    computedOn: { engine: 'webgpu', device: 'a card' },
    kind: 'graphics',
    memory: 8 * GB,
  };
  const processor: Started = { ...card, computedOn: { engine: 'wasm', device: 'a processor' }, kind: 'processor' };
  afterEach(() => {
    delete process.env.ISOCENTER_MEMORY_GB;
  });

  it('is nearly all of a card, and of a processor no more than the system has free', () => {
    expect(memoryBudget(card, 'finetuning', plan)).toEqual({ free: 7.2 * GB, most: 8 * GB });
    const budget = memoryBudget({ ...processor, memory: 1e15 }, 'finetuning', plan);
    expect(budget.free).toBeLessThan(process.availableMemory());
    expect(budget.free).toBeGreaterThan(0);
  });

  it('is no more than ISOCENTER_MEMORY_GB, which has to be a number', () => {
    process.env.ISOCENTER_MEMORY_GB = '0.5';
    expect(memoryBudget(card, 'finetuning', plan)).toEqual({ free: 0.5 * GB, most: 0.5 * GB });
    expect(memoryBudget(processor, 'finetuning', plan).most).toBe(0.5 * GB);
    for (const value of ['2 GB', '0', '-1']) {
      process.env.ISOCENTER_MEMORY_GB = value;
      expect(() => memoryBudget(card, 'finetuning', plan)).toThrow(
        expect.objectContaining({ code: 'engine.memory-limit' }),
      );
    }
  });
});

it('knows errors for want of memory by what they say', () => {
  const messages = [
    'OOM when allocating tensor with shape[64,512,512,32]',
    'Array buffer allocation failed',
    'Out of memory',
    'Aborted(). Build with -sASSERTIONS for more info.',
  ];
  for (const message of messages) expect(saysOutOfMemory(message)).toBe(true);
  expect(saysOutOfMemory('There is no room for doubt.')).toBe(false);
});
