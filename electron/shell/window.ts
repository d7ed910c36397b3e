/** The one window. Its page is sandboxed, apart from the preload script's world, and has no Node. */
import { join } from 'node:path';
import { app, BrowserWindow, type WebContents } from 'electron';
import { PAGE } from './address.ts';

const GROUND = '#0a0c0f'; // what the page's own ground is, so that nothing flashes while it loads

interface MainWindowOptions {
  /** Asked when a person closes the window or quits. */
  mayClose(): Promise<boolean>;
}

export class MainWindow {
  #window: BrowserWindow | undefined;
  readonly #mayClose: () => Promise<boolean>;

  constructor({ mayClose }: MainWindowOptions) {
    this.#mayClose = mayClose;
  }

  /** Undefined while none is open, as on macOS after it was closed. */
  get open(): BrowserWindow | undefined {
    return this.#window;
  }

  owns(contents: WebContents): boolean {
    return this.#window !== undefined && !this.#window.isDestroyed() && contents === this.#window.webContents;
  }

  /** Brings the window to the front; makes it where there is none. */
  async show(): Promise<void> {
    if (this.#window) {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.show();
      this.#window.focus();
      return;
    }
    const window = new BrowserWindow({
      title: app.getName(),
      width: 1440,
      height: 900,
      minWidth: 1024,
      minHeight: 640,
      show: false,
      backgroundColor: GROUND,
      webPreferences: {
        preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false, // it would fetch dictionaries
        devTools: !app.isPackaged,
      },
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    window.on('page-title-updated', (event) => event.preventDefault());
    this.#askBeforeClosing(window);
    window.once('closed', () => {
      this.#window = undefined;
    });
    await window.loadURL(PAGE);
  }

  /** Opens a page of the window, as its own links do. */
  async go(page: string): Promise<void> {
    await this.show();
    await this.#window?.webContents.executeJavaScript(`window.location.hash = ${JSON.stringify(`#/${page}`)}`);
  }

  #askBeforeClosing(window: BrowserWindow): void {
    let agreed = false;
    let asking = false;
    window.on('close', (event) => {
      if (agreed) return;
      event.preventDefault();
      if (asking) return;
      asking = true;
      void this.#mayClose().then((yes) => {
        asking = false;
        agreed = yes;
        if (yes) window.close();
      });
    });
  }
}
