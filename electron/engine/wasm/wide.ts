/**
 * Has V8 compute on eight numbers at once where the processor can (AVX2). WebAssembly's own vectors hold four; V8 joins
 * two of them under a flag that it still calls experimental. So the flag is on only while the convolution's inner loops
 * are compiled, what comes of them is held to the definition at every start, and they are used only where they are
 * faster.
 */
import { setFlagsFromString } from 'node:v8';
import { assemble } from './assembler.ts';
import { ThreadContext, type WorkModules } from './thread-context.ts';
import { PANEL } from './tile.ts';
import { winogradFunctions } from './winograd-functions.ts';
import { convolutionArea, frequencyBytes, pairArea, Tiling, winogradRoutines } from './winograd-work.ts';
import { workFunctions } from './work.ts';

const LEAST_GAIN = 1.2; // times as fast as with four numbers
const MOST_ERROR = 1e-3; // of sums of some 70 products of numbers up to 1

/** Our code, compiled. May take some tenths of a second. */
export function compileWork(): WorkModules {
  const plain = new WebAssembly.Module(assemble(workFunctions));
  const winograd = assemble(winogradFunctions);
  if (process.arch !== 'x64') return { plain, winograd: new WebAssembly.Module(winograd), wide: false };
  setFlagsFromString('--experimental-wasm-revectorize');
  setFlagsFromString('--no-liftoff'); // the first call compiles for good
  try {
    const modules = { plain, winograd: new WebAssembly.Module(winograd), wide: true };
    const context = new ThreadContext(modules, newMemory(), 0);
    if (gain(context) >= LEAST_GAIN && isRight(context, 5, 9) && isRight(context, 6, 3)) return modules;
  } finally {
    setFlagsFromString('--liftoff');
    setFlagsFromString('--no-experimental-wasm-revectorize');
  }
  // A name of its own, so that V8 does not take the code that it has made already.
  return { plain, winograd: new WebAssembly.Module(assemble(winogradFunctions, 'plain')), wide: false };
}

function newMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 32, maximum: 65_536, shared: true });
}

/** How much faster a product of matrices is with twice the rows at once, which only twice the numbers make fast. */
function gain({ code }: ThreadContext): number {
  const [rows, channels, a, panels, out] = [32, 64, 0, 64 * 1024, 256 * 1024];
  const time = (run: (...args: number[]) => void, height: number) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 20; round++) {
      const begin = performance.now();
      for (let i = 0; i < 20; i++) run(a, 4 * channels, 0, panels, 0, out, 32, 0, 1, rows / height, channels, 1);
      best = Math.min(best, performance.now() - begin);
    }
    return best;
  };
  return time(code.multiplyFours, 4) / time(code.multiplyEights, 8);
}

/** Whether a small convolution and its filter gradient are those of the definition. */
function isRight(context: ThreadContext, height: number, width: number): boolean {
  const tiling = new Tiling(height, width);
  const { rows, frequencies, tile } = tiling;
  const [channels, outChannels] = [2 * PANEL, PANEL];
  const floats = context.floats();
  let next = 64; // byte address
  const place = (count: number) => {
    const address = next;
    next += 64 * Math.ceil((4 * count) / 64);
    for (let i = 0; i < count; i++) floats[address / 4 + i] = Math.sin(address + 7 * i);
    return address;
  };
  const x = place(height * width * channels);
  const dy = place(height * width * outChannels);
  const filter = place(9 * channels * outChannels);
  const out = place(height * width * outChannels);
  const gradient = place(9 * channels * outChannels);
  const transformed = place((frequencies * frequencyBytes(channels * outChannels)) / 4);
  const sums = place((frequencies * frequencyBytes(channels * outChannels)) / 4);
  const tiles = rows * tiling.columns;
  const [inputStep, slopeStep] = [frequencyBytes(tiles * channels), frequencyBytes(tiles * outChannels)];
  const input = place((frequencies * inputStep) / 4);
  const slopes = place((frequencies * slopeStep) / 4);
  context.area = place((convolutionArea(tiling, rows, 1, channels) + pairArea(tiling, channels, outChannels)) / 4);

  const sizes = [height, width, channels, outChannels];
  winogradRoutines.transformFilter(context, filter, transformed, 0, outChannels / PANEL, channels, outChannels, tile);
  winogradRoutines.convolveWinograd(context, x, transformed, out, 0, rows, 0, outChannels / PANEL, ...sizes);
  winogradRoutines.transformPair(context, x, dy, input, inputStep, slopes, slopeStep, 0, rows, ...sizes);
  const sumStep = frequencyBytes(channels * outChannels);
  floats.fill(0, sums / 4, (sums + frequencies * sumStep) / 4);
  for (let f = 0; f < frequencies; f++) {
    const [a, b, to] = [input + f * inputStep, slopes + f * slopeStep, sums + f * sumStep];
    winogradRoutines.multiplyPair(context, a, b, to, tiles, channels, outChannels);
  }
  const eights = (channels * outChannels) / PANEL;
  winogradRoutines.transformFilterSlopes(context, sums, gradient, channels * outChannels, 0, eights, tile);

  const expectedOut = new Float64Array(height * width * outChannels);
  const expectedGradient = new Float64Array(9 * channels * outChannels);
  for (let at = 0; at < height * width; at++) {
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(at / width) + Math.floor(tap / 3) - 1;
      const column = (at % width) + (tap % 3) - 1;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      for (let c = 0; c < channels; c++) {
        const value = floats[x / 4 + (row * width + column) * channels + c];
        for (let k = 0; k < outChannels; k++) {
          const weight = (tap * channels + c) * outChannels + k;
          expectedOut[at * outChannels + k] += value * floats[filter / 4 + weight];
          expectedGradient[weight] += value * floats[dy / 4 + at * outChannels + k];
        }
      }
    }
  }
  const near = (expected: Float64Array, address: number) =>
    expected.every((value, i) => Math.abs(value - floats[address / 4 + i]) < MOST_ERROR);
  return near(expectedOut, out) && near(expectedGradient, gradient);
}
