/** A site served to the browser until Ctrl-C: what `isocenter serve` and `npm start` share. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Host } from '../host/host.ts';
import { Workstation } from '../workstation/workstation.ts';
import type { Context } from './action.ts';
import { openBrowser } from './open-browser.ts';
import { windowFiles } from './window-files.ts';

export interface ServeOptions extends Context {
  folder: string; // of the site
  port: number; // 0 for any free one
  open: boolean; // the browser too
}

export async function serveSite({ folder, port, open, output, signal }: ServeOptions): Promise<void> {
  const pages = await windowFiles((line) => output.note(line));
  const workstation = new Workstation({ folder });
  const host = await Host.open({ workstation, pages, port });
  const show = () => {
    const link = host.newLink();
    output.result(link, link);
    return link;
  };
  const link = show();
  output.note(
    `The site in ${folder} is open. The link is good once, in a browser on this machine; Enter prints another.`,
  );
  output.note(`From elsewhere: ssh -L ${host.port}:127.0.0.1:${host.port} THIS-MACHINE, then the same link.`);
  output.note('Ctrl-C ends Isocenter; a run at work stops after its step and can be continued.');
  const terminal = createInterface({ input: process.stdin });
  terminal.on('line', show);
  if (open) openBrowser(link);
  if (!signal.aborted) await once(signal, 'abort');
  terminal.close();
  await host.close();
  await workstation.close();
}
