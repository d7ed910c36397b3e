/** Electron's `WebContents`: one page of Chromium, its preload script, and what passes between it and the app. */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { app } from './app.ts';
import { cdp } from './browser.ts';
import type { Message } from './cdp.ts';
import { cancellable } from './event.ts';
import { ipcMain } from './ipc-main.ts';
import { codec } from './page/codec.ts';
import {
  BINDING,
  type MainNote,
  type PageNote,
  PRELOAD_WORLD,
  pageScript,
  preloadScript,
  RECEIVE,
} from './page/worlds.ts';
import { toApp, toServed } from './protocol.ts';
import { session } from './session.ts';

export interface PageOptions {
  width: number; // pixels, of the page
  height: number;
  preload?: string; // path
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

const POPUP_LIFE = 500; // ms
const all = new Set<WebContents>();

export class WebContents extends EventEmitter {
  readonly session = session.defaultSession;
  readonly opened: Promise<void>;
  target = '';
  #session = '';
  #url = '';
  #world: number | undefined;
  #destroyed = false;
  #ownNavigation = false;
  #openHandler: OpenHandler = () => ({ action: 'allow' });

  static fromTarget(target: string): WebContents | undefined {
    return [...all].find((contents) => contents.target === target);
  }

  constructor(options: PageOptions) {
    super();
    all.add(this);
    app.emit('web-contents-created', cancellable(), this);
    this.opened = this.#open(options);
  }

  get mainFrame() {
    return { url: this.#url, parent: null };
  }

  getURL(): string {
    return this.#url;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  setWebRTCIPHandlingPolicy(_policy: string): void {}

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#tell({ kind: 'message', channel, args });
  }

  async loadURL(url: string): Promise<void> {
    await this.opened;
    const loaded = new Promise((resolve) => this.once('did-finish-load', resolve));
    this.#ownNavigation = true;
    const { errorText } = await this.#cdp('Page.navigate', { url: await toServed(url) });
    this.#ownNavigation = false;
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  reload(): void {
    void this.#cdp('Page.reload');
  }

  async executeJavaScript(code: string): Promise<unknown> {
    await this.opened;
    const { result, exceptionDetails } = await this.#cdp('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** The window replaces it by its own closing, which the app may prevent. */
  close(): void {}

  async destroy(): Promise<void> {
    await this.opened;
    if (!this.#destroyed) await cdp().send('Target.closeTarget', { targetId: this.target });
  }

  #cdp(method: string, params?: object): Promise<Message> {
    return cdp().send(method, params, this.#session);
  }

  async #open({ width, height, preload }: PageOptions): Promise<void> {
    const created = await cdp().send('Target.createTarget', { url: 'about:blank', width, height, newWindow: true });
    this.target = created.targetId;
    const { sessionId } = await cdp().send('Target.attachToTarget', { targetId: this.target, flatten: true });
    this.#session = sessionId;
    this.#listen();
    await cdp().send('Target.setDiscoverTargets', { discover: true });
    for (const domain of ['Page', 'Runtime']) await this.#cdp(`${domain}.enable`);
    await this.#cdp('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
    await this.#growTo(width, height);
    if (preload === undefined) return;
    const secret = randomBytes(12).toString('hex');
    const source = preloadScript(secret, {
      source: readFileSync(preload, 'utf8'),
      file: preload,
      versions: process.versions,
    });
    await this.#cdp('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD });
    await this.#cdp('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(secret) });
    await this.#cdp('Page.addScriptToEvaluateOnNewDocument', { source, worldName: PRELOAD_WORLD });
  }

  #listen(): void {
    const on = (event: string, listener: (params: Message) => void) => cdp().on(`${this.#session}:${event}`, listener);
    on('Runtime.executionContextCreated', ({ context: { id, name, auxData } }) => {
      if (name === PRELOAD_WORLD && auxData?.frameId === this.target) this.#world = id;
    });
    on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === BINDING) void this.#hear(codec.decode(payload) as PageNote);
    });
    on('Page.frameNavigated', ({ frame }) => this.#arrive(frame));
    on('Page.navigatedWithinDocument', ({ frameId, url }) => this.#arrive({ id: frameId, url }));
    on('Page.domContentEventFired', () => this.emit('dom-ready', cancellable()));
    on('Page.loadEventFired', () => this.emit('did-finish-load'));
    on('Inspector.targetCrashed', () => this.emit('render-process-gone', cancellable(), { reason: 'crashed' }));
    on('Fetch.requestPaused', (paused) => void this.#judge(paused));
    cdp().on(':Target.targetCreated', ({ targetInfo: { targetId, type, url, openerId } }) => {
      if (type !== 'page' || openerId !== this.target || this.#openHandler({ url }).action === 'allow') return;
      // Playwright holds a new page, and with it its opener, until it has looked at it; closed earlier, it holds for
      // ever.
      setTimeout(() => void cdp().send('Target.closeTarget', { targetId }), POPUP_LIFE);
    });
    cdp().on(':Target.detachedFromTarget', ({ sessionId }) => {
      if (sessionId !== this.#session || this.#destroyed) return;
      this.#destroyed = true;
      all.delete(this);
      this.emit('destroyed');
    });
  }

  #arrive({ id, url, urlFragment = '' }: { id: string; url: string; urlFragment?: string }): void {
    if (id === this.target) this.#url = toApp(url + urlFragment);
  }

  /** Lets a request go on unless the app refuses it. */
  async #judge({ requestId, request, resourceType, frameId }: Message): Promise<void> {
    const url = toApp(request.url);
    const navigation = cancellable({ url, isMainFrame: frameId === this.target });
    if (resourceType === 'Document' && !this.#ownNavigation) this.emit('will-frame-navigate', navigation);
    const goesOn = !navigation.defaultPrevented && (await this.session.allows(url));
    const verdict = goesOn
      ? this.#cdp('Fetch.continueRequest', { requestId })
      : this.#cdp('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
    await verdict.catch(() => {}); // the page is gone
  }

  async #hear(note: PageNote): Promise<void> {
    if (note.kind === 'preload-error') {
      console.error(note.message);
      return;
    }
    const event = { ...cancellable(), sender: this, senderFrame: this.mainFrame };
    if (note.kind === 'send') {
      ipcMain.emit(note.channel, event, ...note.args);
      return;
    }
    const { id, channel, args } = note;
    try {
      this.#tell({ kind: 'reply', id, ok: true, value: await ipcMain.answer(channel, event, args) });
    } catch (error) {
      this.#tell({ kind: 'reply', id, ok: false, value: `Error invoking remote method '${channel}': ${error}` });
    }
  }

  #tell(note: MainNote): void {
    const text = codec.encode(note); // throws, as Electron does, where it cannot be cloned
    if (this.#destroyed || this.#world === undefined) return;
    void this.#cdp('Runtime.callFunctionOn', {
      executionContextId: this.#world,
      functionDeclaration: `(text) => globalThis.${RECEIVE}(text)`,
      arguments: [{ value: text }],
    }).catch(() => {}); // the page is gone
  }

  /** Chromium counts its own bars into a window's size. */
  async #growTo(width: number, height: number): Promise<void> {
    const { result } = await this.#cdp('Runtime.evaluate', { expression: 'outerHeight - innerHeight' });
    if (!(result.value > 0)) return;
    const { windowId } = await cdp().send('Browser.getWindowForTarget', { targetId: this.target });
    await cdp().send('Browser.setWindowBounds', { windowId, bounds: { width, height: height + result.value } });
  }
}
