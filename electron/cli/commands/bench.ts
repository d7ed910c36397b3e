import { Command } from 'commander';
import type { EngineChoice } from '../../../shared/engine.ts';
import { benchEngine } from '../../site/machine.ts';
import { engineOption, run, wholeNumber } from '../action.ts';
import { table } from '../output.ts';

interface Options {
  batch: number;
  size: number;
  width: number;
  repeats: number;
  engine?: EngineChoice;
  json?: boolean;
}

export function bench(): Command {
  return new Command('bench')
    .description('Time an encoder step and a U-Net step on this machine, and their parts.')
    .option('--batch <slices>', 'slices a step', wholeNumber(1), 32)
    .option('--size <pixels>', 'pixels a side, a multiple of 16', wholeNumber(16, { most: 1024, multipleOf: 16 }), 48)
    .option('--width <channels>', 'channels of the first level', wholeNumber(4, { most: 64, multipleOf: 4 }), 16)
    .option('--repeats <n>', 'measured steps; the median counts', wholeNumber(1), 5)
    .addOption(engineOption('auto, the fastest that works here'))
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
        const { machine, steps } = report;
        const text = [
          `Engine ${report.engine} on ${report.device}; ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
          `Batch ${job.batch}, ${job.size} × ${job.size} pixels, base width ${job.baseWidth}, median of ${job.repeats}`,
          ...steps.map((step) => {
            const parts = step.parts.map((part) => [`  ${part.name}`, part.ms.toFixed(0)]);
            const total = [step.name, `${step.ms.toFixed(0)}`];
            return `\n${table(['step', 'ms'], [total, ...parts])}\n(${step.min.toFixed(0)} to ${step.max.toFixed(0)} ms)`;
          }),
        ];
        output.result(report, text.join('\n'));
      }),
    );
}
