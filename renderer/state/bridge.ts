/**
 * The way to the site: what Electron's preload script put into the page, else a WebSocket to the host that served it.
 */
import type { Bridge } from '../../shared/shell.ts';
import { connectToHost } from './host-bridge.ts';

declare global {
  interface Window {
    isocenter?: Bridge;
  }
}

export const bridge: Bridge = window.isocenter ?? connectToHost();
export const { api, shell } = bridge;
