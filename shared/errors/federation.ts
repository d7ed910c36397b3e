import type { ErrorText } from './text.ts';

export const federationErrors = {
  // Why a peer closes a connection; each name is a close code of shared/protocol/codes.ts.
  'federation.bad-message': {
    message: 'A message of the other side does not follow the protocol: {reason}.',
    next: 'Check that both sides run the same version of Isocenter.',
  },
  'federation.version': {
    message: 'The coordinator speaks another version of the protocol.',
    next: 'Install the same version of Isocenter at every site and at the coordinator.',
  },
  'federation.bad-signature': {
    message:
      'The other side could not prove that it holds its key, or something stands between you and changes the connection.',
    next: 'Compare the fingerprints by telephone, and connect without a proxy that opens encrypted connections.',
  },
  'federation.unknown-token': {
    message: 'The coordinator did not give out this invitation.',
    next: 'Ask for a new invitation.',
  },
  'federation.token-used': {
    message: 'Another site has already used this invitation.',
    next: 'Ask for an invitation of your own; each is for one site.',
  },
  'federation.handshake-timeout': {
    message: 'The handshake with the coordinator took too long.',
    next: 'Check the network connection and try again.',
  },
  'federation.silent': {
    message: 'The other side stopped answering.',
    next: 'Check the network connection; the site reconnects by itself.',
  },
  'federation.too-large': {
    message: 'A message is larger than the protocol allows.',
    next: 'Check that both sides run the same version of Isocenter and the same plan.',
  },
  'federation.too-often': {
    message: 'More messages or connections arrived than a round needs.',
    next: 'Wait a minute. If it happens again, check that the site runs only once.',
  },
  'federation.duplicate': {
    message: 'An answer was sent twice for the same round.',
    next: 'Check that the site runs only once, and update Isocenter.',
  },
  'federation.replaced': {
    message: 'This site connected a second time from elsewhere, and the newer connection is kept.',
    next: 'Run each site in one place only.',
  },
  'federation.bad-turn': {
    message: 'A message arrived out of turn.',
    next: 'Check that both sides run the same version of Isocenter.',
  },
  'federation.bad-weights': {
    message: 'Weights of {site} were refused: {reason}.',
    next: 'Check that the site follows the plan; numbers that are not finite mean that training diverged (lower the learning rate).',
  },
  'federation.bad-features': {
    message: 'Features of {site} were refused: {reason}.',
    next: 'Check that the site follows the plan and runs the same version of Isocenter.',
  },
  'federation.full': {
    message: 'The coordinator has no room for another connection.',
    next: 'Try again later, or ask the coordinator to admit fewer sites.',
  },
  'federation.stopping': {
    message: 'The coordinator stopped.',
    next: 'Start the coordinator again; the sites reconnect by themselves.',
  },
  'federation.late': {
    message: 'The answer came after its phase was over, and was not counted.',
    next: 'Nothing: the next round is open again. Ask for longer deadlines in the plan if it happens often.',
  },
  'federation.old-round': {
    message: 'The answer belongs to another round, and was not counted.',
    next: 'Nothing: the next round is open again.',
  },
  'federation.not-member': {
    message: 'This round began without the site.',
    next: 'Nothing: the next round is open again.',
  },
  'federation.coordinator-fault': {
    message: 'Something went wrong at the coordinator: {reason}.',
    next: "Look at the coordinator's own messages, and start it again.",
  },
  'federation.left': {
    message: 'The site left the federation.',
    next: 'Join again with the same invitation.',
  },

  // At the participant
  'federation.invitation-cut': {
    message: 'The invitation is cut off: its end is missing.',
    next: 'Copy the whole text, from "isocenter:" to its last character.',
  },
  'federation.invitation-mistyped': {
    message: 'The invitation holds a wrong character ({reason}).',
    next: 'Copy and paste it rather than typing it.',
  },
  'federation.invitation-foreign': {
    message: 'This text is not an Isocenter invitation.',
    next: 'Paste the whole text that the coordinator sent, from "isocenter:" on.',
  },
  'federation.address-unsound': {
    message: '{address} is not an address of a coordinator.',
    next: 'Write HOST:PORT, or an address that begins with ws:// or wss://.',
  },
  'federation.unreachable': {
    message: 'The coordinator at {address} cannot be reached: {reason}.',
    next: 'Check that the coordinator runs, and that the address, port and firewall let this machine through.',
  },
  'federation.untrusted-certificate': {
    message: 'The certificate that {address} shows is not trusted: {reason}.',
    next: "Choose the file with the coordinator's certificate (PEM) or its authority's (by command: --ca FILE).",
  },
  'federation.certificate-unsound': {
    message: '{what} cannot be used: {reason}.',
    next: 'Give PEM files: a certificate begins with "-----BEGIN CERTIFICATE-----", its key, without a password, with "-----BEGIN PRIVATE KEY-----".',
  },
  'federation.wrong-coordinator': {
    message: 'Somebody else answers at {address}: its key is {found}, the invitation names {expected}.',
    next: 'Do not go on. Ask the coordinator by telephone for its fingerprint and address.',
  },
  'federation.wrong-federation': {
    message: 'The coordinator runs the federation "{found}", the invitation is for "{expected}".',
    next: 'Ask for a new invitation.',
  },
  'federation.wrong-plan': {
    message: "The coordinator's plan does not have the hash that it names.",
    next: 'Install the same version of Isocenter at every site and at the coordinator.',
  },
  'federation.cannot-show': {
    message: 'The coordinator cannot show what an invitation is for: it runs an older version of Isocenter.',
    next: 'Ask for an update there. Joining works all the same, and nothing leaves without your consent.',
  },
  'federation.other-plan': {
    message: 'The coordinator now has another plan than the one that was shown.',
    next: 'Read the invitation again before you accept it.',
  },
  'federation.unencrypted': {
    message:
      'Without a certificate everybody on the way to {host} can read and change names and weights, and pretend to be a site.',
    next: 'Give a certificate and its key (PEM), listen on 127.0.0.1 only, or say that you want it all the same.',
  },
  'federation.not-approved': {
    message: 'A payload was not sent: {reason}.',
    next: 'Only what a person or policy approved for exactly these recipients and this round may leave. Report this as a fault of Isocenter.',
  },
  'federation.key-broken': {
    message: 'The key of this site cannot be read: {reason}.',
    next: 'Restore the key file from a backup. A new key is a new site, which needs a new invitation.',
  },

  // At the coordinator
  'federation.quorum-too-large': {
    message: 'The plan needs weights of {quorum} sites a round, but the federation starts with {sites}.',
    next: 'Lower "quorum" in the plan, or start with more sites.',
  },
  'federation.no-rounds': {
    message: 'The plan has no rounds: "rounds" and "finetuneRounds" are both 0.',
    next: 'Set at least one of them, or train alone, without a federation.',
  },
  'federation.hosting-already': {
    message: 'This site is hosting the federation "{federation}" at the moment.',
    next: 'Stop hosting it first.',
  },
  'federation.not-a-member': {
    message: 'This site takes part in no federation at the moment.',
    next: 'Join one with an invitation.',
  },
  'federation.plan-changed': {
    message: 'The coordinator has begun the federation "{federation}" with another plan.',
    next: 'Start it with the plan it began with, or begin anew under another name.',
  },
  'federation.port-taken': {
    message: 'The coordinator cannot listen on {address}: {reason}.',
    next: 'Choose another port, or stop the program that uses this one.',
  },
  'federation.name-unsound': {
    message: '"{name}" cannot be a name here.',
    next: 'Use 1 to 64 letters, digits, spaces and punctuation marks.',
  },
  'federation.nothing-to-average': {
    message: 'There are no weights to average.',
    next: 'Report this as a fault of Isocenter.',
  },
} satisfies Record<`federation.${string}`, ErrorText>;
