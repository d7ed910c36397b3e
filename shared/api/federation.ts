/** Creating, joining and watching a federation. */
import { z } from 'zod';
import type { Party, Stage } from '../consent.ts';
import { type Plan, planSchema } from '../plan.ts';
import { verb } from './verb.ts';

export type RoundPhase = 'admit' | 'announce' | 'features' | 'training' | 'updates' | 'aggregate' | 'finished';

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
  round: number;
  rounds: number; // of this stage
  phase: RoundPhase;
  deadline: number | null; // ms since 1970
  missing: Party[]; // whom the phase waits for; empty where only the coordinator knows
}

export interface RoundRecord {
  stage: Stage;
  round: number;
  counted: boolean;
  sites: number;
  loss: number | null;
  seconds: number | null;
  up: number; // bytes that left this site
  down: number;
  perSite: { name: string; fingerprint: string; volumes: number | null; up: number; down: number }[]; // coordinator only
}

/** The federation that this site hosts. */
export interface HostedView {
  federation: string;
  address: string; // ws://HOST:PORT/
  secure: boolean;
  plan: Plan;
  sitesNeeded: number;
  state: 'listening' | 'running' | 'finished' | 'failed' | 'stopped';
  peers: Peer[];
  current: RoundView | null;
  rounds: RoundRecord[];
  messages: FederationMessage[]; // newest last, at most 200
}

/** The federation that this site takes part in. */
export interface MembershipView {
  federation: string;
  coordinator: Party;
  plan: Plan;
  connection: 'connecting' | 'connected' | 'away' | 'over';
  words: string; // about the connection
  insecure: string | null; // a warning, where the way is not encrypted
  peers: Peer[];
  current: RoundView | null;
  rounds: RoundRecord[];
  messages: FederationMessage[];
  result: 'left' | 'finished' | 'failed' | null;
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
  coordinator: Party; // name and fingerprint, which the key has just proved
  knownCoordinator: boolean;
  plan: Plan;
  sites: number; // admitted so far
  /** What will be asked to leave, in all rounds together. */
  asks: { features: number; weights: number; featureBytes: number; weightBytes: number };
}

export interface HostRequest {
  plan: Plan;
  host: string;
  port: number;
  sites: number;
  from: string | null; // model to begin with
  certificate: string | null; // path of a PEM file
  key: string | null;
}

const invitation = z.string().min(10).max(4000);
const address = z.strictObject({ host: z.string().min(1).max(255), port: z.int().min(1).max(65_535) }).nullable();
const file = z.string().max(4096).nullable();

export const federationVerbs = {
  hostFederation: verb()(
    z.strictObject({
      plan: planSchema,
      host: z.string().min(1).max(255),
      port: z.int().min(0).max(65_535),
      sites: z.int().min(1).max(256),
      from: z.string().max(64).nullable(),
      certificate: file,
      key: file,
    }),
  ),
  stopHosting: verb()(),
  /** One invitation for one site; the address where that site reaches this one, if not where it listens. */
  createInvitation: verb<string>()(address),
  /** Connects to the coordinator, has it prove its key, and asks for the plan. Nothing but this site's public key is told. */
  readInvitation: verb<InvitationView>()(invitation, file), // file: certificate authority (PEM)
  joinFederation: verb<string>()(invitation, file),
  leaveFederation: verb()(),
};
