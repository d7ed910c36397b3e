import { Command } from 'commander';
import { evaluateFiles } from '../../site/evaluate.ts';
import { run } from '../action.ts';
import { table } from '../output.ts';

export function evaluate(): Command {
  return new Command('evaluate')
    .description('Score a predicted label map against a reference: Dice, Hausdorff, surface distance, volumes.')
    .argument('<prediction>', 'label map file')
    .argument('<reference>', 'label map file on the same grid')
    .option('--json', 'print the scores as JSON')
    .action((prediction: string, reference: string, options: { json?: boolean }) =>
      run(options, async ({ output, signal }) => {
        const labels = await evaluateFiles(prediction, reference, signal);
        const mm = (value: number | null) => (value === null ? 'none' : value.toFixed(2));
        const rows = labels.map((score) => [
          score.label,
          score.dice?.toFixed(4) ?? 'none',
          mm(score.hausdorff),
          mm(score.hausdorff95),
          mm(score.assd),
          score.predictedVolume.toFixed(1),
          score.referenceVolume.toFixed(1),
        ]);
        const headings = [
          'label',
          'Dice',
          'Hausdorff mm',
          'Hausdorff 95 mm',
          'ASSD mm',
          'predicted mm³',
          'reference mm³',
        ];
        const text =
          rows.length > 0 ? table(headings, rows) : 'Both label maps are empty: correctly empty, so there is no Dice.';
        output.result({ prediction, reference, labels }, text);
      }),
    );
}
