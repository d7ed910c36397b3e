/**
 * What `bench --pytorch` makes of a Python: programs that behave as one, as the machine of a test need not have
 * PyTorch.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import { timePytorch } from './pytorch.ts';

const folder = testFolder().path;

const settings = { batch: 2, size: 32, baseWidth: 8, repeats: 3 };

/** A program that says and does this when it is started, whatever its arguments. */
function program(name: string, body: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!${process.execPath}\n${body}`);
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(process.platform === 'win32')('timePytorch', () => {
  it('asks for the same steps, on a card only where the engine computed on one', async () => {
    const python = program(
      'python',
      `const step = { name: 'unet', ms: 1, min: 1, max: 1, layout: process.argv.slice(3).join(' ') };
       console.log(JSON.stringify({ engine: 'pytorch', machine: { threads: 1, torch: '2' }, steps: [step] }));`,
    );
    const asked = async (kind: 'processor' | 'cuda') => (await timePytorch(python, { settings, kind })).steps[0].layout;
    const same = `--batch 2 --size 32 --width 8 --repeats 3 --threads ${availableParallelism()}`;
    expect(await asked('processor')).toBe(`${same} --device cpu`);
    expect(await asked('cuda')).toBe(`${same} --device best`);
  });

  it.each([
    ['engine.no-pytorch', "console.error(`ModuleNotFoundError: No module named 'torch'`); process.exitCode = 1;"],
    ['engine.pytorch-failed', "console.error('Traceback\\nRuntimeError: out of memory'); process.exitCode = 1;"],
    ['engine.pytorch-failed', "console.log('hello');"],
  ])('says %s', async (code, body) => {
    const python = program(`python-${code}`, body);
    await expect(timePytorch(python, { settings, kind: 'processor' })).rejects.toMatchObject({ code });
  });

  it('says where there is no such program', async () => {
    const python = join(folder, 'none');
    await expect(timePytorch(python, { settings, kind: 'processor' })).rejects.toMatchObject({
      code: 'engine.no-python',
    });
  });
});
