import { Command } from 'commander';
import { Site } from '../../site/site.ts';
import { run } from '../action.ts';

export function init(): Command {
  return new Command('init')
    .description('Make a folder a site: its catalogue, its key pair, its ledger.')
    .argument('<site>', 'folder of the site, new or empty of a site')
    .requiredOption('--name <name>', 'how other sites will see this one; not a secret')
    .option('--json', 'print the result as JSON')
    .action((folder: string, options: { name: string; json?: boolean }) =>
      run(options, async ({ output }) => {
        await using site = Site.create(folder, options.name);
        output.result(
          { folder: site.folder.path, name: site.name, fingerprint: site.fingerprint },
          `Site “${site.name}” is ready in ${site.folder.path}\nKey fingerprint: ${site.fingerprint}`,
        );
      }),
    );
}
