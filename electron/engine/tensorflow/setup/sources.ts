/**
 * The ways to TensorFlow's library. Each fills a folder with libraries, and with headers where the addon is to be
 * compiled.
 */
import {
  cpSync,
  createWriteStream,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PACKAGE, PACKAGE_VERSION } from '../installation.ts';
import { checkSum, unpackTarball, unpackWheel } from './archive.ts';
import { firstCommand, run } from './command.ts';
import { cudaWheels, PLATFORMS, PYTHON, pinnedSum, processorWheels } from './pinned.ts';
import { Problem } from './problem.ts';

/**
 * What a source makes: `libraries` beside the addon, `addon` where it brought one, else `headers` to compile it with.
 */
export interface Filled {
  files: { file: string; sha256: string }[];
  addon?: string; // relative to the folder
  headers?: string;
}

type Say = (line: string) => void;

const ANSWER_WITHIN = 10_000; // ms, for a host that may not be reached

/**
 * What the package's own install script downloads: the libtensorflow that it was made for, and the addon compiled
 * against it. TFJS_NODE_BASE_URI and TFJS_NODE_CDN_STORAGE name mirrors, as they do for that script.
 */
export async function fillFromPublisher(folder: string, scratch: string, say: Say): Promise<Filled> {
  const { LIBTENSORFLOW_VERSION } = createRequire(import.meta.url)(`${PACKAGE}/scripts/deps-constants.js`);
  const host = process.env.TFJS_NODE_CDN_STORAGE ?? 'https://storage.googleapis.com/';
  const libraries = process.env.TFJS_NODE_BASE_URI ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  const library = `${libraries}gpu-linux-x86_64-${LIBTENSORFLOW_VERSION}.tar.gz`;
  const addon = `${host}tf-builds/pre-built-binary/napi-v8/${PACKAGE_VERSION}/GPU-linux-${PACKAGE_VERSION}.tar.gz`;
  const files: Filled['files'] = [];
  for (const [url, into] of [
    [library, join(folder, 'deps')],
    [addon, join(folder, 'lib')], // its run path leads from lib/napi-v8 to deps/lib
  ]) {
    const file = join(scratch, basename(url));
    await download(url, file, say);
    files.push({ file: basename(file), sha256: await checkSum(file, undefined, say) });
    await unpackTarball(file, into);
  }
  const [found] = globSync('lib/**/tfjs_binding.node', { cwd: folder });
  if (!found) throw new Problem(`${basename(addon)} has no tfjs_binding.node.`);
  return { files, addon: found };
}

/**
 * TensorFlow's wheel by pip, from the index that pip is set up for; with `cuda` the one for NVIDIA cards, and their
 * libraries.
 */
export async function fillFromIndex(folder: string, scratch: string, say: Say, cuda: boolean): Promise<Filled> {
  const pip = firstCommand([['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]);
  if (!pip) {
    throw new Problem(
      'There is no pip (python3 -m pip, pip3, pip), which fetches TensorFlow from PyPI or a mirror of it.',
      'Install pip (Debian: apt-get install python3-pip), or fetch the wheel on another machine and give it with --from FILE.',
    );
  }
  const wheels = cuda ? cudaWheels : processorWheels;
  const requirements = join(scratch, 'requirements.txt');
  writeFileSync(
    requirements,
    wheels.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`).join(''),
  );
  say(`   ${pip.join(' ')} download: ${wheels.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
  const platforms = PLATFORMS.flatMap((platform) => ['--platform', platform]);
  await run(pip, [
    ...['download', '--require-hashes', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--retries', '2'],
    ...['--implementation', 'cp', '--python-version', PYTHON, ...platforms],
    ...['--requirement', requirements, '--dest', scratch],
  ]);
  return fillFromFiles([scratch], undefined, folder, scratch, say);
}

/**
 * Wheels, or one libtensorflow-*.tar.gz, that somebody fetched; of a folder all wheels. `sum` is what one file must sum
 * up to.
 */
export async function fillFromFiles(
  paths: string[],
  sum: string | undefined,
  folder: string,
  scratch: string,
  say: Say,
): Promise<Filled> {
  const archives = paths.flatMap(archivesAt);
  if (sum !== undefined && archives.length !== 1) throw new Problem('--sha256 is for one file given with --from.');
  const headers = join(scratch, 'headers');
  const files: Filled['files'] = [];
  for (const file of archives) {
    const name = basename(file);
    const pinned = pinnedSum(name);
    const known = pinned && { sum: pinned, from: 'the sum that Isocenter knows' };
    const given = sum !== undefined ? { sum: sum.toLowerCase(), from: 'the sum that was given' } : known || undefined;
    files.push({ file: name, sha256: await checkSum(file, given, say) });
    if (name.endsWith('.tar.gz')) await unpackLibrary(file, folder, headers, scratch);
    else if (name.startsWith('nvidia')) await unpackCuda(file, folder);
    else {
      await unpackWheel(file, folder, ['tensorflow/libtensorflow*.so.2', 'tensorflow/THIRD_PARTY_NOTICES.txt']);
      await unpackWheel(file, headers, HEADERS);
    }
  }
  if (!existsSync(join(folder, 'tensorflow'))) {
    const given = files.map(({ file }) => file).join(', ') || 'nothing';
    throw new Problem(
      `No TensorFlow was found in ${given}.`,
      'Give a wheel (tensorflow_cpu-*.whl, tensorflow-*.whl) or a libtensorflow-*.tar.gz.',
    );
  }
  return { files, headers: join(headers, 'tensorflow', 'include') };
}

/** What the addon's source includes, of the thousands in the wheel. */
const HEADERS = ['tensorflow/c/*', 'tensorflow/core/platform/ctstring*', 'tsl/platform/ctstring*', 'xla/tsl/c/*'].map(
  (header) => `tensorflow/include/${header}`,
);

/**
 * NVIDIA's libraries beside TensorFlow's, as pip would lay them out, where TensorFlow's run path leads to them. One it
 * cannot find so: the library that opens libcusolver is not the one whose run path names its folder, and TensorFlow
 * does without the card where one is missing. So it lies in two folders.
 */
async function unpackCuda(file: string, folder: string): Promise<void> {
  await unpackWheel(file, folder, [], ['include']);
  const [solver] = globSync('nvidia/cusolver/lib/libcusolver.so.*', { cwd: folder });
  const [neighbour] = globSync('nvidia/cublas/lib', { cwd: folder });
  const link = solver && neighbour && join(folder, neighbour, basename(solver));
  if (link && !existsSync(link)) symlinkSync(join('..', '..', '..', solver), link);
}

/** Lays the C library of a tarball out as a wheel is. */
async function unpackLibrary(file: string, folder: string, headers: string, scratch: string): Promise<void> {
  const unpacked = join(scratch, 'tarball');
  await unpackTarball(file, unpacked);
  if (!existsSync(join(unpacked, 'lib'))) throw new Problem(`${basename(file)} has no folder lib with the library.`);
  mkdirSync(join(folder, 'tensorflow'), { recursive: true });
  cpSync(join(unpacked, 'lib'), join(folder, 'tensorflow'), { recursive: true, verbatimSymlinks: true });
  cpSync(join(unpacked, 'include'), join(headers, 'tensorflow', 'include'), { recursive: true });
}

function archivesAt(path: string): string[] {
  const whole = resolve(path);
  if (!existsSync(whole)) throw new Problem(`There is no ${path}.`);
  if (!statSync(whole).isDirectory()) {
    if (/\.(whl|tar\.gz)$/.test(path)) return [whole];
    throw new Problem(`${path} is neither a wheel (.whl) nor a .tar.gz file.`);
  }
  const names = readdirSync(whole).filter((name) => /^(tensorflow|nvidia).*\.whl$/.test(name));
  return names.toSorted().map((name) => join(whole, name));
}

async function download(url: string, file: string, say: Say): Promise<void> {
  say(`   ${url}`);
  setGlobalProxyFromEnv(); // HTTPS_PROXY and its like, which pip heeds by itself
  const controller = new AbortController();
  const patience = setTimeout(() => controller.abort(), ANSWER_WITHIN);
  try {
    const response = await fetch(url, { signal: controller.signal });
    clearTimeout(patience);
    if (!response.ok || !response.body) throw new Error(`it answers ${response.status} ${response.statusText}`);
    await pipeline(response.body, createWriteStream(file));
  } catch (error) {
    const { message, cause } = error as Error;
    const why = controller.signal.aborted ? 'it does not answer' : cause instanceof Error ? cause.message : message;
    throw new Problem(`${new URL(url).host} was not reached: ${why.replace(/\.$/, '')}.`);
  } finally {
    clearTimeout(patience);
  }
}
