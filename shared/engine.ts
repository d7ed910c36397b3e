/** Engines: what computes a site's training. The training code is one; the engine is chosen for each machine. */

/** The best first: a CUDA device, a graphics card through WebGPU, the processor. */
export const engineNames = ['tensorflow', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** `auto`: the fastest that works on this machine. */
export const engineChoices = ['auto', ...engineNames] as const;
export type EngineChoice = (typeof engineChoices)[number];

/**
 * What an engine would compute on. A software adapter is a graphics card played by the processor: right, and very slow.
 */
export type DeviceKind = 'cuda' | 'graphics' | 'processor' | 'software';

/** What an engine finds on this machine. */
export type EngineLook =
  | {
      usable: true;
      kind: DeviceKind;
      device: string; // its name, "NVIDIA H100 80GB HBM3" or "AMD EPYC, 2 threads"
      memory: number; // bytes that training may take there
    }
  | {
      usable: false;
      reason: string; // a sentence
      next: string; // what to do to get it, a sentence; empty where nothing helps
    };

/** How fast an engine is here, measured. */
export interface EngineSpeed {
  gflops: number; // 10^9 multiplications and additions a second in a 3 x 3 convolution, forward and backward
  slicesPerSecond: number; // that fine-tuning learns from by the usual plan
}

/** An engine, what it finds here, and how fast it is. */
export interface EngineFound {
  engine: EngineName;
  look: EngineLook;
  speed: EngineSpeed | null; // null where it cannot be used, was not measured, or is a software adapter
}

/** What computed something. */
export interface ComputedOn {
  engine: EngineName;
  device: string; // its name, "NVIDIA H100 80GB HBM3"
}

/** "wasm, AMD EPYC, 2 threads"; where there are several, each after the other. */
export function computedOnText(computedOn: readonly ComputedOn[]): string {
  return computedOn.map(({ engine, device }) => `${engine}, ${device}`).join('; ');
}
