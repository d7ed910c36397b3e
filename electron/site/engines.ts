/** What every engine finds on this machine. */
import { type EngineFound, type EngineLook, type EngineName, engineNames } from '../../shared/engine.ts';
import { isFault } from '../../shared/errors.ts';
import { Trainer } from '../engine/client.ts';
import type { Launch } from '../engine/launch.ts';

const UPDATE = 'Update the driver of the graphics card, then look again.';
const PATIENCE = 60_000; // ms; trying takes seconds, more on a busy machine, and a driver that hangs takes forever

export interface InspectOptions {
  launch?: Launch; // of a trainer process; absent: Node forks it
  measure: boolean; // how fast each is, which takes some seconds
  signal?: AbortSignal;
  onProgress?: (engine: EngineName, place: number) => void; // before each
  patience?: number; // ms that one engine may take
}

/**
 * Tries each engine in a process of its own, one after the other: native code that crashes there ends nothing else, and
 * none slows another. What an engine lacks is its answer and no error.
 */
export async function inspectEngines({
  launch,
  measure,
  signal,
  onProgress,
  patience = PATIENCE,
}: InspectOptions): Promise<EngineFound[]> {
  const found: EngineFound[] = [];
  for (const engine of engineNames) {
    signal?.throwIfAborted();
    onProgress?.(engine, found.length);
    const trainer = new Trainer(launch);
    const end = () => void trainer.close();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, patience);
    signal?.addEventListener('abort', end, { once: true }); // at once: nothing of it is to be kept
    try {
      found.push({ engine, ...(await trainer.run('inspect', { engine, measure })) });
    } catch (error) {
      signal?.throwIfAborted();
      found.push({ engine, look: late ? hanging(patience) : lookOf(error), speed: null });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      await trainer.close();
    }
  }
  return found;
}

function hanging(patience: number): EngineLook {
  return { usable: false, reason: `It did not answer within ${Math.round(patience / 1000)} seconds.`, next: UPDATE };
}

/** What an engine that ended its process, or could not compute, is worth. */
function lookOf(error: unknown): EngineLook {
  if (isFault(error, 'engine.trainer-died')) {
    const { how, output } = error.details;
    const lastLine = String(output).trim().split('\n').at(-1);
    return {
      usable: false,
      reason: `It ended the process that computes (${how}). Last it said: ${lastLine}`,
      next: UPDATE,
    };
  }
  return { usable: false, reason: error instanceof Error ? error.message : String(error), next: UPDATE };
}
