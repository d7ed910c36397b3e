/** The question before the window closes while something is at work. */
import { dialog } from 'electron';
import { en } from '../../shared/texts/en.ts';
import type { Workstation } from '../workstation/workstation.ts';
import { atWork } from './at-work.ts';
import type { MainWindow } from './window.ts';

export async function mayClose(window: MainWindow, { snapshot }: Workstation): Promise<boolean> {
  const work = atWork(snapshot);
  if (work === null || !window.open) return true;
  const { response } = await dialog.showMessageBox(window.open, {
    type: 'question',
    ...en.shell.closing[work],
    buttons: [en.shell.closing.close, en.shell.closing.stay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
