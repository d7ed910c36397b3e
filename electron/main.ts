/** Electron's entry: one window on one site. */
import { app } from 'electron';
import { watchAttention } from './shell/attention.ts';
import { mayClose } from './shell/closing.ts';
import { openGate } from './shell/gate.ts';
import { findKeychain } from './shell/keychain.ts';
import { setMenu } from './shell/menu.ts';
import { sayNotStarted } from './shell/not-started.ts';
import { refuseWhatIsNotListed } from './shell/permissions.ts';
import { keepAwake } from './shell/power.ts';
import { registerScheme, serveWindow } from './shell/protocol.ts';
import { siteFolder } from './shell/site-folder.ts';
import { showProgress } from './shell/taskbar.ts';
import { launchTrainer } from './shell/trainer-launch.ts';
import { MainWindow } from './shell/window.ts';
import { Workstation } from './workstation/workstation.ts';

if (app.requestSingleInstanceLock()) start().catch(sayNotStarted);
else app.quit(); // the first window is shown instead

async function start(): Promise<void> {
  registerScheme();
  refuseWhatIsNotListed();
  await app.whenReady();

  const keys = await findKeychain();
  const workstation = new Workstation({ folder: siteFolder(), keys, launch: launchTrainer });
  const window: MainWindow = new MainWindow({ mayClose: () => mayClose(window, workstation) });

  serveWindow(workstation);
  openGate(window, workstation);
  setMenu(window);
  showProgress(window, workstation);
  keepAwake(workstation);
  watchAttention(window, workstation);
  await window.show();

  app.on('second-instance', () => void window.show());
  app.on('window-all-closed', () => app.quit());
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void workstation.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}
