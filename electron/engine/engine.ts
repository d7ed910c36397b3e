/**
 * What every engine is to the trainer: it can be looked at, and it can be made TensorFlow.js's backend of this process.
 */
import type { EngineLook, EngineName } from '../../shared/engine.ts';

export interface Engine {
  readonly name: EngineName;
  /** Looks what there is and never throws. The answer is kept for the life of the process. */
  look(): Promise<EngineLook>;
  /** Makes it the backend of this process; may be called again. Throws where `look` finds it not usable. */
  start(): Promise<void>;
}
