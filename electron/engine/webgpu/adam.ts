/** One step of Adam for one weight, a pass for each of its three results. */
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { ADAM_STEP, type AdamAttributes } from '../../learning/network/adam.ts';
import { compute, type Shader } from './shader.ts';

function perElement(name: string, inputs: string[], real: string[], value: string): Shader {
  const code = `fn main(index: i32) { if (index < uniforms.size) { result[index] = ${value}; } }`;
  return { name, inputs, real, code };
}

const FIRST = perElement(
  'adamFirst',
  ['first', 'gradient'],
  ['beta'],
  'uniforms.beta * first[index] + (1.0 - uniforms.beta) * gradient[index]',
);
const SECOND = perElement(
  'adamSecond',
  ['second', 'gradient'],
  ['beta'],
  'uniforms.beta * second[index] + (1.0 - uniforms.beta) * gradient[index] * gradient[index]',
);
const WEIGHT = perElement(
  'adamWeight',
  ['weight', 'first', 'second'],
  ['stepSize', 'unbias', 'epsilon'],
  'weight[index] - uniforms.stepSize * first[index] / (sqrt(second[index] * uniforms.unbias) + uniforms.epsilon)',
);

export const adamKernels: tf.KernelConfig[] = [
  {
    kernelName: ADAM_STEP,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { weight, gradient, ...moments } = inputs as Record<
        'weight' | 'gradient' | 'first' | 'second',
        tf.TensorInfo
      >;
      const { stepSize, beta1, beta2, unbias, epsilon } = attrs as unknown as AdamAttributes;
      const gpu = backend as WebGPUBackend;
      const { shape } = weight;
      const first = compute(gpu, FIRST, [moments.first, gradient], shape, { values: [beta1] });
      const second = compute(gpu, SECOND, [moments.second, gradient], shape, { values: [beta2] });
      const values = [stepSize, unbias, epsilon];
      return [compute(gpu, WEIGHT, [weight, first, second], shape, { values }), first, second];
    },
  },
];
