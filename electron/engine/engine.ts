/** What every engine is to the trainer: it can be looked at, and it can be made TensorFlow.js's backend of this process. */
import type { EngineName } from '../../shared/engine.ts';

/** What an engine would compute on. A software adapter is a graphics card played by the processor: right, and very slow. */
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

export interface Engine {
  readonly name: EngineName;
  /** Looks what there is and never throws. The answer is kept for the life of the process. */
  look(): Promise<EngineLook>;
  /** Makes it the backend of this process; may be called again. Throws where `look` finds it not usable. */
  start(): Promise<void>;
}
