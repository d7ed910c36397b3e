/** How the trainer process is started. Node forks it; Electron's shell brings a launcher of its own. */
import { fork } from 'node:child_process';
import { entryBeside } from '../../shared/entry.ts';

/** The trainer process as its client sees it. */
export interface TrainerProcess {
  /** Does nothing once the process has ended. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** What it prints, standard output and errors together. */
  onOutput(listener: (text: string) => void): void;
  /** Called once, with how it ended, as in "exit code 1" or "signal SIGKILL". */
  onEnd(listener: (how: string) => void): void;
  /** Ends it at once. What it wrote stays whole: files are replaced, never changed. */
  kill(): void;
}

/** `script` is the absolute path of the trainer's own script. */
export type Launch = (script: string) => TrainerProcess;

export const trainerScript = entryBeside('trainer', import.meta.url);

export const forkTrainer: Launch = (script) => {
  const child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  return {
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => child.on('message', listener),
    onOutput: (listener) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => listener(chunk.toString()));
      }
    },
    onEnd: (listener) => {
      let ended = false;
      const end = (how: string) => {
        if (!ended) listener(how);
        ended = true;
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
    },
    kill: () => child.kill('SIGKILL'),
  };
};
