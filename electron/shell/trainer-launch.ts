/** The trainer as Electron's utility process: a process of its own without turning Electron into a plain Node. */
import { utilityProcess } from 'electron';
import type { WorkstationOptions } from '../workstation/workstation.ts';

export const launchTrainer: NonNullable<WorkstationOptions['launch']> = (script) => {
  const child = utilityProcess.fork(script, [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    serviceName: 'Isocenter trainer',
  });
  let ended = false;
  return {
    send: (message) => {
      if (!ended) child.postMessage(message);
    },
    onMessage: (listener) => child.on('message', listener),
    onOutput: (listener) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => listener(chunk.toString()));
      }
    },
    onEnd: (listener) =>
      child.once('exit', (code) => {
        ended = true;
        listener(`exit code ${code}`);
      }),
    kill: () => child.kill(),
  };
};
