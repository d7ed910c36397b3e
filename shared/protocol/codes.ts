/**
 * Why a connection was closed, or one answer refused. Each is a WebSocket close code of the private range (RFC 6455,
 * section 7.4.2) and has an error text `federation.<name>` for the person at the other end.
 */
export const closeCodes = {
  'bad-message': 4000, // not MessagePack, an unknown type, or a field that is missing, unknown or out of range
  version: 4001, // another protocol version
  'bad-signature': 4002, // the peer does not hold the key it claims, or somebody stands between
  'unknown-token': 4003, // the invitation's token was not given out here
  'token-used': 4004, // another site has used this invitation
  'handshake-timeout': 4005, // the peer did not prove who it is in time
  silent: 4006, // pings went unanswered
  'too-large': 4007, // a frame or payload is larger than anything that was asked for
  'too-often': 4008, // more messages or connections than a round needs
  duplicate: 4009, // an answer that was already counted
  replaced: 4010, // the same site connected again
  'bad-turn': 4011, // a message that the turn order does not allow
  'bad-weights': 4012, // other names, shapes or types than the global weights, metadata, or numbers out of range
  'bad-features': 4013, // a sealed batch of the wrong size, for unknown recipients, or not signed by its sender
  full: 4014, // the federation has no room
  stopping: 4015, // the coordinator stops; reconnecting is welcome
  late: 4016, // the phase is over (refuses one answer, does not close)
  'old-round': 4017, // an answer to another round (refuses one answer, does not close)
  'not-member': 4018, // the site sits this round out (refuses one answer, does not close)
  'coordinator-fault': 4019, // something broke at the coordinator
  left: 4020, // the site said goodbye
} as const;

export type CloseName = keyof typeof closeCodes;

/** After these the same participant may try again; after the others it would only be refused once more. */
const worthRetrying: ReadonlySet<CloseName> = new Set([
  'handshake-timeout',
  'silent',
  'too-often',
  'full',
  'stopping',
  'coordinator-fault',
]);

export function closeName(code: number): CloseName | undefined {
  return (Object.keys(closeCodes) as CloseName[]).find((name) => closeCodes[name] === code);
}

/** Codes of RFC 6455 with which WebSocket libraries refuse a frame that is broken or too large. */
const refusedByTheLibrary = [1002, 1003, 1007, 1009];

/** Whether to reconnect after this close code. One that is not ours is mostly a lost connection (1006), worth a try. */
export function mayRetry(code: number): boolean {
  const name = closeName(code);
  return name === undefined ? !refusedByTheLibrary.includes(code) : worthRetrying.has(name);
}
