/** What a journey needs of the program that shows the workstation, be it the browser host or the app. */
import type { Page } from '@playwright/test';

export interface Runtime {
  page: Page;
  /** Chooses a path where `press` makes the program ask for one. */
  choose(path: string, press: () => Promise<void>): Promise<void>;
  /** Saves what `press` exports, and gives the file. */
  save(press: () => Promise<void>): Promise<string>;
  /** As a person ends it. */
  close(): Promise<void>;
  /** As a power cut ends it. */
  kill(): Promise<void>;
}
