/** Electron's `BrowserWindow`. What would only be seen on a desktop is remembered, so that tests can ask for it. */
import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { cancellable } from './event.ts';
import { WebContents } from './web-contents.ts';
import { type OpenWindow, windows } from './windows.ts';

interface WindowOptions {
  width?: number;
  height?: number;
  title?: string;
  show?: boolean;
  webPreferences?: { preload?: string };
}

export class BrowserWindow extends EventEmitter implements OpenWindow {
  readonly webContents: WebContents;
  /** Not Electron's: what the taskbar would show. */
  progress = -1;
  /** Not Electron's: whether it would flash for attention. */
  flashing = false;
  readonly #size: [number, number];
  readonly #title: string;
  #visible: boolean;
  #focused = true;

  static getAllWindows(): OpenWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: WebContents | undefined): BrowserWindow | null {
    return ([...windows] as BrowserWindow[]).find((window) => window.webContents === contents) ?? null;
  }

  constructor({ width = 800, height = 600, title, show = true, webPreferences = {} }: WindowOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    this.#size = [width, height];
    this.#title = title ?? app.getName();
    this.#visible = show;
    windows.add(this);
    this.webContents = new WebContents({ width, height, preload: webPreferences.preload });
    this.webContents.close = () => this.close();
    this.webContents.once('dom-ready', () => this.emit('ready-to-show'));
    this.webContents.once('destroyed', () => this.#gone());
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    this.#visible = true;
    this.focus();
  }

  hide(): void {
    this.#visible = false;
    this.blur();
  }

  isVisible(): boolean {
    return this.#visible;
  }

  focus(): void {
    this.#focused = true;
  }

  blur(): void {
    this.#focused = false;
  }

  isFocused(): boolean {
    return this.#focused;
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {}

  getSize(): [number, number] {
    return this.#size;
  }

  getTitle(): string {
    return this.#title;
  }

  setProgressBar(progress: number): void {
    this.progress = progress;
  }

  flashFrame(flash: boolean): void {
    this.flashing = flash;
  }

  isDestroyed(): boolean {
    return !windows.has(this);
  }

  close(): void {
    void this.closeIfAllowed();
  }

  destroy(): void {
    void this.webContents.destroy();
  }

  async closeIfAllowed(): Promise<boolean> {
    const event = cancellable();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    if (this.isDestroyed()) return true;
    const closed = new Promise((resolve) => this.once('closed', resolve));
    await this.webContents.destroy();
    await closed;
    return true;
  }

  #gone(): void {
    windows.delete(this);
    this.emit('closed');
    if (windows.size > 0) return;
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed');
    else app.quit();
  }
}

/** Electron's `webContents`, as Playwright asks for it. */
export const webContents = {
  fromDevToolsTargetId: (target: string) => WebContents.fromTarget(target),
};
