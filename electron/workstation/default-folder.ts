/** Where this account's site lies when nobody names a folder: the desktop app and `npm start` open the same one. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `ISOCENTER_SITE`, else the platform's place for an application's data. */
export function defaultSiteFolder(env = process.env, platform = process.platform, home = homedir()): string {
  if (env.ISOCENTER_SITE) return env.ISOCENTER_SITE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Isocenter');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Isocenter');
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'isocenter');
}
