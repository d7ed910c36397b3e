/** Every text of the window in English, by page. A second language is one more file of this shape. */
import type { LabelState } from '../../shared/api/volumes.ts';

export const en = {
  app: {
    name: 'Isocenter',
    connectionLost: 'The connection to the site broke. Trying again…',
    notMedical: 'Research software, no medical device',
  },
  rail: {
    label: 'Pages',
    volumes: 'Volumes',
    viewer: 'Viewer',
    train: 'Train',
    federation: 'Federation',
    consent: 'Consent',
    review: 'Review',
    ledger: 'Ledger',
    settings: 'Settings',
  },
  status: {
    label: 'Status',
    nothingLeaves: 'Nothing leaves this machine',
  },
  words: {
    cancel: 'Cancel',
    close: 'Close',
    dismiss: 'Dismiss',
    retry: 'Try again',
    remove: 'Remove',
    save: 'Save',
  },
  labelState: {
    none: 'No labels',
    predicted: 'Predicted',
    drafted: 'Draft',
    labelled: 'Labelled',
  } satisfies Record<LabelState, string>,

  // Volumes
  volumes: {
    title: 'Volumes',
  },

  // Viewer
  viewer: {
    title: 'Viewer',
  },

  // Train
  train: {
    title: 'Train',
  },

  // Federation
  federation: {
    title: 'Federation',
  },

  // Consent
  consent: {
    title: 'Consent',
  },

  // Review
  review: {
    title: 'Review',
  },

  // Ledger
  ledger: {
    title: 'Ledger',
  },

  // Settings and first start
  settings: {
    title: 'Settings',
  },
  welcome: {
    title: 'Welcome',
  },
};

export type Texts = typeof en;
