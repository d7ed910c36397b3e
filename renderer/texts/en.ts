/** Every text of the window in English, by page. A second language is one more file of this shape. */
import type { LabelState } from '../../shared/api/volumes.ts';
import { plan } from './en-plan.ts';

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

  // The form of a plan, on Train, Federation and Settings
  plan,

  // Federation
  federation: {
    title: 'Federation',
    about: 'Train together with other sites. Images and labels stay here; what leaves is asked for first.',
    join: {
      title: 'Join a federation',
      about:
        'Paste the invitation that the coordinating site sent to you. You see who asks and what for before anything is accepted.',
      field: 'Invitation',
      authority: 'Certificate authority',
      authorityHelp: 'Only where the coordinator’s certificate comes from your own authority: its PEM file.',
      chooseFile: 'Choose file…',
      read: 'Read invitation',
      reading: 'Asking the coordinator…',
      accept: 'Join this federation',
      decline: 'Do not join',
      invited: (federation: string) => `You are invited to “${federation}”`,
      coordinator: 'Coordinated by',
      fingerprint: 'Its key’s fingerprint',
      compare: 'Call the other hospital and compare the fingerprint, group by group, before you join.',
      known: 'You have approved this key before.',
      proved: 'The coordinator has just proved that it holds this key.',
      address: 'Address',
      encrypted: 'encrypted (TLS)',
      unencrypted: 'NOT ENCRYPTED: network weights can be read and changed on the way',
      sites: 'Admitted so far',
      work: 'What is done together',
      rounds: (pretraining: number, finetuning: number) =>
        [
          pretraining > 0 && `${pretraining} ${pretraining === 1 ? 'round' : 'rounds'} of contrastive pre-training`,
          finetuning > 0 && `${finetuning} ${finetuning === 1 ? 'round' : 'rounds'} of fine-tuning on labels`,
        ]
          .filter(Boolean)
          .join(', then '),
      asks: 'What you will be asked to let go',
      asksFeatures: (times: number, size: string) =>
        `${times} × feature vectors, about ${size} each time, sealed so that only the other sites can read them`,
      asksWeights: (times: number, size: string) =>
        `${times} × network weights, about ${size} each time, to the coordinator`,
      asksNothing: 'Nothing: the plan has no rounds.',
      never: 'No image, label, file name, path, date or patient identifier is part of any message.',
      plan: 'The whole plan',
      setting: 'Setting',
      value: 'Value',
    },
    host: {
      title: 'Create a federation',
      about:
        'This site hosts the coordinator: it admits sites, opens rounds and averages weights. It may also take part itself.',
      sites: 'Sites to wait for',
      sitesHelp: 'The first round begins when so many sites are here.',
      listen: 'Address to listen on',
      listenHelp: '127.0.0.1 for this machine alone, 0.0.0.0 for every network that it is in.',
      port: 'Port',
      portHelp: '0 takes any free one.',
      certificate: 'Certificate',
      certificateHelp: 'PEM file. Without one nothing is encrypted, so it is needed beyond this machine.',
      key: 'Its private key',
      from: 'Begin with',
      fromRandom: 'Random weights',
      plan: 'Plan for all sites',
      start: 'Create federation',
      unencrypted:
        'Without a certificate, whoever is on the way can read and change names and network weights. Do this only for a trial inside one trusted network.',
    },
    hosted: {
      title: (federation: string) => `“${federation}”, hosted here`,
      states: {
        listening: 'Waiting for sites',
        running: 'Running',
        finished: 'Finished',
        failed: 'Failed',
        stopped: 'Stopped',
      },
      address: 'Listens on',
      invite: 'Invite a site',
      inviteAbout: 'Each invitation lets one site in. Send it by a way that you trust.',
      inviteAddress: 'How that site reaches this machine',
      inviteAddressHelp: 'HOST:PORT, if it is not the address listened on.',
      inviteAddressWrong: 'Write it as HOST:PORT, as in a.example.org:4100.',
      newInvitation: 'New invitation',
      copy: 'Copy',
      copied: 'Copied',
      stop: 'Stop hosting',
      stopTitle: 'Stop hosting this federation?',
      stopWords:
        'The other sites are told. What was learnt is kept: hosting with the same plan goes on after the last finished phase.',
      fingerprint: 'Your fingerprint, to read out to whoever asks',
      again: 'Create another federation',
      present: (present: number, needed: number) => `${present} of ${needed} sites are here`,
    },
    member: {
      title: (federation: string) => `Taking part in “${federation}”`,
      connection: { connecting: 'Connecting', connected: 'Connected', away: 'Connection broken', over: 'Over' },
      coordinator: 'Coordinator',
      leave: 'Leave',
      leaveTitle: 'Leave this federation?',
      leaveWords:
        'The coordinator is told, and the others go on without you. Everything learnt here stays here. To come back you need a new invitation.',
      results: {
        left: 'You left. Everything learnt here stays here.',
        finished: 'The federation is finished. Its model is among yours.',
        failed: 'The federation ended early for this site.',
      },
      useModel: 'Fine-tune with it',
    },
    round: {
      none: 'No round is open.',
      title: (stage: string, round: number, rounds: number) => `${stage}, round ${round} of ${rounds}`,
      stages: { pretraining: 'Pre-training', finetuning: 'Fine-tuning' },
      phases: {
        admit: 'Admit',
        announce: 'Announce',
        features: 'Features',
        training: 'Training',
        updates: 'Weights',
        aggregate: 'Average',
        finished: 'Finished',
      },
      deadline: (left: string) => `${left} left in this phase`,
      overdue: 'The deadline has passed; the round goes on without whoever is missing.',
      missing: (names: string) => `Waiting for ${names}`,
      consent: 'Waiting for your decision',
    },
    peers: {
      title: 'Sites',
      name: 'Site',
      fingerprint: 'Fingerprint',
      state: 'State',
      volumes: 'Volumes',
      heard: 'Last heard',
      here: 'Here',
      away: 'Away',
      self: 'this site',
      coordinates: 'coordinator',
      isNew: 'new',
      none: 'Nobody has joined yet.',
    },
    rounds: {
      title: 'Rounds',
      round: 'Round',
      counted: 'Result',
      yes: (sites: number) => `${sites} sites averaged`,
      no: 'too few weights',
      loss: 'Mean loss',
      seconds: 'Time',
      up: 'Left this site',
      down: 'Came in',
      upOf: (name: string) => `From ${name}`,
      none: 'No round is finished yet.',
    },
    messages: 'What happened',
  },

  // Consent
  consent: {
    title: 'Consent',
    about:
      'Nothing leaves this machine without a decision. No answer in time is a no, and a no never stops your own training.',
    inbox: {
      title: 'Waiting for you',
      none: 'Nothing asks to leave this machine.',
      noneWords: 'While you take part in a federation, each payload is asked for here and over whatever page is open.',
      look: 'Look and decide',
      refuse: 'Refuse',
    },
    prompt: {
      title: {
        features: 'Feature vectors want to leave this machine',
        weights: 'Network weights want to leave this machine',
      },
      asks: 'Who asks',
      asker: (name: string, federation: string) => `${name}, coordinator of “${federation}”`,
      receives: 'Who receives',
      sealed: 'sealed: the coordinator cannot read them',
      isNew: 'NEW: never approved here before. Compare the fingerprint by phone.',
      what: 'What leaves',
      vectors: (vectors: string, length: string) => `${vectors} of ${length} numbers each, with the partition of each`,
      weights: (parameters: string) => `network weights, ${parameters} numbers`,
      size: 'Size',
      from: 'Computed from',
      volumes: (volumes: string) => `${volumes}. No image, label or name is in it.`,
      purpose: 'What for',
      round: (stage: string, round: number) => `${stage}, round ${round}`,
      treatment: 'Done to them',
      nothingDone: 'nothing',
      hash: 'SHA-256',
      left: (left: string) => `${left} left to answer. No answer is a no.`,
      over: 'The time to answer is over.',
      picture: 'The vectors, each as a point, by their two principal components. Numbers and colours are partitions.',
      pictureLabel: (vectors: string, partitions: number) =>
        `${vectors} in ${partitions} partitions, drawn in two dimensions`,
      partition: (number: number) => `Partition ${number}`,
      refuse: 'Refuse',
      refuseAndLeave: 'Refuse and leave the federation',
      once: 'Allow once',
      run: 'Allow for this run…',
      later: 'Decide later',
      wait: 'Read first…',
      more: (count: number) => `${count} more ${count === 1 ? 'waits' : 'wait'}`,
      reason: 'Reason, for the ledger (optional)',
      person: (name: string) => `The ledger will name ${name}.`,
    },
    bounds: {
      title: 'Allow for this run, within bounds',
      words: (what: string) =>
        `Until one of these bounds is reached, ${what} leave without a question. A new recipient is always asked about, and you can withdraw at any time.`,
      rounds: 'Up to round',
      bytes: 'At most, each time',
      vectors: 'Vectors, each time',
      recipients: 'Only to',
      until: 'Not after',
      allow: 'Allow within these bounds',
      back: 'Back',
      wrong: 'Give a number above 0.',
    },
    kinds: { features: 'feature vectors', weights: 'network weights' },
    stages: { pretraining: 'pre-training', finetuning: 'fine-tuning' },
    permissions: {
      title: 'Standing permissions',
      none: 'None: every payload is asked about.',
      banner: (count: number) =>
        count === 1
          ? 'A standing permission lets payloads leave without a question'
          : `${count} standing permissions let payloads leave without a question`,
      withdraw: 'Withdraw',
      withdrawAll: 'Withdraw all',
      line: (kind: string, federation: string, stage: string) => `${kind} of ${stage} for “${federation}”`,
      granted: (by: string, at: string) => `granted by ${by}, ${at}`,
      look: 'See bounds',
    },
    parties: {
      title: 'Recipients approved before',
      words: 'Whoever is forgotten is new again: named as such, and covered by no standing permission.',
      none: 'None yet.',
      forget: 'Forget',
      since: (at: string) => `since ${at}`,
    },
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
