/** Where the window's site is. */
import { resolve } from 'node:path';
import { app } from 'electron';
import { defaultSiteFolder } from '../workstation/default-folder.ts';

/** `--site=DIR`, else ISOCENTER_SITE, else a folder of this account's own. */
export function siteFolder(): string {
  return resolve(app.commandLine.getSwitchValue('site') || defaultSiteFolder());
}
