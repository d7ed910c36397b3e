/** What `import 'electron'` gives to the main process of an app: the part of Electron that this project uses. */
export { app } from './app.ts';
export { BrowserWindow, webContents } from './browser-window.ts';
export { dialog, Menu, Notification, powerSaveBlocker, safeStorage } from './desktop.ts';
export { ipcMain } from './ipc-main.ts';
export { protocol } from './protocol.ts';
export { session } from './session.ts';
export { utilityProcess } from './utility-process.ts';
