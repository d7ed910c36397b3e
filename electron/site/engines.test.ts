/** Engines are tried in processes of their own: one whose native code crashes takes no other with it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { engineNames } from '../../shared/engine.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { forkTrainer, type Launch } from '../engine/launch.ts';
import { inspectEngines } from './engines.ts';

const folder = testFolder().path;

it('goes on after an engine that crashed, and says of it what happened', async () => {
  const crashing = join(folder, 'crashing.mjs');
  writeFileSync(
    crashing,
    `process.on('message', () => { console.error('driver: lost'); setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 50); });`,
  );
  const tried: string[] = [];
  const launch: Launch = (script) => forkTrainer(tried.at(-1) === 'tensorflow' ? crashing : script);
  const found = await inspectEngines({ launch, measure: false, onProgress: (engine) => tried.push(engine) });
  expect(tried).toEqual(engineNames);
  const [tensorflow, , wasm] = found;
  expect(tensorflow).toEqual({
    engine: 'tensorflow',
    look: {
      usable: false,
      reason: 'It ended the process that computes (signal SIGSEGV). Last it said: driver: lost',
      next: 'Update the driver of the graphics card, then look again.',
    },
    speed: null,
  });
  expect(wasm).toMatchObject({ engine: 'wasm', look: { usable: true, kind: 'processor' }, speed: null });
});

it('waits for no engine that hangs', async () => {
  const hanging = join(folder, 'hanging.mjs');
  writeFileSync(hanging, `process.on('message', () => { for (;;); });`);
  const tried: string[] = [];
  const launch: Launch = (script) => forkTrainer(tried.at(-1) === 'wasm' ? script : hanging);
  const found = await inspectEngines({
    launch,
    measure: false,
    patience: 3000,
    onProgress: (engine) => tried.push(engine),
  });
  expect(found[1].look).toMatchObject({ usable: false, reason: 'It did not answer within 3 seconds.' });
  expect(found[2].look.usable).toBe(true);
});

it('stops at once when it is not wanted any more', async () => {
  const stopping = new AbortController();
  const begun = performance.now();
  const inspecting = inspectEngines({ measure: true, signal: stopping.signal });
  setTimeout(() => stopping.abort(new Error('closed')), 200);
  await expect(inspecting).rejects.toThrow('closed');
  expect(performance.now() - begun).toBeLessThan(10_000);
});
