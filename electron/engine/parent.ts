/** The process that started this one, as the trainer speaks to it: Node's `fork` or Electron's utility process. */

interface Parent {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** What Electron puts into a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** Throws where this process was started by hand. It ends with its parent: Electron sees to its own, here Node's is. */
export function connectToParent(): Parent {
  const port = (process as { parentPort?: ParentPort }).parentPort;
  if (port) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
    };
  }
  const send = process.send?.bind(process);
  if (!send) throw new Error('the trainer runs only as a child of a site, with a channel to it');
  process.on('disconnect', () => process.exit());
  return { send: (message) => send(message), onMessage: (listener) => process.on('message', listener) };
}
