/** Where the time of a step goes, by what its kernels do. Counts kernels that have done their work when they return. */
import * as tf from '@tensorflow/tfjs';
import { ADAM_STEP } from '../../learning/network/adam.ts';
import { JOIN_SKIP, JOIN_SKIP_GRADIENT, NORM_LEAKY, NORM_LEAKY_GRADIENT } from '../../learning/network/fused.ts';
import { SEGMENTATION_SUMS, SEGMENTATION_SUMS_GRADIENT } from '../../learning/segmentation-loss.ts';

/** Parts of a step, and the kernels of each; every other kernel is 'elementwise'. */
const partOf: Record<string, string> = {
  Conv2D: 'convolution',
  Conv2DBackpropFilter: 'filter gradient',
  Conv2DBackpropInput: 'input gradient',
  [NORM_LEAKY]: 'norm and activation',
  [NORM_LEAKY_GRADIENT]: 'norm and activation',
  MaxPool: 'pooling',
  MaxPoolGrad: 'pooling',
  [JOIN_SKIP]: 'skip connections',
  [JOIN_SKIP_GRADIENT]: 'skip connections',
  BatchMatMul: 'matrix products',
  [SEGMENTATION_SUMS]: 'segmentation loss',
  [SEGMENTATION_SUMS_GRADIENT]: 'segmentation loss',
  [ADAM_STEP]: 'optimiser',
};

/** Milliseconds of a step, and of its parts where those can be told. */
export interface StepTime {
  ms: number;
  parts: Record<string, number>;
}

/** Runs `work` and gives the milliseconds in each part's kernels; what is left of the whole is 'between kernels'. */
export async function timeKernels(work: () => Promise<void>): Promise<StepTime> {
  const parts: Record<string, number> = {};
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const plain = kernels.map((kernel) => kernel.kernelFunc);
  let depth = 0; // a kernel may run others, whose time is its own
  for (const kernel of kernels) {
    const { kernelFunc, kernelName } = kernel;
    const part = partOf[kernelName] ?? 'elementwise';
    kernel.kernelFunc = (call) => {
      const begin = performance.now();
      depth++;
      try {
        return kernelFunc(call);
      } finally {
        depth--;
        if (depth === 0) parts[part] = (parts[part] ?? 0) + performance.now() - begin;
      }
    };
  }
  const begin = performance.now();
  try {
    await work();
  } finally {
    kernels.forEach((kernel, i) => {
      kernel.kernelFunc = plain[i];
    });
  }
  const ms = performance.now() - begin;
  const counted = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ms, parts: { ...parts, 'between kernels': ms - counted } };
}
