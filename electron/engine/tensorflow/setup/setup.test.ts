/** The set-up command where it cannot succeed: what it says, and that it leaves nothing behind. No network is asked. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { path7za } from '7zip-bin';
import { beforeEach, describe, expect, it } from 'vitest';
import { testFolder } from '../../../../tests/test-folder.ts';
import { PACKAGE, PACKAGE_VERSION, readManifest } from '../installation.ts';
import { cudaWheels, pinnedSum, processorWheels } from './pinned.ts';
import { fillFromFiles } from './sources.ts';

const script = join(import.meta.dirname, 'setup.ts');

let folder: string;
let engines: string;
let programs: string; // the only programs that there are

beforeEach(() => {
  folder = testFolder().path;
  engines = join(folder, 'engines');
  programs = join(folder, 'programs');
  for (const made of [engines, programs]) mkdirSync(made);
  for (const name of ['tar', 'gzip'])
    symlinkSync(execFileSync('which', [name]).toString().trim(), join(programs, name));
});

/** A program that answers to --version and else does what is said in shell. */
function program(name: string, does: string): void {
  const file = join(programs, name);
  writeFileSync(file, `#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\n${does}\n`);
  chmodSync(file, 0o755);
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [script, ...args], {
    env: { PATH: programs, ISOCENTER_ENGINES: engines, TFJS_NODE_CDN_STORAGE: 'http://127.0.0.1:1/' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

async function setUp(...args: string[]): Promise<{ code: number; said: string }> {
  const child = start(...args);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk));
  const [code] = await once(child, 'close');
  return { code, said };
}

/** A wheel of these files. */
function wheel(name: string, files: Record<string, string>): string {
  const content = mkdtempSync(join(folder, 'content-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), text);
  }
  chmodSync(path7za, 0o755);
  execFileSync(path7za, ['a', '-tzip', '-bso0', join(folder, name), '.'], { cwd: content });
  return join(folder, name);
}

const library = { 'tensorflow/libtensorflow_cc.so.2': 'no library', 'tensorflow/include/tensorflow/c/c_api.h': '' };

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the set-up of TensorFlow', () => {
  it('goes on where the publisher is not reached, and asks for a compiler before it downloads', async () => {
    const { code, said } = await setUp();
    expect(said).toContain('1. The download of the npm package itself');
    expect(said).toContain('127.0.0.1:1 was not reached');
    expect(said).toContain('2. TensorFlow from PyPI or its mirror');
    expect(said).toContain('There is no C++ compiler');
    expect(said).toContain('apt-get install g++');
    expect(code).toBe(1);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('says that pip is missing, and what to do without it', async () => {
    program('g++', 'exit 1');
    const { code, said } = await setUp('--cuda');
    expect(said).toContain('There is no pip');
    expect(said).toContain('--from FILE');
    expect(said).not.toContain('npm package itself'); // it has no current CUDA
    expect(code).toBe(1);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('ends well where it was only asked for if possible', async () => {
    const { code, said } = await setUp('--if-possible');
    expect(said).toContain('TensorFlow is not set up. There is no C++ compiler');
    expect(code).toBe(0);
  });

  it("passes on pip's reason", async () => {
    program('g++', 'exit 1');
    program('python3', 'echo "ERROR: No matching distribution found" >&2; exit 1');
    const { code, said } = await setUp('--if-possible');
    expect(said).toContain('python3 ended with exit code 1: ERROR: No matching distribution found');
    expect(code).toBe(0);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('refuses a file with another sum, and prints both', async () => {
    program('g++', 'exit 1');
    const file = wheel('tensorflow_cpu-9.9.9-cp311-cp311-linux_x86_64.whl', library);
    const sum = execFileSync('sha256sum', [file]).toString().slice(0, 64);
    const { code, said } = await setUp('--from', file, '--sha256', 'ab'.repeat(32));
    expect(said).toContain(sum);
    expect(said).toContain(`the sum that was given is ${'ab'.repeat(32)}`);
    expect(code).toBe(1);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('holds a wheel that it knows by name to the sum that it knows', async () => {
    program('g++', 'exit 1');
    const [{ name, version, sha256 }] = processorWheels;
    const { said } = await setUp('--from', wheel(`${name.replace('-', '_')}-${version}-cp311-x.whl`, library));
    expect(said).toContain(`the sum that Isocenter knows is ${sha256}`);
    expect(readdirSync(engines)).toEqual([]);
  });

  it.each([
    ['a broken wheel', 'tensorflow-9.9.9.whl', 'cannot be unpacked'],
    ['a broken tarball', 'libtensorflow-cpu-linux-x86_64-9.9.9.tar.gz', 'tar ended with exit code 2'],
    ['something else', 'tensorflow.rpm', 'neither a wheel'],
  ])('refuses %s', async (_, name, reason) => {
    program('g++', 'exit 1');
    writeFileSync(join(folder, name), 'PK no archive at all');
    const { code, said } = await setUp('--from', join(folder, name));
    expect(said).toContain(name);
    expect(said).toContain(reason);
    expect(code).toBe(1);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('refuses a wheel without a library', async () => {
    program('g++', 'exit 1');
    const { said } = await setUp('--from', wheel('tensorflow-9.9.9.whl', { 'tensorflow/version.txt': '9.9.9' }));
    expect(said).toContain('No TensorFlow was found in tensorflow-9.9.9.whl.');
    expect(readdirSync(engines)).toEqual([]);
  });

  it('keeps what was there where the new one does not compile, or compiles and does not compute', async () => {
    const installed = join(engines, `tensorflow-${PACKAGE_VERSION}`);
    mkdirSync(installed);
    writeFileSync(join(installed, 'manifest.json'), '{"tensorflow": "1.2.3"}');
    const file = wheel('tensorflow-9.9.9.whl', library);

    program('g++', 'echo "fatal error: no such header" >&2; exit 1');
    const uncompiled = await setUp('--from', file);
    expect(uncompiled.said).toContain('g++ ended with exit code 1: fatal error: no such header');

    program('g++', 'exit 0'); // and makes no addon
    const unloadable = await setUp('--from', file);
    expect(unloadable.said).toContain('TensorFlow was made ready and does not compute.');

    expect([uncompiled.code, unloadable.code]).toEqual([1, 1]);
    expect(readManifest(installed)?.tensorflow).toBe('1.2.3');
    expect(readdirSync(engines)).toEqual([`tensorflow-${PACKAGE_VERSION}`]);
  });

  it('leaves no engine where it is killed, and clears up the next time', async () => {
    program('g++', 'exit 1');
    program('python3', '/bin/sleep 60');
    const child = start('--cuda');
    while (!String(readdirSync(engines)).startsWith('.setting-up-')) await new Promise((done) => setTimeout(done, 20));
    process.kill(-child.pid!, 'SIGKILL');
    await once(child, 'close');
    expect(readManifest(join(engines, `tensorflow-${PACKAGE_VERSION}`))).toBeUndefined();
    expect(readdirSync(engines)).toHaveLength(1);

    program('python3', 'exit 1');
    await setUp('--cuda');
    expect(readdirSync(engines)).toEqual([]);
  });

  it('takes it off again', async () => {
    mkdirSync(join(engines, `tensorflow-${PACKAGE_VERSION}`, 'tensorflow'), { recursive: true });
    const { code } = await setUp('--remove');
    expect(code).toBe(0);
    expect(readdirSync(engines)).toEqual([]);
  });
});

it("lays NVIDIA's libraries where TensorFlow's run path leads, headers left out", async () => {
  const wheels = [
    wheel('tensorflow-9.9.9.whl', library),
    wheel('nvidia_cublas_cu12-9.whl', {
      'nvidia/cublas/lib/libcublas.so.12': '',
      'nvidia/cublas/include/cublas.h': '',
    }),
    wheel('nvidia_cusolver_cu12-9.whl', { 'nvidia/cusolver/lib/libcusolver.so.11': 'the solver' }),
  ];
  const into = join(folder, 'into');
  await fillFromFiles(wheels, undefined, into, join(folder, 'scratch'), () => {});
  expect(readdirSync(into).toSorted()).toEqual(['nvidia', 'tensorflow']);
  expect(readdirSync(join(into, 'nvidia', 'cublas'))).toEqual(['lib']);
  expect(readFileSync(join(into, 'nvidia', 'cublas', 'lib', 'libcusolver.so.11'), 'utf8')).toBe('the solver');
});

it('knows the version of the package whose JavaScript is used', () => {
  const file = createRequire(import.meta.url).resolve('../../../../package.json');
  expect(JSON.parse(readFileSync(file, 'utf8')).optionalDependencies[PACKAGE]).toBe(PACKAGE_VERSION);
});

it('knows wheels by their file names', () => {
  const [, cublas] = cudaWheels;
  expect(pinnedSum(`nvidia_cublas_cu12-${cublas.version}-py3-none-manylinux_2_27_x86_64.whl`)).toBe(cublas.sha256);
  expect(pinnedSum('tensorflow-1.0.0-cp311-cp311-manylinux_2_27_x86_64.whl')).toBeUndefined();
  expect(new Set(cudaWheels.map(({ sha256 }) => sha256)).size).toBe(cudaWheels.length);
});
