/** Threads of a real team on real shared memory: whatever their number, the result is the same to the last bit. */
import { afterEach, describe, expect, it } from 'vitest';
import { assemble } from './assembler.ts';
import { Team } from './team.ts';
import { compileWork } from './wide.ts';
import { winogradFunctions } from './winograd-functions.ts';
import { convolutionArea, Tiling } from './winograd-work.ts';
import { workFunctions } from './work.ts';

const [images, side, channels] = [6, 12, 16];
const pixels = images * side * side;
const filterAt = 4 * pixels * channels;
const transformedAt = 2 ** 20;
const outAt = 2 ** 21;
const areasAt = 2 ** 22;

const teams: Team[] = [];
afterEach(async () => {
  await Promise.all(teams.splice(0).map((team) => team.close()));
});

function convolve(size: number, modules = compileWork()): Float32Array {
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 65_536, shared: true });
  const floats = new Float32Array(memory.buffer);
  for (let i = 0; i < pixels * channels + 9 * channels * channels; i++) floats[i] = Math.sin(i);
  const team = new Team(modules, memory, size);
  teams.push(team);
  team.run('transformFilter', [[filterAt, transformedAt, 0, 2, channels, channels, 4]], areasAt, 0);
  const rows = side / 4;
  const calls = Array.from({ length: images }, (_, image) => [
    ...[0, transformedAt, outAt, image * rows, rows, 0, channels / 8, side, side, channels, channels],
  ]);
  for (let again = 0; again < 50; again++) {
    team.run(
      'convolveWinograd',
      calls,
      areasAt,
      64 * Math.ceil(convolutionArea(new Tiling(side, side), rows, channels / 8, channels) / 64),
    );
  }
  return floats.slice(outAt / 4, outAt / 4 + pixels * channels);
}

describe('a team', () => {
  it('gives the same numbers with one thread as with four', () => {
    const alone = convolve(1);
    expect(alone.some((value) => value !== 0)).toBe(true);
    expect(convolve(4)).toEqual(alone);
  });

  it('gives the same numbers on four as on eight at once, up to rounding', () => {
    const narrow = {
      plain: new WebAssembly.Module(assemble(workFunctions)),
      winograd: new WebAssembly.Module(assemble(winogradFunctions, 'test')),
      wide: false,
    };
    const ours = convolve(2);
    convolve(2, narrow).forEach((value, i) => {
      expect(value).toBeCloseTo(ours[i], 4);
    });
  });
});
