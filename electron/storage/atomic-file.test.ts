import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import {
  cleanLeftovers,
  makePrivateFolder,
  makeTemporaryFolder,
  readWholeFile,
  touchPrivate,
  writeFileAtomic,
} from './atomic-file.ts';

const folder = () => testFolder().path;
const mode = (path: string) => statSync(path).mode & 0o777;
const posix = process.platform !== 'win32';

describe('writeFileAtomic', () => {
  it('writes new files and replaces old ones, leaving nothing else', () => {
    const file = join(folder(), 'a.bin');
    writeFileAtomic(file, Uint8Array.of(1, 2, 3));
    expect([...readWholeFile(file)]).toEqual([1, 2, 3]);
    writeFileAtomic(file, 'text', { durable: false });
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(readdirSync(join(file, '..'))).toEqual(['a.bin']);
  });

  it.runIf(posix)('makes files and folders for this account alone', () => {
    const base = folder();
    makePrivateFolder(join(base, 'deep', 'deeper'));
    writeFileAtomic(join(base, 'deep', 'deeper', 'key'), 'secret');
    touchPrivate(join(base, 'touched'));
    expect(mode(join(base, 'deep'))).toBe(0o700);
    expect(mode(join(base, 'deep', 'deeper'))).toBe(0o700);
    expect(mode(join(base, 'deep', 'deeper', 'key'))).toBe(0o600);
    expect(mode(join(base, 'touched'))).toBe(0o600);
  });

  it('names the file and why it cannot be written', () => {
    const base = folder();
    writeFileSync(join(base, 'file'), '');
    expect(() => writeFileAtomic(join(base, 'none', 'a'), 'x')).toThrow(
      expect.objectContaining({
        code: 'storage.not-writable',
        message: expect.stringContaining('folder does not exist'),
      }),
    );
    expect(() => writeFileAtomic(join(base, 'file', 'a'), 'x')).toThrow(
      expect.objectContaining({ code: 'storage.not-writable' }),
    );
    mkdirSync(join(base, 'folder'));
    expect(() => writeFileAtomic(join(base, 'folder'), 'x')).toThrow(
      expect.objectContaining({ code: 'storage.not-writable', message: expect.stringContaining('it is a folder') }),
    );
    expect(readdirSync(base).sort()).toEqual(['file', 'folder']); // no temporary file stays
  });

  it.runIf(posix)('names missing permission, and keeps the old file', () => {
    const base = folder();
    const file = join(base, 'a');
    writeFileSync(file, 'old', { mode: 0o600 });
    chmodSync(base, 0o555);
    const error = asOrdinaryUser(() => {
      try {
        writeFileAtomic(file, 'new');
      } catch (caught) {
        return caught;
      }
    });
    expect(error).toMatchObject({ code: 'storage.not-writable', details: { file } });
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it.runIf(posix)('names a disk without room, keeps the old file and clears its own half', () => {
    const base = folder();
    const file = join(base, 'a');
    writeFileSync(file, 'old');
    const script = `
      const { writeFileAtomic } = await import(${JSON.stringify(import.meta.resolve('./atomic-file.ts'))});
      try { writeFileAtomic(process.argv[1], new Uint8Array(1 << 20)) } catch (error) { console.log(error.code) }
    `;
    // A limit on file size stops a write half way as a full disk does.
    const command = 'ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"';
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, script, file], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('storage.disk-full');
    expect(readdirSync(base)).toEqual(['a']);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});

describe('a writer that is killed in the middle', () => {
  it('leaves a whole file, the old or the new', async () => {
    const base = folder();
    const file = join(base, 'state.bin');
    const script = `
      const { writeFileAtomic } = await import(${JSON.stringify(import.meta.resolve('./atomic-file.ts'))});
      const contents = [1, 2, 3].map((value) => new Uint8Array(32 << 20).fill(value));
      for (let n = 0; ; n++) {
        writeFileAtomic(process.argv[1], contents[n % 3], { durable: false }); // all of the time goes into the write
        if (n === 1) console.log('writing');
      }
    `;
    for (const delay of [5, 19, 33, 48, 62, 79]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, file]);
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const bytes = readFileSync(file);
      expect(bytes.length).toBe(32 << 20);
      expect(bytes.equals(Buffer.alloc(bytes.length, bytes[0]))).toBe(true);
      cleanLeftovers(base);
      expect(readdirSync(base)).toEqual(['state.bin']);
    }
  });
});

describe('readWholeFile', () => {
  it('tells a missing file from one that cannot be read', () => {
    const base = folder();
    expect(() => readWholeFile(join(base, 'none'))).toThrow(expect.objectContaining({ code: 'storage.file-missing' }));
    expect(() => readWholeFile(base)).toThrow(expect.objectContaining({ code: 'storage.not-readable' }));
  });
});

describe('cleanLeftovers', () => {
  it('removes what dead writers left, at any depth, and nothing else', () => {
    const base = folder();
    mkdirSync(join(base, 'run'));
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const names = {
      dead: join(base, `.a.bin.${dead}-0123abcd-1.tmp`),
      deep: join(base, 'run', `.state.${dead}-0123abcd-22.tmp`),
      earlierSelf: join(base, `.a.bin.${process.pid}-0123abcd-1.tmp`), // same process number, another process
      living: join(base, `.a.bin.${process.ppid}-0123abcd-1.tmp`),
      file: join(base, 'a.bin'),
      other: join(base, '.other.tmp'),
    };
    for (const name of Object.values(names)) writeFileSync(name, 'x');
    cleanLeftovers(base);
    const left = Object.entries(names).filter(([, name]) => existsSync(name));
    expect(left.map(([name]) => name)).toEqual(['living', 'file', 'other']);
  });
});

describe('makeTemporaryFolder', () => {
  it('makes a new folder each time, for this account alone', () => {
    const base = folder();
    const [first, second] = [makeTemporaryFolder(base), makeTemporaryFolder(base)];
    expect(first).not.toBe(second);
    if (posix) expect(mode(first)).toBe(0o700);
    expect(() => makeTemporaryFolder(join(base, 'none'))).toThrow(
      expect.objectContaining({ code: 'storage.not-writable' }),
    );
  });

  it('is swept with all that is in it once its process was killed, and not before', async () => {
    const base = folder();
    mkdirSync(join(base, 'runs'));
    const own = makeTemporaryFolder(base);
    const script = `
      import { mkdirSync, writeFileSync } from 'node:fs';
      const { makeTemporaryFolder } = await import(${JSON.stringify(import.meta.resolve('./atomic-file.ts'))});
      const folder = makeTemporaryFolder(process.argv[1]);
      mkdirSync(folder + '/deep');
      writeFileSync(folder + '/deep/pixels', 'x');
      console.log(folder);
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, join(base, 'runs')]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    const pixels = join(String(line).trim(), 'deep', 'pixels');
    cleanLeftovers(base);
    expect(existsSync(pixels)).toBe(true); // it is still at work
    child.kill('SIGKILL');
    await once(child, 'exit');
    cleanLeftovers(base);
    expect(readdirSync(join(base, 'runs'))).toEqual([]);
    expect(existsSync(own)).toBe(true);
  });
});

/** Root may write anywhere, so as root the work is done as "nobody". */
function asOrdinaryUser<Result>(work: () => Result): Result {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
