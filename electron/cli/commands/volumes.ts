import { Command } from 'commander';
import { Site } from '../../site/site.ts';
import { run } from '../action.ts';
import { table } from '../output.ts';

export function volumes(): Command {
  return new Command('volumes')
    .description('List the volumes of the site. Names and paths stay in this catalogue.')
    .argument('<site>', 'folder of the site')
    .option('--json', 'print the list as JSON')
    .action((folder: string, options: { json?: boolean }) =>
      run(options, async ({ output }) => {
        await using site = Site.open(folder);
        const cohorts = site.folder.cohorts.list();
        const rows = site.volumes().map((volume) => ({
          ...volume,
          cohorts: cohorts.filter(({ contents }) => contents.has(volume.contentHash)).map(({ name }) => name),
        }));
        const lines = rows.map((volume) => [
          volume.id,
          volume.name,
          volume.grid.size.join(' × '),
          volume.grid.spacing.map((mm) => mm.toFixed(2)).join(' × '),
          volume.labels === null ? 'none' : volume.labels.join(', '),
          volume.cohorts.join(', '),
        ]);
        output.result(
          rows,
          rows.length > 0 ? table(['id', 'name', 'voxels', 'mm', 'labels', 'cohorts'], lines) : 'No volumes yet.',
        );
      }),
    );
}
