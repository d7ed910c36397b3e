import { Command } from 'commander';
import { Site } from '../../site/site.ts';
import { run } from '../action.ts';
import { table } from '../output.ts';

export function models(): Command {
  return new Command('models')
    .description('List the models that this site has made or received.')
    .argument('<site>', 'folder of the site')
    .option('--json', 'print the list as JSON')
    .action((folder: string, options: { json?: boolean }) =>
      run(options, async ({ output }) => {
        await using site = Site.open(folder);
        const rows = site.models();
        const lines = rows.map((model) => [
          model.id,
          model.kind,
          model.createdAt.slice(0, 16).replace('T', ' '),
          model.note,
          model.file,
        ]);
        output.result(rows, rows.length > 0 ? table(['id', 'kind', 'made', 'how', 'file'], lines) : 'No models yet.');
      }),
    );
}
