/** Where the window's site is. */
import { join, resolve } from 'node:path';
import { app } from 'electron';

/** `--site=DIR`, else ISOCENTER_SITE, else a folder of the app's own for this account. */
export function siteFolder(): string {
  const given = app.commandLine.getSwitchValue('site') || process.env.ISOCENTER_SITE;
  return given ? resolve(given) : join(app.getPath('userData'), 'site');
}
