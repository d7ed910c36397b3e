import { describe, expect, it } from 'vitest';
import { asksOf } from './payload-sizes.ts';
import { networkSettings, planSchema } from './plan.ts';
import { encodeSafetensors } from './safetensors.ts';
import { type NetworkPart, weightShapes } from './weight-shapes.ts';

const plan = planSchema.parse({
  levels: 3,
  baseWidth: 4,
  featureLength: 32,
  bankSize: 64,
  rounds: 3,
  finetuneRounds: 2,
});

function encoded(parts: NetworkPart[]): Uint8Array {
  const shapes = Object.entries(weightShapes(networkSettings(plan), parts));
  return encodeSafetensors(
    Object.fromEntries(
      shapes.map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]),
    ),
  );
}

describe('what a federation asks to leave', () => {
  it('is told to the byte, as the weights are really encoded', () => {
    const { weights } = asksOf(plan, 3);
    expect(weights.map(({ stage, times, bytes }) => [stage, times, bytes])).toEqual([
      ['pretraining', 3, encoded(['encoder', 'projection']).length],
      ['finetuning', 2, encoded(['encoder', 'decoder']).length],
    ]);
  });

  it('adds up over rounds and sites', () => {
    const { features, weights, up, down } = asksOf(plan, 3);
    expect(features).toEqual({ times: 3, vectors: 64, vectorLength: 32, bytes: 8 + 64 * (4 * 32 + 1) });
    const allWeights = 3 * weights[0].bytes + 2 * weights[1].bytes;
    expect(up).toBe(3 * features.bytes + allWeights);
    expect(down).toBe(2 * 3 * features.bytes + allWeights + weights[1].bytes);
  });

  it('is nothing for what the plan leaves out', () => {
    const alone = asksOf({ ...plan, exchangeFeatures: false, finetuneRounds: 0 }, 2);
    expect(alone.features.times).toBe(0);
    expect(alone.weights.map(({ stage }) => stage)).toEqual(['pretraining']);
  });
});
