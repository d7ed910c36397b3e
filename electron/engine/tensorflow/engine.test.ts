/** The engine as a whole, each time in a process of its own, with what is installed on this machine or nothing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../../../tests/test-folder.ts';
import { ADDON, installFolder, PACKAGE_VERSION, readManifest } from './installation.ts';
import { cardOf, hasDriver, keepToOneCard } from './nvidia.ts';

const here = import.meta.dirname;
const isThere = readManifest() !== undefined;
const mustLoad = readManifest()?.cuda === true && hasDriver(); // to see the card

/** What a script prints as JSON, in which `tensorflow` is the engine and `isLoaded` tells of the library. */
function report(script: string, env: Record<string, string> = {}): { said: unknown; stderr: string } {
  const begin = `
    import { readFileSync } from 'node:fs';
    import * as tf from '@tensorflow/tfjs';
    const { tensorflow } = await import('${here}/engine.ts');
    const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes('libtensorflow');
    const print = (value) => console.log(JSON.stringify(value));
  `;
  const args = ['--input-type=module-typescript', '--eval', begin + script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: here, env: { ...process.env, ...env } });
  const text = stdout.toString();
  if (!text) throw new Error(stderr.toString());
  return { said: JSON.parse(text), stderr: stderr.toString() };
}

function engines<T>(work: (folder: string) => T): T {
  return work(testFolder().path);
}

it('says what to do where it is not set up, and that start says the same', () => {
  const { said } = engines((ISOCENTER_ENGINES) =>
    report(
      'print([await tensorflow.look(), await tensorflow.start().catch(({ code, message }) => ({ code, message }))])',
      { ISOCENTER_ENGINES },
    ),
  );
  expect(said).toEqual([
    {
      usable: false,
      reason: 'TensorFlow is not set up here.',
      next: expect.stringContaining('npm run engine:tensorflow'),
    },
    { code: 'engine.not-usable', message: expect.stringContaining('machine: TensorFlow is not set up here.') },
  ]);
});

it('says what is wrong with an installation that was spoilt', () => {
  const { said } = engines((ISOCENTER_ENGINES) => {
    const folder = join(ISOCENTER_ENGINES, `tensorflow-${PACKAGE_VERSION}`);
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ tensorflow: '9', cuda: false, addon: ADDON, from: [] }),
    );
    writeFileSync(join(folder, ADDON), 'no addon');
    return report('print(await tensorflow.start().catch(({ code, message }) => ({ code, message })))', {
      ISOCENTER_ENGINES,
    });
  });
  expect(said).toEqual({ code: 'engine.not-usable', message: expect.stringContaining('TensorFlow does not load') });
});

it.runIf(isThere)('looks without loading its library, and loads it quietly when it starts', () => {
  const { said, stderr } = report(`
    const { usable } = await tensorflow.look();
    const before = isLoaded();
    await tensorflow.start();
    await tensorflow.start();
    print({ usable, before, after: isLoaded(), backend: tf.getBackend(), sum: [...tf.add([1, 2], [3, 4]).dataSync()] });
  `);
  expect(said).toEqual({ usable: true, before: mustLoad, after: true, backend: 'tensorflow', sum: [4, 6] });
  expect(stderr).toBe('');
});

it.runIf(isThere)('leaves the other engines of its process at work', () => {
  const { said } = report(`
    const { wasm } = await import('${here}/../wasm/engine.ts');
    const backends = [];
    const sums = [];
    for (const engine of [wasm, tensorflow, wasm, tensorflow]) {
      await engine.start();
      backends.push(tf.getBackend());
      const slices = tf.fill([1, 4, 4, 4], 0.5);
      sums.push((await tf.conv2d(slices, tf.ones([3, 3, 4, 4]), 1, 'valid').data())[0]);
    }
    print({ backends, sums });
    process.exit(); // wasm's threads would wait for more
  `);
  expect(said).toEqual({ backends: ['wasm', 'tensorflow', 'wasm', 'tensorflow'], sums: [18, 18, 18, 18] });
});

it.runIf(isThere)('is installed for all accounts that can reach its folder', () => {
  const paths = readdirSync(installFolder(), { recursive: true }).map((path) => join(installFolder(), String(path)));
  const closed = paths.filter((path) => (statSync(path).mode & 0o044) !== 0o044);
  expect(paths.length).toBeGreaterThan(3);
  expect(closed).toEqual([]);
});

it('keeps to one card of several', () => {
  const cards = (named?: string) => {
    const env: NodeJS.ProcessEnv = named === undefined ? {} : { CUDA_VISIBLE_DEVICES: named };
    keepToOneCard(env);
    return env.CUDA_VISIBLE_DEVICES;
  };
  expect([cards(), cards('1'), cards('2,0'), cards('')]).toEqual(['0', '1', '2', '']);
});

it("reads what NVIDIA's command says of a card", () => {
  const h100 = { device: 'NVIDIA H100 80GB HBM3', memory: 80994 * 2 ** 20 };
  expect(cardOf('NVIDIA H100 80GB HBM3, 80994\n')).toEqual(h100);
  expect(() => cardOf('No devices were found\n')).toThrow('No devices were found');
});
