import { Command } from 'commander';
import { computedOnText, type EngineChoice } from '../../../shared/engine.ts';
import { Site } from '../../site/site.ts';
import { cohortOption, countOrAll, engineOption, run, wholeNumber } from '../action.ts';
import { durationText } from '../output.ts';
import { planOf } from '../plan-of.ts';

interface Options {
  labels: number | 'all';
  from: string;
  plan?: string;
  steps?: number;
  cohort?: string;
  validation?: string;
  engine?: EngineChoice;
  json?: boolean;
}

export function finetune(): Command {
  return new Command('finetune')
    .description('Fine-tune a segmentation on labelled volumes of this site. Continues a run that was cut off.')
    .argument('<site>', 'folder of the site')
    .requiredOption('--labels <n|all>', 'how many labelled volumes to learn from', countOrAll)
    .option('--from <model>', 'model to begin with, or "random"', 'random')
    .option('--plan <file>', "plan file; without it the model's plan, or one fitted to this site's volumes")
    .option('--steps <n>', "optimiser steps, instead of the plan's", wholeNumber(1))
    .addOption(cohortOption())
    .option('--validation <cohort>', 'validation cohort to measure Dice on while it learns')
    .addOption(engineOption())
    .option('--json', 'print the result as JSON, the new model’s id as "model"')
    .action((folder: string, options: Options) =>
      run(options, async (context) => {
        const { output, signal } = context;
        await using site = Site.open(folder, options);
        const plan = await planOf(site, options, context);
        const line = output.progress('fine-tuning');
        const result = await site.finetune({
          labels: options.labels,
          from: options.from,
          plan,
          steps: options.steps,
          cohort: options.cohort,
          validationCohort: options.validation,
          onProgress: ({ step, steps, message, notice }) => {
            if (notice) output.note(notice);
            line.update(step, steps, message);
          },
          signal,
        });
        line.end();
        output.result(
          result,
          `Model ${result.model} made from ${result.volumes} labelled volumes in ${durationText(result.seconds)}; last loss ${result.loss.toFixed(3)}.\nComputed on ${computedOnText(result.computedOn)}.\nNext: isocenter segment ${folder} IMAGE --model ${result.model} --out labels.nii.gz`,
        );
      }),
    );
}
