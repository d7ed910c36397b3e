import { Command } from 'commander';
import { computedOnText, type EngineChoice } from '../../../shared/engine.ts';
import { Site } from '../../site/site.ts';
import { cohortOption, engineOption, run } from '../action.ts';
import { durationText } from '../output.ts';
import { planOf } from '../plan-of.ts';

interface Options {
  plan?: string;
  cohort?: string;
  engine?: EngineChoice;
  json?: boolean;
}

export function pretrain(): Command {
  return new Command('pretrain')
    .description('Pre-train an encoder on this site alone, without a federation. Continues a run that was cut off.')
    .argument('<site>', 'folder of the site')
    .option('--plan <file>', "plan file; without it one fitted to this site's volumes")
    .addOption(cohortOption())
    .addOption(engineOption())
    .option('--json', 'print the result as JSON')
    .action((folder: string, options: Options) =>
      run(options, async (context) => {
        const { output, signal } = context;
        await using site = Site.open(folder, options);
        const plan = await planOf(site, options, context);
        const line = output.progress('pre-training');
        const result = await site.pretrain({
          plan,
          cohort: options.cohort,
          onProgress: ({ step, steps, message, notice }) => {
            if (notice) output.note(notice);
            line.update(step, steps, message);
          },
          signal,
        });
        line.end();
        output.result(
          result,
          `Encoder ${result.model} made in ${durationText(result.seconds)}; last loss ${result.loss.toFixed(3)}.\nComputed on ${computedOnText(result.computedOn)}.\nNext: isocenter finetune ${folder} --labels all --from ${result.model}`,
        );
      }),
    );
}
