/** The `tensorflow` engine: TensorFlow itself, on an NVIDIA card by CUDA, else on the processor. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Engine, EngineLook } from '../engine.ts';
import { loadTensorFlow, useTensorFlow } from './backend.ts';
import { readManifest } from './installation.ts';
import { firstCard } from './nvidia.ts';

const SET_UP = 'Run npm run engine:tensorflow in the checkout to set it up.';

let seen: Promise<EngineLook> | undefined;

export const tensorflow: Engine = {
  name: 'tensorflow',
  look() {
    seen ??= lookOnce();
    return seen;
  },
  async start() {
    const look = await this.look();
    if (!look.usable) throw new Error(look.reason);
    await useTensorFlow();
  },
};

async function lookOnce(): Promise<EngineLook> {
  try {
    // Two files are asked for; the library, of hundreds of megabytes, is loaded only where it is.
    const manifest = readManifest();
    if (!manifest) return { usable: false, reason: 'TensorFlow is not set up here.', next: SET_UP };
    const { isUsingGpuDevice } = loadTensorFlow();
    if (isUsingGpuDevice) return { usable: true, kind: 'cuda', ...(await firstCard()) };
  } catch (error) {
    const reason = `TensorFlow does not load: ${(error as Error).message}.`;
    return { usable: false, reason, next: `${SET_UP} It replaces what is there.` };
  }
  const threads = availableParallelism();
  const device = `${cpus()[0]?.model.trim() || 'processor'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { usable: true, kind: 'processor', device, memory: totalmem() };
}
