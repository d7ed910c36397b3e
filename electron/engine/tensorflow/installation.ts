/**
 * Where TensorFlow's native library lies on this machine, and what `npm run engine:tensorflow` notes beside it.
 *
 * It is in neither the checkout nor the app: both find the same copy, `npm ci` and an update of the app leave it alone,
 * and without it the app stays small. It is one folder of this account's application data, made whole or not at all, so
 * that deleting it takes the engine off the machine again. `ISOCENTER_ENGINES` names another parent for it, as for a
 * copy that one administrator puts up for all accounts. The folder's name carries the version of the JavaScript that
 * the compiled part fits; which TensorFlow is inside stands in its manifest.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The package that speaks to TensorFlow, as package.json names it. */
export const PACKAGE = '@tensorflow/tfjs-node-gpu';
export const PACKAGE_VERSION = '4.22.0';

/** The part between Node and TensorFlow, where it is compiled here. It finds the libraries by its run path. */
export const ADDON = 'tfjs_binding.node';
/** A second addon that keeps standard error quiet meanwhile. */
export const QUIET = 'quiet.node';

/** What the installation's `manifest.json` holds. */
export interface Manifest {
  tensorflow: string; // version, "2.21.0"
  cuda: boolean; // built for NVIDIA cards
  addon: string; // the part between Node and TensorFlow, relative to the folder
  from: { file: string; sha256: string }[]; // what was unpacked
}

/** `ISOCENTER_ENGINES`, else beside the place of this account's site. */
export function enginesFolder(env = process.env, platform = process.platform, home = homedir()): string {
  if (env.ISOCENTER_ENGINES) return env.ISOCENTER_ENGINES;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Isocenter engines');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Isocenter engines');
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'isocenter-engines');
}

export function installFolder(): string {
  return join(enginesFolder(), `tensorflow-${PACKAGE_VERSION}`);
}

/** What is installed in a folder, or undefined where nothing is. */
export function readManifest(folder = installFolder()): Manifest | undefined {
  const file = join(folder, 'manifest.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Whether the package is there. It is an optional one, which npm may have left out. */
export function hasPackage(): boolean {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`) !== '';
  } catch {
    return false;
  }
}
