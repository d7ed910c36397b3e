/** Engines: what computes a site's training. The training code is one; the engine is chosen for each machine. */

/** The best first: a CUDA device, a graphics card through WebGPU, the processor. */
export const engineNames = ['tensorflow', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** `auto`: the fastest that works on this machine. */
export const engineChoices = ['auto', ...engineNames] as const;
export type EngineChoice = (typeof engineChoices)[number];
