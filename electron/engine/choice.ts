/** Which engine computes here, and why: the one asked for, or of all the best that works. */
import type { EngineChoice } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import type { Engine, EngineLook } from './engine.ts';
import { wasm } from './wasm/engine.ts';

/** In the order of `auto`'s liking. */
export const engines: readonly Engine[] = [wasm];

/**
 * Starts an engine and gives it. `auto` takes a CUDA device, then a graphics card, then the processor, and never a software
 * adapter. Throws `engine.not-usable` where the one asked for does not work here.
 */
export async function startEngine(choice: EngineChoice): Promise<Engine> {
  const engine = await chooseEngine(choice);
  await engine.start();
  return engine;
}

async function chooseEngine(choice: EngineChoice): Promise<Engine> {
  if (choice !== 'auto') {
    const engine = engines.find(({ name }) => name === choice);
    const look: EngineLook = engine ? await engine.look() : { usable: false, reason: 'It is not built in.', next: '' };
    if (engine && look.usable) return engine;
    throw notUsable(choice, look);
  }
  const looks = await Promise.all(engines.map(async (engine) => ({ engine, look: await engine.look() })));
  for (const kind of ['cuda', 'graphics', 'processor']) {
    const found = looks.find(({ look }) => look.usable && look.kind === kind);
    if (found) return found.engine;
  }
  throw notUsable('auto', looks[looks.length - 1].look);
}

function notUsable(engine: EngineChoice, look: EngineLook) {
  return fault('engine.not-usable', {
    engine,
    reason: look.usable ? '' : look.reason,
    next: look.usable ? '' : look.next,
  });
}
