#!/usr/bin/env node
// Starts the command under Node 24, which npm installs beside the project: plain JavaScript, so that an older Node can
// read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('main.ts', import.meta.url);
if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import(main.href);
} else {
  const pinned = fileURLToPath(
    new URL(`../../node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
  );
  if (existsSync(pinned)) {
    const child = spawn(pinned, [fileURLToPath(main), ...process.argv.slice(2)], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    process.on('SIGINT', () => {}); // the terminal sends Ctrl-C to the child as well; this process ends with it
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  } else {
    console.error(
      `isocenter needs Node 24; this is ${process.versions.node} and none is installed beside it. Run npm ci.`,
    );
    process.exitCode = 1;
  }
}
