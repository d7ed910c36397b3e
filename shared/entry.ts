/** The script of another process or thread, beside the file that starts it: `.ts` in a checkout, `.js` in a build. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path. `name` without its ending; `from` is the starter's `import.meta.url`. */
export function entryBeside(name: string, from: string): string {
  return fileURLToPath(new URL(`${name}${extname(from)}`, from));
}

/**
 * Where a file of a packaged app's archive lies for what reads no archives, such as a thread. Others stay as they are.
 */
export function unpacked(url: string): string {
  return url.replace('/app.asar/', '/app.asar.unpacked/');
}
