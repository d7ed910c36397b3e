import type { Party } from '../../../shared/consent.ts';
import type { RosterEntry } from '../../../shared/protocol/messages.ts';
import { fingerprintOf, type SealingParty, verifySealingKey } from '../wire/identity.ts';

interface Entry extends SealingParty {
  present: boolean;
}

/** The sites of the federation as this one believes in them: every name and sealing key signed by its owner. */
export class Roster {
  readonly #federation: string;
  readonly #own: string; // fingerprint
  #entries = new Map<string, Entry>();

  constructor(federation: string, own: string) {
    this.#federation = federation;
    this.#own = own;
  }

  /** Takes what the coordinator says. Entries without a sound signature are left out: nothing is sealed for them. */
  update(sites: RosterEntry[]): void {
    const next = new Map<string, Entry>();
    for (const { name, key, sealingKey, sealingSignature, present } of sites) {
      const fingerprint = fingerprintOf(key);
      if (fingerprint === this.#own) continue;
      const known = this.#entries.get(fingerprint);
      const entry = { name, fingerprint, key, sealingKey, present };
      const same = known && known.name === name && Buffer.compare(known.sealingKey, sealingKey) === 0;
      if (same || verifySealingKey(this.#federation, entry, sealingSignature)) next.set(fingerprint, entry);
    }
    this.#entries = next;
  }

  /** The others, sorted by name. */
  parties(): (Party & { present: boolean })[] {
    return [...this.#entries.values()]
      .map(({ name, fingerprint, present }) => ({ name, fingerprint, present }))
      .sort(byName);
  }

  /** The others among these keys (raw Ed25519), sorted by name. */
  among(members: Uint8Array[]): SealingParty[] {
    return members.flatMap((key) => this.#entries.get(fingerprintOf(key)) ?? []).sort(byName);
  }

  find(key: Uint8Array): SealingParty | undefined {
    return this.#entries.get(fingerprintOf(key));
  }
}

function byName(a: Party, b: Party): number {
  return a.name.localeCompare(b.name) || a.fingerprint.localeCompare(b.fingerprint);
}
