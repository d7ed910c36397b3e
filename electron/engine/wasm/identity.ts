/**
 * Copies that share their numbers. The backend's own make a second one of every tensor that the backward pass needs.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

export function identityKernels(): tf.KernelConfig[] {
  return [
    {
      kernelName: tf.Identity,
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend }) => {
        const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
        (backend as BackendWasm).incRef(dataId); // tensors never change, and the last one's end frees the numbers
        return { dataId, shape, dtype };
      },
    },
  ];
}
