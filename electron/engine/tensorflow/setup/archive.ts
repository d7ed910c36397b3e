/** Archives: what they sum up to, and what is taken out of them. */
import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { path7za } from '7zip-bin';
import { run } from './command.ts';
import { Problem } from './problem.ts';

/** SHA-256 of a file, in hexadecimal digits. */
async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** Throws where the file sums up to something else. Says the sum in either case, and what it was held to. */
export async function checkSum(
  file: string,
  expected: { sum: string; from: string } | undefined,
  say: (line: string) => void,
): Promise<string> {
  const sum = await sha256(file);
  const held = expected ? `held to ${expected.from}` : 'held to nothing: none is known of it';
  say(`   ${basename(file)}: SHA-256 ${sum}, ${held}.`);
  if (expected && expected.sum !== sum) {
    throw new Problem(
      `${basename(file)} is not the file that it should be: ${expected.from} is ${expected.sum}.`,
      'Fetch it again; if the sum stays, ask who hands it out.',
    );
  }
  return sum;
}

/** Takes what fits the patterns out of a wheel, which is a zip file, and nothing that fits those of `without`. */
export async function unpackWheel(file: string, into: string, patterns: string[], without: string[] = []) {
  chmodSync(path7za, 0o755); // npm unpacks it without
  const left = without.map((pattern) => `-xr!${pattern}`);
  await whole(file, run([path7za], ['x', '-y', '-tzip', '-bso0', '-bsp0', `-o${into}`, file, ...patterns, ...left]));
}

/** Takes everything out of a .tar.gz file. */
export async function unpackTarball(file: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  await whole(file, run(['tar'], ['-xzf', file, '-C', into]));
}

async function whole(file: string, unpacking: Promise<unknown>): Promise<void> {
  try {
    await unpacking;
  } catch (error) {
    throw new Problem(`${basename(file)} cannot be unpacked. ${(error as Error).message}`, 'Fetch the file again.');
  }
}
