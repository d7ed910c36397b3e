import { Command } from 'commander';
import { Site } from '../../site/site.ts';
import { hostAndPort, run } from '../action.ts';

export function invite(): Command {
  return new Command('invite')
    .description('Print an invitation for one site to the federation that this site coordinates.')
    .argument('<site>', 'folder of the coordinating site')
    .option(
      '--address <host:port>',
      'where the invited site reaches the coordinator, if not where it listens',
      hostAndPort,
    )
    .action((folder: string, options: { address?: { host: string; port: number } }) =>
      run({}, async ({ output }) => {
        await using site = Site.open(folder);
        const invitation = site.invite(options.address);
        output.result(invitation, invitation);
      }),
    );
}
