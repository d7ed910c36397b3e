/** Once before all tests on one engine: on what they run, or why they do not. */
import type { TestProject } from 'vitest/node';
import { engines } from '../electron/engine/choice.ts';

export default async function sayEngine({ name }: TestProject): Promise<void> {
  const look = await engines.find((engine) => engine.name === name)?.look();
  if (look?.usable) console.log(`The tests on ${name} run on ${look.device}.`);
  else console.log(`The tests on ${name} are not run. ${look?.reason} ${look?.next}`);
}
