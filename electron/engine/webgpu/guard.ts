/**
 * What a graphics card gives is only read where nothing has gone wrong on it. WebGPU does not throw where it computes:
 * after a lack of memory or a refused command it goes on, and what is read then is zeros. They must not get into a
 * checkpoint.
 */
import { setTimeout } from 'node:timers/promises';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { fault } from '../../../shared/errors.ts';

const LOSS_SEEN_WITHIN = 1000; // ms after a failed read in which the loss of a device shows

/**
 * From now on every read of the backend throws once its device is lost or has refused something. `name` is the
 * device's. Gives a function that throws by itself then.
 */
export function guardReads(backend: WebGPUBackend, name: string): () => void {
  let failure: Error | undefined;
  const lost = backend.device.lost.then(({ message }) => {
    failure = fault('engine.device-lost', { device: name, why: oneLine(message) });
  });
  backend.device.addEventListener('uncapturederror', ({ error }) => {
    const why = oneLine(error.message);
    const isFull = error instanceof GPUOutOfMemoryError;
    failure ??= isFull
      ? fault('engine.out-of-memory', { engine: 'webgpu', reason: why })
      : new Error(`${name} refused: ${why}`);
  });
  const assertWorking = () => {
    if (failure) throw failure;
  };
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    try {
      const values = await read(dataId);
      assertWorking();
      return values;
    } catch (error) {
      await Promise.race([lost, setTimeout(failure ? 0 : LOSS_SEEN_WITHIN)]);
      assertWorking();
      throw error;
    }
  };
  return assertWorking;
}

/** Dawn says more with every line: the first says what happened. */
function oneLine(message: string): string {
  return message.trim().split('\n')[0].replace(/\.$/, '') || 'the driver does not say why';
}
