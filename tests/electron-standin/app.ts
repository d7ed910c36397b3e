/** Electron's `app`: the life of the process, paths, the command line, and that only one instance runs. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { AppFolder } from './app-folder.ts';
import { stopBrowser } from './browser.ts';
import { cancellable } from './event.ts';
import { windows } from './windows.ts';

class CommandLine {
  readonly all: [string, string][] = [];

  appendSwitch(name: string, value = ''): void {
    this.all.push([name, value]);
  }

  hasSwitch(name: string): boolean {
    return this.all.some(([known]) => known === name);
  }

  getSwitchValue(name: string): string {
    return this.all.findLast(([known]) => known === name)?.[1] ?? '';
  }
}

class App extends EventEmitter {
  readonly commandLine = new CommandLine();
  isPackaged = false;
  isQuitting = false;
  #app: AppFolder = { folder: process.cwd(), package: {} };
  #paths: Record<string, string> = {};
  #name: string | undefined;
  #isReady = false;
  readonly #ready = Promise.withResolvers<void>();

  /** Not Electron's: says which app this is. */
  use(own: AppFolder, executable: string): void {
    this.#app = own;
    this.isPackaged = basename(executable) !== 'electron';
  }

  /** Not Electron's: path of the app's main script. */
  get main(): string {
    return join(this.#app.folder, this.#app.package.main ?? 'index.js');
  }

  /** Not Electron's: the browser is there. */
  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', cancellable(), {});
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  getName(): string {
    return this.#name ?? this.#app.package.productName ?? this.#app.package.name ?? 'Electron';
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return this.#app.package.version ?? '0.0.0';
  }

  getAppPath(): string {
    return this.#app.folder;
  }

  getLocale(): string {
    return 'en-US';
  }

  getPath(name: string): string {
    const appData = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
    const userData = this.commandLine.getSwitchValue('user-data-dir') || join(appData, this.getName());
    const known: Record<string, string> = {
      home: homedir(),
      temp: tmpdir(),
      appData,
      userData,
      sessionData: userData,
      logs: join(userData, 'logs'),
      documents: join(homedir(), 'Documents'),
      downloads: join(homedir(), 'Downloads'),
      exe: process.env.STANDIN_EXECUTABLE ?? '',
      ...this.#paths,
    };
    if (!(name in known)) throw new Error(`Failed to get '${name}' path`);
    return known[name];
  }

  setPath(name: string, path: string): void {
    this.#paths[name] = path;
  }

  /** By a file with the first instance's process id in the app's data folder; a signal tells it of the second. */
  requestSingleInstanceLock(): boolean {
    const folder = this.getPath('userData');
    const file = join(folder, 'standin.pid');
    mkdirSync(folder, { recursive: true });
    const first = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (isStandin(first)) {
      process.kill(Number(first), 'SIGUSR2');
      return false;
    }
    process.on('SIGUSR2', () => this.emit('second-instance', cancellable(), [], '', null));
    writeFileSync(file, String(process.pid));
    return true;
  }

  quit(): void {
    if (this.isQuitting) return;
    const before = cancellable();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    void this.#closeAll();
  }

  exit(code = 0): void {
    this.isQuitting = true;
    stopBrowser();
    process.exit(code);
  }

  enableSandbox(): void {}
  setAboutPanelOptions(): void {}
  showAboutPanel(): void {}
  setAppUserModelId(): void {}
  setBadgeCount(): boolean {
    return false;
  }
  focus(): void {}

  async #closeAll(): Promise<void> {
    for (const window of [...windows]) if (!(await window.closeIfAllowed())) return;
    const will = cancellable();
    this.emit('will-quit', will);
    if (will.defaultPrevented) return;
    this.emit('quit', cancellable(), 0);
    this.exit(0);
  }
}

/** Whether the process of that id is a stand-in. False where the system has no /proc. */
function isStandin(pid: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  return /^\d+$/.test(pid) && existsSync(file) && readFileSync(file, 'utf8').includes('electron-standin');
}

export const app = new App();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
process.on('exit', stopBrowser);
