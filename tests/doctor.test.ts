/** `isocenter doctor` on this machine, whatever engines it has: the processor's always works. */
import { expect, it } from 'vitest';
import { engineNames } from '../shared/engine.ts';
import { isocenter, succeed } from './command.ts';

it('lists every engine: how fast it is, or what it lacks', { timeout: 120_000 }, async () => {
  const { good, findings, engines } = JSON.parse(await succeed('doctor', '--json'));
  expect(good).toBe(true);
  expect(findings.map(({ name }: { name: string }) => name)).toContain('Engine');
  expect(engines.map(({ engine }: { engine: string }) => engine)).toEqual(engineNames);
  for (const { look, speed } of engines) {
    if (look.kind === 'software') {
      expect(speed).toBeNull();
    } else if (look.usable) {
      expect(look.device).not.toBe('');
      expect(speed.gflops).toBeGreaterThan(0);
      expect(speed.slicesPerSecond).toBeGreaterThan(0);
    } else {
      expect(look.reason).toMatch(/\.$/); // a sentence
      expect(speed).toBeNull();
    }
  }
});

it('times the engine that is asked for, and refuses a name that is none', { timeout: 60_000 }, async () => {
  const small = ['--batch', '2', '--size', '16', '--width', '4', '--repeats', '1'];
  const report = JSON.parse(await succeed('bench', '--engine', 'wasm', ...small, '--json'));
  expect(report).toMatchObject({ engine: 'wasm', kind: 'processor', steps: [{ name: 'encoder' }, { name: 'unet' }] });
  expect(report.device).not.toBe('');
  const { code, stderr } = await isocenter('bench', '--engine', 'abacus').finished;
  expect(code).not.toBe(0);
  expect(stderr).toContain('Allowed choices are auto, tensorflow, webgpu, wasm.');
});
