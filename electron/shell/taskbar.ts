/** How far the run at work is, on the taskbar or dock. */
import type { Activity } from '../../shared/api/training.ts';
import type { Workstation } from '../workstation/workstation.ts';
import type { MainWindow } from './window.ts';

const NONE = -1; // Electron's value for no progress
const UNKNOWN = 2; // above 1: at work, nobody knows how far

export function showProgress(window: MainWindow, workstation: Workstation): void {
  workstation.onEvent((event) => {
    if (event.type !== 'snapshot' || event.changed.activity === undefined) return;
    const { activity } = event.changed;
    window.open?.setProgressBar(progressOf(activity), { mode: activity?.waiting ? 'paused' : 'normal' });
  });
}

function progressOf(activity: Activity | null): number {
  if (activity === null) return NONE;
  return activity.steps > 0 ? activity.step / activity.steps : UNKNOWN;
}
