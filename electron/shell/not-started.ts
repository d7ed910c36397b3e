/** The end of a start that failed. Without a window there is no other place to say it. */
import { app, dialog } from 'electron';
import { en } from '../../shared/texts/en.ts';

export function sayNotStarted(error: unknown): void {
  dialog.showErrorBox(en.shell.notStarted, error instanceof Error ? error.message : String(error));
  app.exit(1);
}
