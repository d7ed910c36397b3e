/** The engine that the tests of the learning and of the jobs run on: `wasm`, or the one that ISOCENTER_TEST_ENGINE names. */
import { type EngineChoice, engineChoices } from '../../shared/engine.ts';
import { engines, startEngine } from './choice.ts';

const named = process.env.ISOCENTER_TEST_ENGINE ?? 'wasm';
if (!engineChoices.includes(named as EngineChoice)) throw new Error(`ISOCENTER_TEST_ENGINE is no engine: ${named}`);

export const testEngine = named as EngineChoice;

const look = await engines.find(({ name }) => name === testEngine)?.look();
/** Why it cannot be used here; undefined where it can. */
export const missing = look?.usable === false ? `${look.reason} ${look.next}` : undefined;

/** Makes it the backend, for `beforeAll`. */
export async function startTestEngine(): Promise<void> {
  if (missing === undefined) await startEngine(testEngine);
}
