import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../shared/progress.ts';
import { useWasm } from '../wasm/backend.ts';
import { bench } from './bench.ts';

beforeAll(useWasm);

describe('bench', () => {
  it('times both steps and their parts, reports its progress and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const convolution = tf.getKernel('Conv2D', 'wasm').kernelFunc;
    const heard: Progress[] = [];
    const report = await bench({ batch: 2, size: 16, baseWidth: 4, repeats: 3 }, (progress) => heard.push(progress), {
      withParts: true,
      warmUp: 0,
    });

    expect(report.steps.map((step) => step.name)).toEqual(['encoder', 'unet']);
    for (const step of report.steps) {
      expect(step.min).toBeLessThanOrEqual(step.ms);
      expect(step.ms).toBeLessThanOrEqual(step.max);
      const parts = Object.fromEntries(step.parts.map((part) => [part.name, part.ms]));
      for (const part of ['convolution', 'filter gradient', 'input gradient', 'norm and activation', 'optimiser']) {
        expect(parts[part], part).toBeGreaterThan(0);
      }
    }
    // The first step of each kind only warms up.
    expect(heard.map(({ step }) => step)).toEqual([0, 1, 2, 3, 3, 4, 5, 6]);
    expect(heard.every(({ steps }) => steps === 6)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getKernel('Conv2D', 'wasm').kernelFunc).toBe(convolution);
  });

  it('leaves the parts out where they cannot be told', async () => {
    const { steps } = await bench({ batch: 1, size: 16, baseWidth: 4, repeats: 1 }, () => {}, {
      withParts: false,
      warmUp: 0,
    });
    expect(steps.map(({ parts }) => parts)).toEqual([[], []]);
    expect(steps[0].ms).toBeGreaterThan(0);
  });
});
