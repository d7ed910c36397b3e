/** Engines: what computes a site's training. The training code is one; the engine is chosen for each machine. */

/** The best first: a CUDA device, a graphics card through WebGPU, the processor. */
export const engineNames = ['tensorflow', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** `auto`: the fastest that works on this machine. */
export const engineChoices = ['auto', ...engineNames] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** What computed something. */
export interface ComputedOn {
  engine: EngineName;
  device: string; // its name, "NVIDIA H100 80GB HBM3"
}

/** "wasm, AMD EPYC, 2 threads"; where there are several, each after the other. */
export function computedOnText(computedOn: readonly ComputedOn[]): string {
  return computedOn.map(({ engine, device }) => `${engine}, ${device}`).join('; ');
}
