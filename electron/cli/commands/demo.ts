import { Command } from 'commander';
import { type Distribution, isFew } from '../../../shared/distribution.ts';
import { computedOnText, type EngineChoice } from '../../../shared/engine.ts';
import { engineOption, run, wholeNumber, wholeNumbers } from '../action.ts';
import { runDemo } from '../demo/demo.ts';
import { heldOutDice, methods, methodWords } from '../demo/results.ts';
import { durationText, table } from '../output.ts';

interface Options {
  data?: string;
  sites: number;
  volumes?: number;
  labels: number[];
  rounds?: number;
  seed: number;
  out: string;
  federatedFinetuning?: boolean;
  engine?: EngineChoice;
  json?: boolean;
}

export function demo(): Command {
  return new Command('demo')
    .description('Do the whole job on this machine, on a phantom or real volumes, and compare three methods.')
    .option('--data <dir>', 'folder with images/ and labels/ of the same file names (default: the built-in phantom)')
    .option('--sites <n>', 'hospitals', wholeNumber(2, { most: 64 }), 3)
    .option('--volumes <n>', 'volumes at each site (default: 8 phantoms, or all of --data)', wholeNumber(1))
    .option('--labels <list>', 'labelled volumes at each site, each count compared', wholeNumbers, [1, 2])
    .option('--rounds <n>', 'rounds of pre-training', wholeNumber(0, { most: 1000 }))
    .option('--seed <n>', 'seed of everything that is drawn', wholeNumber(0, { most: 1_000_000_000 }), 1)
    .option('--out <dir>', 'folder for results.json, report.html and the sites', 'demo-out')
    .option('--federated-finetuning', 'also fine-tune together, as a second table')
    .addOption(engineOption('auto, the fastest that works here'))
    .option('--json', 'print the results as JSON')
    .action(({ federatedFinetuning = false, ...options }: Options) =>
      run(options, async ({ output, signal }) => {
        const line = output.progress('demo');
        const { results, report } = await runDemo({
          ...options,
          federatedFinetuning,
          signal,
          onProgress: (done, total, words) => line.update(done, total, words),
        });
        line.end();
        const headings = ['Dice, mean (median)', ...results.labelCounts.map((count) => `${count} labelled`)];
        const rows = (finetuning: 'local' | 'federated') =>
          methods.map((method) => [
            methodWords[method].title,
            ...results.labelCounts.map((count) => diceText(heldOutDice(results, method, count, finetuning))),
          ]);
        const text = [
          table(headings, rows('local')),
          ...(federatedFinetuning ? [`\nFine-tuned together:\n${table(headings, rows('federated'))}`] : []),
          `\n${results.heldOut} held-out volumes, the Dice of each the mean over ${results.sites.length} sites, in ${durationText(results.seconds)}.`,
          `Computed on ${computedOnText(results.computedOn)}.`,
          `Report: ${report}`,
        ];
        output.result(results, text.join('\n'));
      }),
    );
}

function diceText(dice: Distribution | null): string {
  if (dice === null) return '–';
  if (isFew(dice)) return dice.values.map((value) => value.toFixed(3)).join(', ');
  return `${dice.mean.toFixed(3)} (${dice.median.toFixed(3)})`;
}
