/** The `tensorflow` engine: TensorFlow itself, on an NVIDIA card by CUDA, else on the processor. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { EngineLook } from '../../../shared/engine.ts';
import { fault } from '../../../shared/errors.ts';
import type { Engine } from '../engine.ts';
import { loadTensorFlow, useTensorFlow } from './backend.ts';
import { hasPackage, installFolder, PACKAGE, readManifest } from './installation.ts';
import { cardInUse, hasDriver } from './nvidia.ts';

const INSTALL = 'Run npm ci again, with optional packages; an app needs one that was packaged with it.';
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
    if (!look.usable) throw fault('engine.not-usable', { engine: 'tensorflow', reason: look.reason, next: look.next });
    try {
      await useTensorFlow();
    } catch (error) {
      throw fault('engine.not-usable', { engine: 'tensorflow', ...notLoading(error) });
    }
  },
};

async function lookOnce(): Promise<EngineLook> {
  if (!hasPackage()) return { usable: false, reason: `The npm package ${PACKAGE} is not installed.`, next: INSTALL };
  try {
    const manifest = readManifest();
    if (!manifest) return { usable: false, reason: 'TensorFlow is not set up here.', next: SET_UP };
    // Only where there may be a card is the library, of hundreds of megabytes, loaded to look for it.
    if (manifest.cuda && hasDriver()) {
      const { isUsingGpuDevice } = loadTensorFlow(installFolder(), manifest.addon);
      if (isUsingGpuDevice) return { usable: true, kind: 'cuda', ...(await cardInUse()) };
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
    reason: `TensorFlow does not load: ${(error as Error).message.split('\n')[0]}.`,
    next: `${SET_UP} It replaces what is there.`,
  };
}
