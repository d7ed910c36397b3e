import { Command } from 'commander';
import { run, wholeNumber } from '../action.ts';
import { serveSite } from '../serve-site.ts';

export function serve(): Command {
  return new Command('serve')
    .description('Show a site in a browser on this machine.')
    .argument('<site>', 'folder of the site; the first page makes it where it is not there yet')
    .option('--port <n>', 'port on 127.0.0.1; 0: any free one', wholeNumber(0, { most: 65_535 }), 0)
    .option('--open', 'open the browser too')
    .action((folder: string, { port, open = false }: { port: number; open?: boolean }) =>
      run({}, (context) => serveSite({ ...context, folder, port, open })),
    );
}
