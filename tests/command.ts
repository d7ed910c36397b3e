import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'electron', 'cli', 'isocenter.js');

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Command {
  child: ChildProcess;
  finished: Promise<Finished>;
  /** Resolves when standard error holds a line that matches; rejects when the command ends without one. */
  says(pattern: RegExp): Promise<string>;
}

/** Starts the isocenter command as a shell would. */
export function isocenter(...args: string[]): Command {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  return {
    child,
    finished,
    async says(pattern) {
      for (;;) {
        const found = pattern.exec(stderr);
        if (found) return found[0];
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the command ended without saying ${pattern}: ${stderr}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Runs a command to its end, which must be a success, and gives its standard output. */
export async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await isocenter(...args).finished;
  if (code !== 0) throw new Error(`isocenter ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}
