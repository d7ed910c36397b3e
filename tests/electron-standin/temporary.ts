/** The folder of one start, with Chromium's profile and the extracted app. It goes away however this process ends. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

export function temporaryFolder(): string {
  folder ??= make();
  return folder;
}

/** Where the process id of Chromium is noted, so that it ends too. */
export const PID_FILE = 'chromium.pid';

function make(): string {
  const made = mkdtempSync(join(tmpdir(), 'electron-standin-'));
  // A process of its own outlives this one, even a killed one: its input closes then.
  const script = `read line; kill -9 $(cat "$1/${PID_FILE}") 2>/dev/null; sleep 0.3; rm -rf "$1"`;
  const remover = spawn('/bin/sh', ['-c', script, 'sh', made], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  remover.unref();
  return made;
}
