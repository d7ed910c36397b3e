/** Starts the engine that computes here: the one asked for, or of all the best that works. */
import type { ComputedOn, DeviceKind, EngineChoice } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import type { Engine } from './engine.ts';
import { choose, isBest, type Looked } from './preference.ts';
import { wasm } from './wasm/engine.ts';

export interface Started {
  computedOn: ComputedOn;
  kind: DeviceKind;
}

/** In the order of `auto`'s liking. */
export const engines: readonly Engine[] = [wasm];

/**
 * Starts an engine and says which, and on what it computes. `auto` takes a CUDA device, then a graphics card, then the
 * processor, and never a software adapter. Throws `engine.not-usable` where the one asked for does not work here.
 */
export async function startEngine(choice: EngineChoice): Promise<Started> {
  const looked = await lookAround(choice);
  const { engine: name, why } = choose(choice, looked);
  const engine = engines.find((each) => each.name === name);
  const look = looked.find((each) => each.engine === name)?.look;
  if (!engine || !look?.usable) {
    const next = looked.findLast(({ look }) => !look.usable)?.look;
    throw fault('engine.not-usable', { engine: choice, reason: why, next: next?.usable === false ? next.next : '' });
  }
  await engine.start();
  return { computedOn: { engine: engine.name, device: look.device }, kind: look.kind };
}

/** Asks the engine that is wanted; for `auto` one after the other, until one cannot be bettered: looking loads drivers. */
async function lookAround(choice: EngineChoice): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const engine of engines) {
    if (choice !== 'auto' && engine.name !== choice) continue;
    const look = await engine.look();
    looked.push({ engine: engine.name, look });
    if (isBest(look)) break;
  }
  return looked;
}
