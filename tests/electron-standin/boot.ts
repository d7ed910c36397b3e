/** Starts an app as Electron would: reads the command line, finds the app, and imports its main script. */
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { appAt, packagedApp } from './app-folder.ts';
import { startBrowser } from './browser.ts';

const LATEST_START = 100; // ms; a main script may wait for `ready` before it has been imported whole

/** `given`: the command line after the executable's name. */
export function boot(given: string[]): void {
  const executable = process.env.STANDIN_EXECUTABLE as string;
  Object.assign(process, { type: 'browser', resourcesPath: join(dirname(executable), 'resources') });
  Object.assign(process.versions, { electron: 'standin' });
  process.argv = [process.execPath, ...given];
  const { preloads, folder } = readCommandLine(given);
  app.use(folder === undefined ? packagedApp(executable) : appAt(resolve(folder)), executable);

  const require = createRequire(import.meta.url);
  for (const script of preloads) require(resolve(script));
  let started = false;
  const start = () => {
    if (!started) void startBrowser(app.commandLine.all, () => app.isQuitting).then(() => app.becomeReady());
    started = true;
  };
  import(pathToFileURL(app.main).href).then(start, (error) => {
    console.error(error);
    process.exit(1);
  });
  setTimeout(start, LATEST_START);
}

/** Electron's own order: `-r` scripts and switches, then the app's folder, then what is the app's. */
function readCommandLine(given: string[]): { preloads: string[]; folder: string | undefined } {
  const preloads: string[] = [];
  let folder: string | undefined;
  for (let at = 0; at < given.length; at++) {
    const argument = given[at];
    if (argument === '-r' || argument === '--require') preloads.push(given[++at]);
    else if (!argument.startsWith('-')) folder ??= argument;
    else {
      const [name, ...value] = argument.replace(/^--?/, '').split('=');
      app.commandLine.appendSwitch(name, value.join('='));
    }
  }
  return { preloads, folder };
}
