/** Folders for what a test writes, gone when its file is done, however it ended. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

export interface TestFolder {
  path: string;
  /** Writes a file below the folder and gives its path. */
  write(name: string, content: string | Buffer): string;
}

const parent = mkdtempSync(join(tmpdir(), 'isocenter-test-')); // of this test file
afterAll(() => rmSync(parent, { recursive: true, force: true })); // registered first, so that it comes last

/** A new, empty folder each time. */
export function testFolder(): TestFolder {
  const path = mkdtempSync(join(parent, 'folder-'));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}

/** Makes a folder the working one for the rest of the test. */
export function workIn(folder: string): void {
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
}
