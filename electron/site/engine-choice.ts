/** Which engine computes here and why, and what every other one lacks, in plain words. */
import { cpus } from 'node:os';
import { z } from 'zod';
import type { EngineView } from '../../shared/api/settings.ts';
import { type EngineFound, engineNames } from '../../shared/engine.ts';
import type { Launch } from '../engine/launch.ts';
import { choose } from '../engine/preference.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { inspectEngines } from './engines.ts';
import { readSettings } from './settings.ts';

const FOUND = 'engines-found'; // key of what was found last

const lookSchema = z.discriminatedUnion('usable', [
  z.strictObject({
    usable: z.literal(true),
    kind: z.enum(['cuda', 'graphics', 'processor', 'software']),
    device: z.string(),
    memory: z.number(),
  }),
  z.strictObject({ usable: z.literal(false), reason: z.string(), next: z.string() }),
]);

const foundSchema = z.strictObject({
  machine: z.string(), // what was found on another one says nothing of this
  engines: z.array(
    z.strictObject({
      engine: z.enum(engineNames),
      look: lookSchema,
      speed: z.strictObject({ gflops: z.number(), slicesPerSecond: z.number() }).nullable(),
    }),
  ),
});

/** What is known without trying anything. */
export function engineView(folder?: SiteFolder): EngineView {
  const choice = folder ? readSettings(folder).engine : 'auto';
  const engines = folder ? readFound(folder) : [];
  if (engines.length === 0) return { choice, engine: null, usable: true, why: '', next: '', engines };
  const { engine, why } = choose(choice, engines);
  if (engine !== undefined) {
    return {
      choice,
      engine,
      usable: true,
      why: choice === 'auto' ? why : 'It was chosen in the settings.',
      next: '',
      engines,
    };
  }
  const look = engines.find((found) => found.engine === choice)?.look;
  return { choice, engine: null, usable: false, why, next: look?.usable === false ? look.next : '', engines };
}

/** Tries every engine and remembers what it found; a speed that is not measured anew stays with its device. */
export async function findEngines(
  folder: SiteFolder,
  options: { launch?: Launch; measure: boolean; signal: AbortSignal },
): Promise<EngineView> {
  const known = readFound(folder);
  const found = await inspectEngines(options);
  const engines = options.measure ? found : found.map((each) => withSpeed(each, known));
  folder.settings.write(FOUND, { machine: machineName(), engines });
  return engineView(folder);
}

function withSpeed(found: EngineFound, known: EngineFound[]): EngineFound {
  const before = known.find(({ engine }) => engine === found.engine);
  const same = found.look.usable && before?.look.usable && before.look.device === found.look.device;
  return same ? { ...found, speed: before.speed } : found;
}

function readFound(folder: SiteFolder): EngineFound[] {
  const found = folder.settings.read(FOUND, foundSchema);
  return found?.machine === machineName() ? found.engines : [];
}

function machineName(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() || 'processor'}, ${cores.length} cores`;
}
