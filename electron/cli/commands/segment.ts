import { Command } from 'commander';
import { computedOnText, type EngineChoice } from '../../../shared/engine.ts';
import { Site } from '../../site/site.ts';
import { engineOption, run } from '../action.ts';
import { durationText } from '../output.ts';

export function segment(): Command {
  return new Command('segment')
    .description('Segment an image with a model; the label map comes out on the image’s own grid.')
    .argument('<site>', 'folder of the site')
    .argument('<image>', 'image file or DICOM series folder')
    .requiredOption('--model <model>', 'id of a U-Net of this site (isocenter models)')
    .requiredOption('--out <file>', 'label map to write: .nii, .nii.gz, .nrrd or .mha')
    .addOption(engineOption())
    .option('--json', 'print the result as JSON')
    .action(
      (folder: string, image: string, options: { model: string; out: string; engine?: EngineChoice; json?: boolean }) =>
        run(options, async ({ output, signal }) => {
          await using site = Site.open(folder, options);
          const line = output.progress('segmenting');
          const result = await site.segment({
            image,
            model: options.model,
            out: options.out,
            onProgress: ({ step, steps, message }) => line.update(step, steps, message),
            signal,
          });
          line.end();
          const labels = result.labels.map(({ label, mm3 }) => `label ${label}: ${mm3.toFixed(0)} mm³`);
          output.result(
            result,
            `${options.out} written in ${durationText(result.seconds)}. ${labels.join(', ')}\nComputed on ${computedOnText(result.computedOn)}.`,
          );
        }),
    );
}
