/** Puts `window.isocenter` into the page: one function a verb, and nothing with which others could be called. */
import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { Reply, SiteApi, SiteEvent, VerbName } from '../shared/api.ts';
import type { Bridge } from '../shared/shell.ts';
import { channels } from './shell/channels.ts';

declare const VERB_NAMES: VerbName[]; // the build puts them in

async function call(channel: string, name: string, args: unknown[]): Promise<unknown> {
  const reply: Reply = await ipcRenderer.invoke(channel, name, args);
  if (reply.ok) return reply.value;
  throw reply.error; // as data: an Error would lose code and next step on its way into the page
}

const verbs = VERB_NAMES.map((name) => [name, (...args: unknown[]) => call(channels.site, name, args)]);

const bridge: Bridge = {
  api: Object.fromEntries(verbs) as SiteApi,
  shell: {
    kind: 'electron',
    choose: (what) => call(channels.shell, 'choose', [what]) as Promise<string[] | null>,
    pathsOf: async (files) => files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
    save: (file) => call(channels.shell, 'save', [file]) as Promise<boolean>,
  },
  onEvent: (listener) => {
    const hear = (_event: IpcRendererEvent, event: SiteEvent) => listener(event);
    ipcRenderer.on(channels.event, hear);
    return () => ipcRenderer.off(channels.event, hear);
  },
  onConnection: () => () => {}, // this way never breaks: page and site live and end together
};

contextBridge.exposeInMainWorld('isocenter', bridge);
