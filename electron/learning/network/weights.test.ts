import { describe, expect, it } from 'vitest';
import { weightShapes } from '../../../shared/weight-shapes.ts';
import { initialWeights } from './weights.ts';

const settings = { levels: 3, baseWidth: 8, featureLength: 16, classes: 3 };

describe('weight shapes', () => {
  it('belong to the parts asked for, and name their part', () => {
    const decoder = Object.keys(weightShapes(settings, ['decoder']));
    expect(decoder.length).toBeGreaterThan(0);
    expect(decoder.every((name) => name.startsWith('decoder.'))).toBe(true);
    const all = Object.keys(weightShapes(settings, ['encoder', 'projection', 'decoder']));
    expect(new Set(all.map((name) => name.split('.')[0]))).toEqual(new Set(['encoder', 'projection', 'decoder']));
  });

  it('double their channels from level to level', () => {
    const shapes = weightShapes(settings, ['encoder', 'projection', 'decoder']);
    expect(shapes['encoder.level1.conv1.kernel']).toEqual([3, 3, 1, 8]);
    expect(shapes['encoder.level3.conv1.kernel']).toEqual([3, 3, 16, 32]);
    expect(shapes['encoder.level3.conv2.scale']).toEqual([32]);
    expect(shapes['projection.layer2.kernel']).toEqual([32, 16]);
    expect(shapes['decoder.level2.conv1.kernel']).toEqual([3, 3, 32, 16]);
    expect(shapes['decoder.head.kernel']).toEqual([1, 1, 8, 3]);
  });
});

describe('start values', () => {
  it('are the same for the same seed and others for another', () => {
    expect(initialWeights(settings, ['encoder'], 7)).toEqual(initialWeights(settings, ['encoder'], 7));
    const name = 'encoder.level1.conv1.kernel';
    expect(initialWeights(settings, ['encoder'], 7)[name]).not.toEqual(initialWeights(settings, ['encoder'], 8)[name]);
  });

  it('of a weight do not depend on the parts asked for', () => {
    const name = 'decoder.level1.conv1.kernel';
    const all = initialWeights(settings, ['encoder', 'projection', 'decoder'], 7);
    expect(initialWeights(settings, ['decoder'], 7)[name]).toEqual(all[name]);
  });

  it('of kernels have mean 0 and the variance 2 / inputs', () => {
    const { data } = initialWeights(settings, ['encoder'], 7)['encoder.level3.conv2.kernel']; // 9216 numbers
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    const expected = 2 / (9 * 32);
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(expected / data.length));
    expect(variance / expected).toBeGreaterThan(0.93);
    expect(variance / expected).toBeLessThan(1.07);
  });

  it('of scales are 1 and of offsets 0', () => {
    const weights = initialWeights(settings, ['encoder'], 7);
    expect([...weights['encoder.level1.conv1.scale'].data]).toEqual(new Array(8).fill(1));
    expect([...weights['encoder.level1.conv1.offset'].data]).toEqual(new Array(8).fill(0));
  });
});
