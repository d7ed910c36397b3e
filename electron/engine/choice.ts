/** Starts the engine that computes here: the one asked for, or of all the best that works. */
import type { ComputedOn, DeviceKind, EngineChoice, EngineLook, EngineName } from '../../shared/engine.ts';
import { fault, isFault } from '../../shared/errors.ts';
import type { Engine } from './engine.ts';
import { choose, isBest, type Looked } from './preference.ts';
import { tensorflow } from './tensorflow/engine.ts';
import { wasm } from './wasm/engine.ts';
import { webgpu } from './webgpu/engine.ts';

export interface Started {
  computedOn: ComputedOn;
  kind: DeviceKind;
  memory: number; // bytes that training may take there
}

export const engines: readonly Engine[] = [tensorflow, webgpu, wasm];

/**
 * Starts an engine and says which, and on what it computes. `auto` takes a CUDA device, then a graphics card, then the
 * processor, never a software adapter, and the next best where the best does not start. Throws `engine.not-usable`
 * where the one asked for does not work here.
 */
export async function startEngine(choice: EngineChoice, among: readonly Engine[] = engines): Promise<Started> {
  const failed = new Map<EngineName, EngineLook>();
  for (;;) {
    const looked = await lookAround(choice, among, failed);
    const { engine: name, why } = choose(choice, looked);
    const engine = among.find((each) => each.name === name);
    const look = looked.find((each) => each.engine === name)?.look;
    if (!engine || !look?.usable) {
      const next = looked.findLast(({ look }) => !look.usable)?.look;
      throw fault('engine.not-usable', { engine: choice, reason: why, next: next?.usable === false ? next.next : '' });
    }
    try {
      await engine.start();
      return { computedOn: { engine: engine.name, device: look.device }, kind: look.kind, memory: look.memory };
    } catch (error) {
      failed.set(engine.name, lookOfFailed(error));
    }
  }
}

/** What an engine that found something but does not start is worth. */
export function lookOfFailed(error: unknown): EngineLook {
  if (isFault(error, 'engine.not-usable')) {
    return { usable: false, reason: String(error.details.reason), next: String(error.details.next) };
  }
  const reason = `It does not start: ${error instanceof Error ? error.message : String(error)}`;
  return { usable: false, reason, next: 'Update the driver of the graphics card, then look again.' };
}

/**
 * Asks the engine that is wanted; for `auto` one after the other, until one cannot be bettered: looking loads drivers.
 */
async function lookAround(
  choice: EngineChoice,
  among: readonly Engine[],
  failed: Map<EngineName, EngineLook>,
): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const engine of among) {
    if (choice !== 'auto' && engine.name !== choice) continue;
    const look = failed.get(engine.name) ?? (await engine.look());
    looked.push({ engine: engine.name, look });
    if (isBest(look)) break;
  }
  return looked;
}
