import { Command } from 'commander';
import { Site } from '../../site/site.ts';
import { run } from '../action.ts';

export function importVolumes(): Command {
  return new Command('import')
    .description('Copy volumes into the site: NIfTI, NRRD, MetaImage, DICOM series; files or folders.')
    .argument('<site>', 'folder of the site')
    .argument('<paths...>', 'images, or folders of them')
    .option('--labels <paths...>', 'label maps, or folders of them, matched by file name')
    .option('--json', 'print the report as JSON')
    .action((folder: string, paths: string[], options: { labels?: string[]; json?: boolean }) =>
      run(options, async ({ output, signal }) => {
        await using site = Site.open(folder);
        const line = output.progress('importing');
        const report = await site.import(paths, {
          labels: options.labels,
          onProgress: ({ done, total, words }) => line.update(done, total, words),
          signal,
        });
        line.end();
        const labelled = report.imported.filter((volume) => volume.labelled).length;
        const lines = [
          `${report.imported.length} volumes imported, ${labelled} of them with labels.`,
          ...(report.known > 0
            ? [`${report.known} were here already; ${report.relabelled} of them got their labels now.`]
            : []),
          ...report.problems.map(({ name, message, next }) => `- ${name}: ${message} ${next}`),
        ];
        output.result(report, lines.join('\n'));
        if (report.imported.length === 0 && report.known === 0) process.exitCode = 1;
      }),
    );
}
