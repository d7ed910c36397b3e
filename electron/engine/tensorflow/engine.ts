/** The `tensorflow` engine: TensorFlow itself, on an NVIDIA card by CUDA, else on the processor. */
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fault } from '../../../shared/errors.ts';
import type { Engine, EngineLook } from '../engine.ts';
import { loadTensorFlow, useTensorFlow } from './backend.ts';
import { installFolder, readManifest } from './installation.ts';
import { firstCard } from './nvidia.ts';

/** Of NVIDIA's driver, on Linux and on Windows' Linux. */
const CARDS = ['/dev/nvidiactl', '/dev/dxg'];
const SET_UP = 'Run npm run engine:tensorflow in the checkout to set it up.';

let seen: Promise<EngineLook> | undefined;

export const tensorflow: Engine = {
  name: 'tensorflow',
  look() {
    seen ??= lookOnce();
    return seen;
  },
  async start() {
    try {
      await useTensorFlow();
    } catch (error) {
      throw fault('engine.not-usable', { engine: 'tensorflow', ...notLoading(error) });
    }
  },
};

async function lookOnce(): Promise<EngineLook> {
  try {
    const manifest = readManifest();
    if (!manifest) return { usable: false, reason: 'TensorFlow is not set up here.', next: SET_UP };
    // Only where there may be a card is the library, of hundreds of megabytes, loaded to look for it.
    if (manifest.cuda && CARDS.some((device) => existsSync(device))) {
      const { isUsingGpuDevice } = loadTensorFlow(installFolder(), manifest.addon);
      if (isUsingGpuDevice) return { usable: true, kind: 'cuda', ...(await firstCard()) };
    }
  } catch (error) {
    return { usable: false, ...notLoading(error) };
  }
  const threads = availableParallelism();
  const device = `${cpus()[0]?.model.trim() || 'processor'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { usable: true, kind: 'processor', device, memory: totalmem() };
}

function notLoading(error: unknown): { reason: string; next: string } {
  return {
    reason: `TensorFlow does not load: ${(error as Error).message}.`,
    next: `${SET_UP} It replaces what is there.`,
  };
}
