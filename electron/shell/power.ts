/** The machine does not fall asleep while something is at work or other sites rely on this one. The screen may. */
import { powerSaveBlocker } from 'electron';
import type { Workstation } from '../workstation/workstation.ts';
import { atWork } from './at-work.ts';

export function keepAwake(workstation: Workstation): void {
  let blocker: number | undefined;
  workstation.onEvent((event) => {
    if (event.type !== 'snapshot') return;
    const needed = atWork(workstation.snapshot) !== null;
    if (needed && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!needed && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  });
}
