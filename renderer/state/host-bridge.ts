/** The bridge of a page in a browser: birpc over a WebSocket to the host on this address. */
import type { Bridge } from '../../shared/shell.ts';

export function connectToHost(): Bridge {
  throw new Error('being built');
}
