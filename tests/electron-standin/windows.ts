/** The windows that are open, oldest first. */
export interface OpenWindow {
  /** False where the app prevented it. */
  closeIfAllowed(): Promise<boolean>;
}

export const windows = new Set<OpenWindow>();
