/** An invitation as a person pasted it: what it leads to, and by what it is known. */
import { readTerms, type Terms } from '../../federation/participant/terms.ts';
import type { Identity } from '../../federation/wire/identity.ts';
import { hashToken, parseInvitation } from '../../federation/wire/invitation.ts';
import { readPem } from '../pem.ts';

export interface InvitationTerms extends Terms {
  federation: string;
  address: string; // ws://HOST:PORT/ or wss://HOST:PORT/
}

/** Asks its coordinator; nobody is let in by that. `ca` is a PEM file. Errors as `parseInvitation` and `readTerms`. */
export async function termsOfInvitation(
  identity: Identity,
  text: string,
  ca: string | undefined,
): Promise<InvitationTerms> {
  const invitation = parseInvitation(text);
  const terms = await readTerms({ identity, invitation, ca: ca === undefined ? undefined : readPem(ca) });
  return { ...terms, federation: invitation.federation, address: invitation.address };
}

/** Hash of its token: the same however it was pasted. Errors as `parseInvitation`. */
export function invitationHash(text: string): string {
  return hashToken(parseInvitation(text).token);
}
