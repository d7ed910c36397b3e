/** Electron's `session`. Of what it can refuse, only requests are refused here: the rest Chromium decides. */
import { EventEmitter } from 'node:events';

type BeforeRequest = (details: { url: string }, answer: (decision: { cancel?: boolean }) => void) => void;

class Session extends EventEmitter {
  #beforeRequest: BeforeRequest = (_details, answer) => answer({});

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.#beforeRequest = listener;
    },
  };

  /** Not Electron's: whether the app lets this request go out. */
  allows(url: string): Promise<boolean> {
    return new Promise((resolve) => this.#beforeRequest({ url }, ({ cancel }) => resolve(!cancel)));
  }

  setPermissionRequestHandler(): void {}
  setPermissionCheckHandler(): void {}
  setDevicePermissionHandler(): void {}
  setSpellCheckerEnabled(): void {}
}

export const session = { defaultSession: new Session() };
