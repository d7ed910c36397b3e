import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { EngineChoice } from '../../../shared/engine.ts';
import { fault } from '../../../shared/errors.ts';
import { type FittedPlan, fittedSettings } from '../../../shared/fitted-plan.ts';
import { agreedPlan, settingAt } from '../../../shared/plan.ts';
import { Site } from '../../site/site.ts';
import { engineOption, run, wholeNumber } from '../action.ts';
import { table } from '../output.ts';

interface Options {
  out?: string;
  minutes?: number;
  engine?: EngineChoice;
  json?: boolean;
}

export function plan(): Command {
  return new Command('plan')
    .description('Fit a plan to the volumes of this site and to this machine, and say why each setting is what it is.')
    .argument('<site>', 'folder of the site')
    .option('--out <file>', 'plan file to write, with every setting')
    .option('--minutes <n>', 'as many steps of fine-tuning as take about so long', wholeNumber(1))
    .addOption(engineOption("the site's setting"))
    .option('--json', 'print the plan and its reasons as JSON')
    .action((folder: string, options: Options) =>
      run(options, async ({ output, signal }) => {
        await using site = Site.open(folder, options);
        const seconds = options.minutes === undefined ? undefined : 60 * options.minutes;
        const fitted = await site.fitPlan({ seconds, signal });
        if (options.out !== undefined) write(options.out, fitted);
        output.result(fitted, textOf(fitted, options.out ?? 'FILE'));
      }),
    );
}

function write(file: string, { plan }: FittedPlan): void {
  try {
    writeFileSync(file, `${JSON.stringify(agreedPlan(plan), null, 2)}\n`);
  } catch (error) {
    throw fault('storage.not-writable', { file, reason: (error as Error).message }, error);
  }
}

function textOf({ plan, reasons }: FittedPlan, file: string): string {
  const decided = [...fittedSettings, ...(reasons.finetuneSteps ? (['finetuneSteps'] as const) : [])];
  const rows = decided
    .filter((path) => plan.normalisation === 'hounsfield' || !path.startsWith('hounsfield.'))
    .map((path) => {
      const value = settingAt(plan, path);
      return [path, Array.isArray(value) ? value.join(', ') : String(value), reasons[path] ?? ''];
    });
  return `${table(['setting', 'value', 'because'], rows)}\n\nAll other settings are as usual. To change some: isocenter plan SITE --out ${file}, edit it, then --plan ${file}.`;
}
