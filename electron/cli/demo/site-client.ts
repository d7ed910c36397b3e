/** The demo's end of one site's process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createBirpc } from 'birpc';
import { crossing } from '../../../shared/crossing.ts';
import { fault } from '../../../shared/errors.ts';
import type { DemoVerbs, SiteVerbs } from './site-verbs.ts';

const ENTRY = fileURLToPath(new URL('site-process.ts', import.meta.url));

export interface SiteClient {
  name: string;
  verbs: SiteVerbs;
  /** Rejects when the process dies before it is closed. */
  died: Promise<never>;
  /** Where its progress goes; set anew for each verb. */
  onProgress: DemoVerbs['progress'];
  kill(): void;
}

/** `threads` is how many its trainer computes with. */
export function startSite(name: string, threads: number): SiteClient {
  const child = fork(ENTRY, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ISOCENTER_THREADS: String(threads), ...process.env },
  });
  const rpc = createBirpc<SiteVerbs, DemoVerbs>(
    { progress: (fraction) => client.onProgress(fraction) },
    {
      ...crossing,
      post: (data) => {
        if (child.connected) child.send(data);
      },
      on: (listener) => child.on('message', listener),
      timeout: -1,
    },
  );
  const client: SiteClient = {
    name,
    verbs: rpc,
    died: new Promise<never>((_, reject) => {
      child.once('exit', (code, signal) =>
        reject(fault('site.demo-site-died', { site: name, how: signal ?? `exit code ${code}` })),
      );
    }),
    onProgress: () => {},
    kill: () => child.kill('SIGKILL'),
  };
  client.died.catch(() => {}); // it also exits when all is done
  return client;
}
