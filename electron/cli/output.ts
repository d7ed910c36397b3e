/**
 * How commands speak. Results go to standard output, as text or (with --json) as one JSON document; everything else,
 * progress above all, goes to standard error: bars on a terminal, plain lines elsewhere.
 */
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { isFault } from '../../shared/errors.ts';

const PLAIN_INTERVAL = 5_000; // ms between progress lines where there is no terminal

export interface ProgressLine {
  update(done: number, total: number, words?: string): void;
  end(): void;
}

export class Output {
  readonly json: boolean;
  #bar: SingleBar | undefined;

  constructor(options: { json?: boolean }) {
    this.json = options.json ?? false;
  }

  /** The command's answer. */
  result(value: unknown, text: string): void {
    this.#pause();
    process.stdout.write(`${this.json ? JSON.stringify(value, null, 2) : text}\n`);
  }

  note(line: string): void {
    this.#pause();
    process.stderr.write(`${line}\n`);
  }

  warn(line: string): void {
    this.note(pc.yellow(line));
  }

  /** A line of progress; `update` may be called as often as one likes. */
  progress(label: string): ProgressLine {
    return process.stderr.isTTY ? this.#bars(label) : this.#lines(label);
  }

  /** Says what went wrong and what to do; sets the exit code. */
  failure(error: unknown): void {
    this.#pause();
    process.exitCode = 1;
    if (isFault(error)) {
      const { code, message, next } = error;
      if (this.json) process.stdout.write(`${JSON.stringify({ error: { code, message, next } }, null, 2)}\n`);
      process.stderr.write(`${pc.red('isocenter:')} ${message}\n  ${next} [${code}]\n`);
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (this.json)
      process.stdout.write(`${JSON.stringify({ error: { code: 'unexpected', message: text } }, null, 2)}\n`);
    process.stderr.write(`${pc.red('isocenter: an unexpected error.')} ${text}\n`);
  }

  /** Takes a running bar off the screen, so that other text does not tear it. */
  #pause(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #bars(label: string): ProgressLine {
    let bar: SingleBar | undefined;
    return {
      update: (done, total, words = '') => {
        if (!bar || this.#bar !== bar) {
          this.#pause();
          bar = new SingleBar({
            format: `${label.padEnd(16)} {bar} {percentage}% ${pc.dim('{words}')}`,
            barsize: 28,
            barCompleteChar: '█',
            barIncompleteChar: '░',
            hideCursor: true,
            clearOnComplete: true,
            stopOnComplete: false,
            gracefulExit: false,
            stream: process.stderr,
          });
          this.#bar = bar;
          bar.start(total, done, { words });
        }
        bar.setTotal(total);
        bar.update(done, { words });
      },
      end: () => {
        if (bar && this.#bar === bar) this.#pause();
      },
    };
  }

  #lines(label: string): ProgressLine {
    let last = 0;
    let ended = false; // what reaches its end says so once, however often it is told
    return {
      update: (done, total, words = '') => {
        const now = Date.now();
        const ends = done >= total;
        if (ends ? ended : now - last < PLAIN_INTERVAL) return;
        ended = ends;
        last = now;
        const percent = total > 0 ? Math.floor((100 * done) / total) : 0;
        process.stderr.write(`${label}: ${done}/${total} (${percent}%)${words ? ` ${words}` : ''}\n`);
      },
      end: () => {},
    };
  }
}

/** Columns aligned under their headings, two spaces apart. Numbers' columns are right-aligned. */
export function table(headings: string[], rows: (string | number)[][]): string {
  const cells = [headings, ...rows.map((row) => row.map(String))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const numeric = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [pc.bold(line(headings)), ...cells.slice(1).map(line)].join('\n');
}

export function byteText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
