/** Creating, joining and watching a federation. */
import { z } from 'zod';
import type { Party } from '../consent.ts';
import type { ErrorReport } from '../errors.ts';
import type { Asks } from '../payload-sizes.ts';
import { type Plan, planSchema } from '../plan.ts';
import type { Phase, Stage } from '../protocol/rounds.ts';
import { cohortNameSchema } from './cohorts.ts';
import { verb } from './verb.ts';

export interface Peer extends Party {
  present: boolean;
  volumes: number | null; // null where only the coordinator knows
  lastHeard: string | null; // RFC 3339
  isCoordinator: boolean;
  isSelf: boolean;
  isKnown: boolean; // this person approved the fingerprint before
}

export interface RoundView {
  stage: Stage;
  round: number; // in `admit` the one that comes next
  rounds: number; // of this stage
  phase: Phase;
  deadline: number | null; // ms since 1970
  missing: Party[]; // whom the phase waits for; empty also in a membership whose coordinator does not tell
}

/** Bytes of frames by what they carried; `other` is the protocol itself. */
export interface ByteCounts {
  features: number;
  weights: number;
  other: number;
}

/** What became of a payload in a round; null where none was due or the round went on without it. */
export type Handed = 'sent' | 'withheld' | null;

export interface RoundRecord {
  stage: Stage;
  round: number;
  // Null while it is under way, or where its end was not heard; enough sites sent weights, so that the round changed
  // the model
  counted: boolean | null;
  sites: number; // that sent weights
  loss: number | null; // mean: here (membership), over the sites that told theirs (hosted)
  seconds: number | null; // of training here (membership), of the whole round (hosted)
  features: Handed; // by this site; null in `hosted`
  weights: Handed;
  up: ByteCounts; // that left this site; in `hosted`, what all sites sent
  down: ByteCounts;
  /** Of each admitted site; empty in a membership, which does not hear of it. */
  perSite: {
    name: string;
    fingerprint: string;
    volumes: number | null;
    features: Handed;
    weights: Handed;
    up: ByteCounts; // that the site sent
    down: ByteCounts;
  }[];
}

/** Views are pushed whole, so what grows with a federation is cut to its newest part. */
export const MOST_ROUNDS = 100;
export const MOST_MESSAGES = 200;

/** The federation that this site hosts, or was hosting when it stopped. */
export interface HostedView {
  federation: string;
  address: string; // ws://HOST:PORT/
  secure: boolean;
  warning: string | null; // where the way is not encrypted and leads beyond this machine
  plan: Plan;
  sitesNeeded: number; // before the first round
  /** `stopped`: it is not finished, and `continueHosting` goes on with it. */
  state: 'listening' | 'running' | 'finished' | 'failed' | 'stopped';
  peers: Peer[];
  current: RoundView | null;
  rounds: RoundRecord[]; // oldest first, the newest MOST_ROUNDS; also of earlier starts, where a window hosted them
  messages: FederationMessage[]; // newest last, at most MOST_MESSAGES
  model: string | null; // that the federation made, when it is finished
  error: ErrorReport | null; // of `failed`
}

/** The federation that this site takes part in, or took part in last. */
/** What a site takes part with in a federation. */
export interface LearnsFrom {
  cohort: string | null; // null: all volumes that may be learnt from
  volumes: number;
  samples: boolean; // made up, to try Isocenter with
}

export interface MembershipView {
  run: string;
  federation: string;
  coordinator: Party;
  plan: Plan;
  learnsFrom: LearnsFrom;
  connection: 'connecting' | 'connected' | 'away' | 'over';
  words: string; // about the connection
  insecure: string | null; // a warning, where the way is not encrypted
  peers: Peer[];
  current: RoundView | null;
  rounds: RoundRecord[]; // oldest first, the newest MOST_ROUNDS of the whole run
  messages: FederationMessage[]; // newest last, at most MOST_MESSAGES
  result: 'left' | 'finished' | 'stopped' | 'failed' | null; // `stopped` and `failed` can be continued: `resumeRun`
  model: string | null; // that the federation made, when it is finished
  error: ErrorReport | null; // of `failed`
}

export interface FederationMessage {
  at: string;
  words: string;
  loud: boolean;
}

/** An invitation in plain words, before anybody accepts it. */
export interface InvitationView {
  federation: string;
  address: string;
  secure: boolean;
  warning: string | null; // where the way is not encrypted and leads beyond this machine
  coordinator: Party; // name and fingerprint, which the key has just proved
  knownCoordinator: boolean;
  plan: Plan;
  state: 'waiting' | 'running' | 'finished';
  sitesNeeded: number; // before the first round
  sites: number; // admitted so far
  joinedBefore: boolean; // this site has been admitted already
  asks: Asks; // what will be asked to leave
}

const invitation = z.string().min(10).max(4000);
const address = z.strictObject({ host: z.string().min(1).max(255), port: z.int().min(1).max(65_535) }).nullable();
const file = z.string().max(4096).nullable();

const hostRequestSchema = z.strictObject({
  plan: planSchema,
  host: z.string().min(1).max(255),
  port: z.int().min(0).max(65_535), // 0: any free one
  sites: z.int().min(1).max(256), // the first round begins when that many are here
  from: z.string().max(64).nullable(), // model to begin with
  certificate: file, // path of a PEM file
  key: file,
  /** The person read that nothing is encrypted and wants it all the same; asked for beyond this machine only. */
  unencrypted: z.boolean(),
});
export type HostRequest = z.infer<typeof hostRequestSchema>;

export const federationVerbs = {
  /** Listens when it answers. `federation.unencrypted` asks for a certificate, or for `unencrypted`. */
  hostFederation: verb()(hostRequestSchema),
  /**
   * Goes on with the stopped or failed federation of `snapshot.hosted`, also after a restart, as it was hosted before.
   */
  continueHosting: verb()(),
  /** Tells the sites; they come back by themselves when it is continued. */
  stopHosting: verb()(),
  /** Forgets the stopped or finished federation of `snapshot.hosted`: the site is free for another plan. */
  abandonHosting: verb()(),
  /** One invitation for one site; the address where that site reaches this one, if not where it listens. */
  createInvitation: verb<string>()(address),
  /**
   * Connects to the coordinator, has it prove its key, and asks for the plan. Nothing but this site's public key is
   * told.
   */
  readInvitation: verb<InvitationView>()(invitation, file), // file: certificate authority (PEM)
  /**
   * Gives the run's id once the site is admitted. The plan must be the one that `readInvitation` showed, if it did. It
   * learns from the cohort, or without one from all volumes that are in no validation or held-out cohort.
   */
  joinFederation: verb<string>()(invitation, file, cohortNameSchema.optional()),
  /** Says goodbye. The run is over (cancelled), and what was learnt here stays. */
  leaveFederation: verb()(),
};
