/** Every bound on what a peer controls, and the reason for it. Sizes are bytes, times milliseconds. */

export const limits = {
  /** Of the protocol that PROTOCOL.md describes; sites and coordinator must speak the same. */
  version: 1,

  /** Payloads travel in parts of this size, so that a stranger can never make us hold more than one frame. */
  partBytes: 256 * 1024,
  /**
   * One WebSocket message: a part and its MessagePack envelope, or the roster of `sites` sites (at most 450 bytes
   * each).
   */
  frameBytes: 256 * 1024 + 4 * 1024,
  /** Of a whole network: five levels of base width 64 with projection are 125 MB. */
  weightsBytes: 192 * 1024 * 1024,
  /** No trained weight is near it; larger ones would drown the others' in the average. */
  weightMagnitude: 1e4,

  sites: 256, // admitted to one federation; its roster must fit one frame
  volumes: 1_000_000, // that a site may say it has; no hospital has more of one organ
  rounds: 1000, // a stage; the plan's own bound
  loss: 1e9, // reported beside an update; only shown

  nameLength: 64, // characters of a site's or federation's name; it must fit a prompt
  reasonLength: 200, // characters of the reason given when leaving
  addressLength: 300, // characters of the coordinator's address in an invitation
  stringLength: 1024, // of any text in a frame; the longest is the reason in four-byte characters
  mapLength: 64, // members of any map in a frame; the plan has about 35

  /** Messages of a site between two announcements: two answers, a leave, and as many again after misunderstandings. */
  messagesPerRound: 16,
  /** WebSocket pings of a peer within one `pingEvery`; ours are the only ones needed. */
  pingsPerInterval: 20,
  connections: 512, // open at once: twice the sites, so that all can reconnect before the old ones are noticed dead
  handshakes: 64, // connections at once that have not proved who they are
  connectionsPerMinute: 240, // from one address; a whole federation may stand behind one proxy
  termsPerMinute: 30, // with one token: a person pastes an invitation a few times, and each time a plan is sent
  /**
   * Sites are told whom a phase waits for at most that often, and at each phase's beginning: answers come in bursts.
   */
  waitingEvery: 1000,
  queuedFrames: 64, // frames received before the handshake code listens

  /** A person's link may be slow, a handshake of four small messages is not. */
  handshakeTime: 10_000,
  pingEvery: 10_000,
  /** Three pings unanswered and a little: the connection is dead. */
  silence: 35_000,
  /** How long a round waits for a member whose connection broke: longer than `backoffMost`, so that it can be back. */
  grace: 30_000,
  /** A connection that was told to close and does not is cut after this. */
  closeTime: 2_000,
  /** A finished coordinator waits that long for sites to take the final weights. */
  deliveryTime: 5 * 60_000,
  backoffFirst: 500, // before the first attempt to reconnect, then doubling
  backoffMost: 10_000,
  /** A coordinator that is away for longer has been stopped: somebody should look. */
  reconnectTime: 60 * 60_000,
} as const;

/** The times that a test shortens. */
export interface Timing {
  waitingEvery: number;
  handshakeTime: number;
  pingEvery: number;
  silence: number;
  grace: number;
  deliveryTime: number;
  backoffFirst: number;
  backoffMost: number;
  reconnectTime: number;
}

export const defaultTiming: Timing = {
  waitingEvery: limits.waitingEvery,
  handshakeTime: limits.handshakeTime,
  pingEvery: limits.pingEvery,
  silence: limits.silence,
  grace: limits.grace,
  deliveryTime: limits.deliveryTime,
  backoffFirst: limits.backoffFirst,
  backoffMost: limits.backoffMost,
  reconnectTime: limits.reconnectTime,
};

/** Bytes of a feature batch as feature-batch.ts in the federation folder lays it out. */
export function featureBatchBytes(count: number, length: number): number {
  return 8 + count * (4 * length + 1);
}

/** Bytes that AES-256-GCM adds: the authentication tag. */
export const SEAL_OVERHEAD = 16;
