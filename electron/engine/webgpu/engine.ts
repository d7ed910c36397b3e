/**
 * The `webgpu` engine: every graphics card that Dawn reaches, by Vulkan, Direct3D 12 or Metal. No toolkit is needed.
 */
import type { EngineLook } from '../../../shared/engine.ts';
import type { Engine } from '../engine.ts';
import { describeAdapter, openAdapter } from './adapter.ts';
import { useWebgpu } from './backend.ts';

const DRIVERS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Install the driver of your graphics card and libvulkan1 (vulkan-loader on Fedora).',
  win32: 'Install the driver of your graphics card from its maker; it brings Direct3D 12.',
  darwin: 'Update macOS; Metal comes with it.',
};

let found: Promise<EngineLook> | undefined;

export const webgpu: Engine = {
  name: 'webgpu',
  look: () => {
    found ??= look();
    return found;
  },
  start: useWebgpu,
};

async function look(): Promise<EngineLook> {
  const next = DRIVERS[process.platform] ?? '';
  try {
    const adapter = await openAdapter();
    if (!adapter) return { usable: false, reason: 'No graphics card was found that can compute with WebGPU.', next };
    if (!(await canRead(adapter))) {
      return {
        usable: false,
        reason: 'This app may not read the memory of the graphics card: Electron forbids it to what is built on Node.',
        next: 'Train with the isocenter command, or open this site with isocenter serve: both use the graphics card.',
      };
    }
    return { usable: true, ...(await describeAdapter(adapter)) };
  } catch (error) {
    return { usable: false, reason: `WebGPU does not start: ${(error as Error).message}`, next };
  }
}

/** Electron's Node refuses arrays over memory that it did not make, and Dawn gives no other way to a result. */
async function canRead(adapter: GPUAdapter): Promise<boolean> {
  const device = await adapter.requestDevice();
  try {
    device.createBuffer({ size: 4, usage: GPUBufferUsage.COPY_SRC, mappedAtCreation: true }).getMappedRange();
    return true;
  } catch {
    return false;
  } finally {
    device.destroy();
  }
}
