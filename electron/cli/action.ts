/** What every command shares: its output, its cancelling by Ctrl-C, and errors that become an exit code. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { engineChoices } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import { type Plan, planProblems, planSchema } from '../../shared/plan.ts';
import { Output } from './output.ts';

export interface Context {
  output: Output;
  /** Aborted by the first Ctrl-C (or SIGTERM): running work stops after its step and can be continued. */
  signal: AbortSignal;
}

/** Runs a command's body; a second Ctrl-C ends the process at once. */
export async function run(options: { json?: boolean }, body: (context: Context) => Promise<void>): Promise<void> {
  const output = new Output(options);
  const cancelling = new AbortController();
  const cancel = () => {
    if (cancelling.signal.aborted) process.exit(130);
    output.note('Stopping after the running step. The run can be continued; once more to stop at once.');
    cancelling.abort(fault('site.cancelled'));
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  try {
    await body({ output, signal: cancelling.signal });
  } catch (error) {
    output.failure(error);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

/** Reads a plan file: JSON naming only what differs from the defaults. */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fault('site.plan-unreadable', { file, reason: (error as Error).message });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fault('site.plan-unreadable', { file, reason: (error as Error).message });
  }
  const problems = planProblems(value);
  if (problems.length > 0) throw fault('site.plan-invalid', { file, problems: problems.join('; ') });
  return planSchema.parse(value);
}

/** `--engine`, of every command that computes. It comes before the plan's engine, which comes before the site's. */
export function engineOption(otherwise = "the plan's, else the site's setting"): Option {
  return new Option('--engine <name>', `what computes (default: ${otherwise})`).choices(engineChoices);
}

/** `--cohort`, of every command that learns from volumes of the site. */
export function cohortOption(): Option {
  return new Option('--cohort <name>', 'training cohort to learn from (default: all that are not kept apart)');
}

/** For commander: a whole number within bounds. */
export function wholeNumber(least: number, { most = 2 ** 31 - 1, multipleOf = 1 } = {}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most || value % multipleOf !== 0) {
      const kind = multipleOf === 1 ? 'a whole number' : `a multiple of ${multipleOf}`;
      throw new InvalidArgumentError(`It must be ${kind} from ${least} to ${most}.`);
    }
    return value;
  };
}

/** For commander: whole numbers joined by commas, such as `1,2,4`. */
export function wholeNumbers(text: string): number[] {
  return text.split(',').map((item) => wholeNumber(1)(item));
}

/** For commander: `N` or `all`. */
export function countOrAll(text: string): number | 'all' {
  return text === 'all' ? 'all' : wholeNumber(1)(text);
}

/** For commander: `HOST:PORT`, with an IPv6 host in brackets. Port 0 lets the system choose. */
export function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (!match || Number(match[3]) > 65_535)
    throw new InvalidArgumentError('It must be HOST:PORT, as in 127.0.0.1:4100.');
  return { host: match[1] ?? match[2], port: Number(match[3]) };
}
