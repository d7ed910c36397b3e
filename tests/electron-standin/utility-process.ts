/** Electron's `utilityProcess`, as a child of Node with the same port to its parent. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';

const PARENT_PORT = fileURLToPath(new URL('parent-port.cjs', import.meta.url));

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;

  constructor(script: string, args: string[], stdio: ('pipe' | 'ignore' | 'inherit')[]) {
    super();
    this.#child = fork(script, args, {
      execArgv: ['--require', PARENT_PORT],
      serialization: 'advanced',
      stdio: [...stdio, 'ipc'],
    });
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.once('close', (code) => this.emit('exit', code ?? 1));
    this.#child.on('error', () => {}); // `close` follows
  }

  get pid() {
    return this.#child.pid;
  }

  get stdout() {
    return this.#child.stdout;
  }

  get stderr() {
    return this.#child.stderr;
  }

  postMessage(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }

  kill(): boolean {
    return this.#child.kill();
  }
}

interface ForkOptions {
  stdio?: ('pipe' | 'ignore' | 'inherit')[];
}

export const utilityProcess = {
  fork: (script: string, args: string[] = [], { stdio = ['ignore', 'inherit', 'inherit'] }: ForkOptions = {}) =>
    new UtilityProcess(script, args, stdio),
};
