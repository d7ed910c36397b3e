/** The question before the window closes while something is at work. */
import { dialog } from 'electron';
import type { Snapshot } from '../../shared/api.ts';
import type { Workstation } from '../site/workstation.ts';
import { texts } from './texts.ts';
import type { MainWindow } from './window.ts';

export async function mayClose(window: MainWindow, { snapshot }: Workstation): Promise<boolean> {
  const words = whatStops(snapshot);
  if (words === null || !window.open) return true;
  const { response } = await dialog.showMessageBox(window.open, {
    type: 'question',
    ...words,
    buttons: [texts.closing.close, texts.closing.stay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

function whatStops({ activity, hosted, tasks }: Snapshot): { message: string; detail: string } | null {
  if (activity) return texts.closing.run;
  if (hosted) return texts.closing.hosting;
  return tasks.some(({ state }) => state === 'running') ? texts.closing.task : null;
}
