/** Other programs that the set-up calls. */
import { spawn, spawnSync } from 'node:child_process';
import { Problem } from './problem.ts';

const KEPT = 1000; // characters of its last words, for the reason why it failed

/** The first of these commands that there is and that answers to --version. */
export function firstCommand(candidates: string[][]): string[] | undefined {
  return candidates.find(([program, ...rest]) => spawnSync(program, [...rest, '--version']).status === 0);
}

/**
 * Runs a program and passes on what it says, unless its standard output is `captured` and given back. Throws a
 * `Problem` where it fails.
 */
export function run(
  [program, ...first]: string[],
  rest: string[],
  { captured = false }: { captured?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...rest], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let lastWords = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (captured) output += chunk;
      else process.stderr.write(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      lastWords = (lastWords + chunk).slice(-KEPT);
    });
    child.on('error', (error) => reject(new Problem(`${program} did not start: ${error.message}.`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const said = lastWords.trim().split('\n').at(-1);
      reject(new Problem(`${program} ended with ${signal ?? `exit code ${code}`}: ${said || 'it said nothing'}`));
    });
  });
}
