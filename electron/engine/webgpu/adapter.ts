/** The graphics card as Dawn shows it: the fast one where a machine has two. */
import type { DeviceKind } from '../../../shared/engine.ts';
import { memoryOf } from './memory.ts';

/** Processors that play a graphics card: Chromium's, Mesa's two, Microsoft's. */
const PLAYED = /swiftshader|llvmpipe|lavapipe|basic render/i;

let opened: Promise<typeof import('webgpu')> | undefined;

/**
 * Loads Dawn and makes it this process's `navigator.gpu`, where TensorFlow.js looks for it. Throws where it does not
 * load.
 */
function dawn(): Promise<typeof import('webgpu')> {
  opened ??= import('webgpu').then((dawn) => {
    Object.assign(globalThis, dawn.globals);
    Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn.create([]), configurable: true });
    return dawn;
  });
  return opened;
}

/** A fresh one each time, since an adapter gives one device; null where there is none. */
export async function openAdapter(): Promise<GPUAdapter | null> {
  await dawn();
  return navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
}

export async function describeAdapter(
  adapter: GPUAdapter,
): Promise<{ kind: DeviceKind; device: string; memory: number }> {
  const { vendor, device, description, isFallbackAdapter } = adapter.info;
  const name = await ownName(device);
  const isPlayed = isFallbackAdapter || PLAYED.test(`${name} ${description}`);
  return {
    kind: isPlayed ? 'software' : 'graphics',
    device: name,
    memory: await memoryOf(isPlayed ? 'software' : vendor, adapter.limits),
  };
}

/**
 * WebGPU spells names like "swiftshader-device-subzero-". Dawn tells the makers' spelling when asked for one that is
 * not there.
 */
async function ownName(device: string): Promise<string> {
  const { create } = await dawn();
  let names = '';
  try {
    await create(['adapter=?']).requestAdapter();
  } catch (error) {
    names = (error as Error).message;
  }
  const own = [...names.matchAll(/name: '(.+)'/g)].map(([, name]) => name);
  return own.find((name) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') === device) ?? device;
}
