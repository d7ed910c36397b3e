import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { Host } from '../../host/host.ts';
import { Workstation } from '../../site/workstation.ts';
import { run, wholeNumber } from '../action.ts';
import { openBrowser } from '../open-browser.ts';
import { windowFiles } from '../window-files.ts';

export function serve(): Command {
  return new Command('serve')
    .description('Show a site in a browser on this machine.')
    .argument('<site>', 'folder of the site; the first page makes it where it is not there yet')
    .option('--port <n>', 'port on 127.0.0.1; any free one where absent', wholeNumber(1, { most: 65_535 }), 0)
    .option('--open', 'open the browser too')
    .action((folder: string, options: { port: number; open?: boolean }) =>
      run({}, async ({ output, signal }) => {
        const pages = await windowFiles((line) => output.note(line));
        const workstation = new Workstation({ folder });
        const host = await Host.open({ workstation, pages, port: options.port });
        const link = host.newLink();
        output.result(link, link);
        output.note('Open this link in a browser on this machine. It is good once; press Enter for another one.');
        output.note('Ctrl-C ends Isocenter; a run at work stops after its step and can be continued.');
        const terminal = createInterface({ input: process.stdin });
        terminal.on('line', () => output.result('', host.newLink()));
        if (options.open) openBrowser(link);
        if (!signal.aborted) await once(signal, 'abort');
        terminal.close();
        await host.close();
        await workstation.close();
      }),
    );
}
