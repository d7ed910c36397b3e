/** Calls a person back when something wants to leave this machine and nobody looks at the window. */
import { app, Notification } from 'electron';
import { en } from '../../shared/texts/en.ts';
import type { Workstation } from '../workstation/workstation.ts';
import type { MainWindow } from './window.ts';

const APP_ID = 'isocenter.workstation'; // as in electron-builder.yml: Windows shows notices of known apps alone

export function watchAttention(window: MainWindow, workstation: Workstation): void {
  app.setAppUserModelId(APP_ID);
  const asked = new Set<string>();
  workstation.onEvent((event) => {
    if (event.type !== 'snapshot' || event.changed.questions === undefined) return;
    const fresh = event.changed.questions.filter(({ id }) => !asked.has(id));
    for (const { id } of fresh) asked.add(id);
    if (event.changed.questions.length === 0) window.open?.flashFrame(false);
    if (fresh.length === 0 || window.open?.isFocused()) return;
    window.open?.flashFrame(true);
    if (!Notification.isSupported()) return;
    // Neither site nor volume is named: others may see the screen.
    const notice = new Notification({ title: en.shell.question.title, body: en.shell.question.body });
    notice.on('click', () => void window.show());
    notice.show();
  });
}
