/** What a window's shell does for its page beyond the site's verbs: choosing files, and taking files away. */

import type { ExportedFile } from './api/review.ts';
import type { SiteApi, SiteEvent } from './api.ts';

/** The pages of the window, in the order of the rail and the menu. */
export const pages = ['volumes', 'viewer', 'train', 'federation', 'consent', 'review', 'ledger', 'settings'] as const;
export type PageName = (typeof pages)[number];

export type Choice = 'scans' | 'folder' | 'certificate' | 'key';

export interface Shell {
  readonly kind: 'electron' | 'browser';
  /** Paths on the site's machine; null where the person cancelled. */
  choose(what: Choice): Promise<string[] | null>;
  /** Paths on the site's machine of files that were dropped into the page; a browser uploads them first. */
  pathsOf(files: File[]): Promise<string[]>;
  /** Saves an exported file where the person says. False where they cancelled. */
  save(file: ExportedFile): Promise<boolean>;
}

/** What the preload script puts into the page as `window.isocenter`; a browser makes its own over a WebSocket. */
export interface Bridge {
  api: SiteApi;
  shell: Shell;
  /** Every event from now on; gives the function that ends it. */
  onEvent(listener: (event: SiteEvent) => void): () => void;
  /** The way to the site broke (false) or is back (true); a page then asks for a new snapshot. */
  onConnection(listener: (connected: boolean) => void): () => void;
}
