/** Threads of a real pool on real shared memory: whatever their number, the result is the same to the last bit. */
import { afterEach, describe, expect, it } from 'vitest';
import { assemble } from './assembler.ts';
import type { WorkModules } from './thread-context.ts';
import { ThreadPool } from './thread-pool.ts';
import { compileWork } from './wide.ts';
import { winogradFunctions } from './winograd-functions.ts';
import { convolutionArea, frequencyBytes, Tiling } from './winograd-work.ts';
import { workFunctions } from './work.ts';

const [images, side, channels] = [6, 12, 16];
const pixels = images * side * side;
const filterAt = 4 * pixels * channels;
const transformedAt = 2 ** 20;
const tiling = new Tiling(side, side);
const outAt = 2 ** 21;
const areasAt = 2 ** 22;

const pools: ThreadPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function poolOn(size: number, modules: WorkModules): { pool: ThreadPool; floats: Float32Array } {
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 65_536, shared: true });
  const floats = new Float32Array(memory.buffer);
  for (let i = 0; i < pixels * channels + 9 * channels * channels; i++) floats[i] = Math.sin(i);
  const pool = new ThreadPool(modules, memory, size);
  pools.push(pool);
  return { pool, floats };
}

function convolve(size: number, modules = compileWork()): Float32Array {
  const { pool, floats } = poolOn(size, modules);
  pool.run('transformFilter', [[filterAt, transformedAt, 0, 2, channels, channels, tiling.tile]], areasAt, 0);
  const calls = Array.from({ length: images }, (_, image) => [
    ...[0, transformedAt, outAt, image * tiling.rows, tiling.rows, 0, channels / 8, side, side, channels, channels],
  ]);
  const area = 64 * Math.ceil(convolutionArea(tiling, tiling.rows, channels / 8, channels) / 64);
  for (let again = 0; again < 50; again++) pool.run('convolveWinograd', calls, areasAt, area);
  return floats.slice(outAt / 4, outAt / 4 + pixels * channels);
}

/** The sums that a filter's gradient is made of, with the images as their own slopes. */
function filterGradient(size: number, modules = compileWork()): Float32Array {
  const { pool, floats } = poolOn(size, modules);
  const rows = images * tiling.rows;
  pool.run('sumPairs', [[0, 0, outAt, 0, rows, side, side, channels, channels]], areasAt, 0);
  return floats.slice(outAt / 4, outAt / 4 + (tiling.frequencies * frequencyBytes(channels * channels)) / 4);
}

describe('a thread pool', () => {
  it('gives the same numbers with one thread as with four', () => {
    const alone = convolve(1);
    expect(alone.some((value) => value !== 0)).toBe(true);
    expect(convolve(4)).toEqual(alone);
  });

  it.each([
    ['a convolution', convolve],
    ['a filter gradient', filterGradient],
  ])('gives the same numbers of %s on four as on eight at once, up to rounding', (_, compute) => {
    const narrow = {
      plain: new WebAssembly.Module(assemble(workFunctions)),
      winograd: new WebAssembly.Module(assemble(winogradFunctions, 'test')),
      wide: false,
    };
    const ours = compute(2);
    const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0.1);
    compute(2, narrow).forEach((value, i) => {
      expect(Math.abs(value - ours[i])).toBeLessThan(1e-5 * largest);
    });
  });
});
