import { Command } from 'commander';
import type { EngineChoice } from '../../../shared/engine.ts';
import { type BenchReport, benchEngine } from '../../site/machine.ts';
import { type PytorchReport, timePytorch } from '../../site/pytorch.ts';
import { engineOption, run, wholeNumber } from '../action.ts';
import { table } from '../output.ts';

interface Options {
  batch: number;
  size: number;
  width: number;
  repeats: number;
  engine?: EngineChoice;
  pytorch?: string;
  json?: boolean;
}

export function bench(): Command {
  return new Command('bench')
    .description('Time an encoder step and a U-Net step on this machine, and their parts where those can be told.')
    .option('--batch <slices>', 'slices a step', wholeNumber(1), 32)
    .option('--size <pixels>', 'pixels a side, a multiple of 16', wholeNumber(16, { most: 1024, multipleOf: 16 }), 48)
    .option('--width <channels>', 'channels of the first level', wholeNumber(4, { most: 64, multipleOf: 4 }), 16)
    .option('--repeats <n>', 'measured steps; the median counts', wholeNumber(1), 5)
    .addOption(engineOption('auto, the fastest that works here'))
    .option('--pytorch <python>', 'also time the same steps in the PyTorch of this Python, and compare')
    .option('--json', 'print the timings as JSON')
    .action((options: Options) =>
      run(options, async ({ output, signal }) => {
        const line = output.progress('timing');
        const job = { batch: options.batch, size: options.size, baseWidth: options.width, repeats: options.repeats };
        const report = await benchEngine(options.engine ?? 'auto', job, {
          onProgress: ({ step, steps, message }) => line.update(step, steps, message),
          signal,
        });
        line.end();
        if (options.pytorch !== undefined) output.note('Timing PyTorch…');
        const pytorch = options.pytorch === undefined ? undefined : await timePytorch(options.pytorch, report, signal);
        const { machine, steps } = report;
        const text = [
          `Engine ${report.engine} on ${report.device}; ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
          `Batch ${job.batch}, ${job.size} × ${job.size} pixels, base width ${job.baseWidth}, median of ${job.repeats}`,
          ...steps.map((step) => {
            const parts = step.parts.map((part) => [`  ${part.name}`, msText(part.ms)]);
            return `\n${table(['step', 'ms'], [[step.name, msText(step.ms)], ...parts])}\n(${msText(step.min)} to ${msText(step.max)} ms)`;
          }),
        ];
        const compared = pytorch ? steps.flatMap((step) => besidePytorch(step, pytorch)) : [];
        if (pytorch) {
          const { torch, threads, card } = pytorch.machine;
          const rows = compared.map(({ name, ms, pytorch, ratio, ratioOfFastest }) => [
            name,
            msText(ms),
            msText(pytorch),
            ratio.toFixed(2),
            ratioOfFastest.toFixed(2),
          ]);
          text.push(
            `\nBeside PyTorch ${torch} on ${card ?? `${threads} threads`} (a ratio above 1: PyTorch is faster)`,
            table(['step', 'ms', 'PyTorch ms', 'ratio', 'of the fastest repeats'], rows),
          );
        }
        output.result(pytorch ? { ...report, pytorch, compared } : report, text.join('\n'));
      }),
    );
}

/**
 * The engine's time as a multiple of PyTorch's: of the medians, and of the fastest, which a busy machine spoils least.
 */
function besidePytorch({ name, ms, min }: BenchReport['steps'][number], pytorch: PytorchReport) {
  const other = pytorch.steps.find((step) => step.name === name);
  return other ? [{ name, ms, pytorch: other.ms, ratio: ms / other.ms, ratioOfFastest: min / other.min }] : [];
}

/** Three digits, so that also a card's steps of some milliseconds can be told apart. */
function msText(ms: number): string {
  return ms < 100 ? ms.toPrecision(3) : ms.toFixed(0);
}
