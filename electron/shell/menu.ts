/** The menu and its shortcuts, in the manner of each system. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { texts } from './texts.ts';
import type { MainWindow } from './window.ts';

export function setMenu(window: MainWindow): void {
  app.setAboutPanelOptions({
    applicationName: app.getName(),
    applicationVersion: app.getVersion(),
    credits: texts.about,
  });
  const isMac = process.platform === 'darwin';
  const about: MenuItemConstructorOptions = { label: texts.menu.about, click: () => app.showAboutPanel() };
  const quit: MenuItemConstructorOptions = { label: texts.menu.quit, role: 'quit' };
  const settings: MenuItemConstructorOptions = {
    label: texts.menu.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => void window.go('settings'),
  };
  const own: MenuItemConstructorOptions = {
    label: texts.menu.app,
    submenu: isMac
      ? [
          about,
          { type: 'separator' },
          settings,
          { type: 'separator' },
          { role: 'services' },
          { type: 'separator' },
          { role: 'hide' },
          { role: 'hideOthers' },
          { role: 'unhide' },
          { type: 'separator' },
          quit,
        ]
      : [settings, { type: 'separator' }, about, { type: 'separator' }, quit],
  };
  const edit: MenuItemConstructorOptions = {
    label: texts.menu.edit,
    // The page hears these keys first: where a person draws, undo and redo are the drawing's.
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      { type: 'separator' },
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  };
  const go: MenuItemConstructorOptions = {
    label: texts.menu.go,
    submenu: Object.entries(texts.menu.pages).map(([page, label], index) => ({
      id: page,
      label,
      accelerator: `CmdOrCtrl+${index + 1}`,
      click: () => void window.go(page),
    })),
  };
  const view: MenuItemConstructorOptions = {
    label: texts.menu.view,
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...developing(),
    ],
  };
  const windows: MenuItemConstructorOptions = {
    label: texts.menu.window,
    role: 'window',
    submenu: [{ role: 'minimize' }, ...(isMac ? [{ role: 'zoom' } as const] : []), { role: 'close' }],
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate([own, edit, go, view, windows]));
}

function developing(): MenuItemConstructorOptions[] {
  return app.isPackaged ? [] : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
}
