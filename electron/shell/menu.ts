/** The menu and its shortcuts, in the manner of each system. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { pages } from '../../shared/shell.ts';
import { en } from '../../shared/texts/en.ts';
import type { MainWindow } from './window.ts';

export function setMenu(window: MainWindow): void {
  app.setAboutPanelOptions({
    applicationName: app.getName(),
    applicationVersion: app.getVersion(),
    credits: en.shell.about,
  });
  const isMac = process.platform === 'darwin';
  const about: MenuItemConstructorOptions = { label: en.shell.menu.about, click: () => app.showAboutPanel() };
  const quit: MenuItemConstructorOptions = { label: en.shell.menu.quit, role: 'quit' };
  const settings: MenuItemConstructorOptions = {
    label: en.shell.menu.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => void window.go('settings'),
  };
  const own: MenuItemConstructorOptions = {
    label: en.shell.menu.app,
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
    label: en.shell.menu.edit,
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
    label: en.shell.menu.go,
    submenu: pages.map((page, index) => ({
      id: page,
      label: en.rail[page],
      accelerator: `CmdOrCtrl+${index + 1}`,
      click: () => void window.go(page),
    })),
  };
  const view: MenuItemConstructorOptions = {
    label: en.shell.menu.view,
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
    label: en.shell.menu.window,
    role: 'window',
    submenu: [{ role: 'minimize' }, ...(isMac ? [{ role: 'zoom' } as const] : []), { role: 'close' }],
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate([own, edit, go, view, windows]));
}

function developing(): MenuItemConstructorOptions[] {
  return app.isPackaged ? [] : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
}
