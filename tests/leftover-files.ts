/**
 * Gives each test file a folder of its own for temporary files, which the processes that it starts use as well, and fails
 * the file where something is left there.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';

const names = ['TMPDIR', 'TEMP', 'TMP']; // what os.tmpdir() asks on the one system or the other
const PATIENCE = 3000; // ms that processes which have just ended have to clear up
const before = names.map((name) => process.env[name]);
const own = mkdtempSync(join(tmpdir(), 'isocenter-'));
for (const name of names) process.env[name] = own;

afterAll(async () => {
  let left = readdirSync(own);
  for (let wait = 0; left.length > 0 && wait < PATIENCE; wait += 100) {
    await setTimeout(100);
    left = readdirSync(own);
  }
  rmSync(own, { recursive: true, force: true });
  names.forEach((name, index) => {
    if (before[index] === undefined) delete process.env[name];
    else process.env[name] = before[index];
  });
  expect(left, 'temporary files that this test file left behind (use testFolder())').toEqual([]);
});
