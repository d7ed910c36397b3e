/** Every text of the shell in English: menu, dialogs, notices. The pages have theirs in renderer/texts/. */
export const texts = {
  choose: {
    scans: 'Choose scans',
    scanFiles: 'Scans and label maps',
    anyFile: 'All files',
    folder: 'Choose a folder with scans',
    certificate: 'Choose a certificate',
    certificateFiles: 'Certificates (PEM)',
    key: 'Choose the certificate’s private key',
    keyFiles: 'Private keys (PEM)',
  },
  save: {
    title: 'Save a copy',
    sameKind: 'This kind of file',
  },
  closing: {
    close: 'Close',
    stay: 'Stay',
    run: {
      message: 'Close while a run is at work?',
      detail: 'The run goes on from its last step when you start Isocenter again.',
    },
    hosting: {
      message: 'Close while this site hosts a federation?',
      detail:
        'The other sites wait. The federation goes on from its last finished phase when you start Isocenter again.',
    },
    membership: {
      message: 'Close while this site takes part in a federation?',
      detail: 'It sits out the rounds until you start Isocenter again; the others go on without it.',
    },
    task: {
      message: 'Close while something is being read or written?',
      detail: 'It stops here. What is done already stays; start it again for the rest.',
    },
  },
  question: {
    title: 'Something wants to leave this machine',
    body: 'Isocenter waits for your decision. Without one, nothing leaves.',
  },
  menu: {
    app: 'Isocenter',
    about: 'About Isocenter',
    settings: 'Settings…',
    edit: 'Edit',
    go: 'Go',
    view: 'View',
    window: 'Window',
    quit: 'Quit Isocenter',
    pages: {
      volumes: 'Volumes',
      viewer: 'Viewer',
      train: 'Train',
      federation: 'Federation',
      consent: 'Consent',
      review: 'Review',
      ledger: 'Ledger',
      settings: 'Settings',
    },
  },
  about: 'Research software, no medical device.',
};
