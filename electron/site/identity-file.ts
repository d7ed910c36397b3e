/**
 * A site's private key on disk. Plain, it is a PEM file that only the site's account can read. Where the shell has a
 * keychain of the system, the same file holds the key as the keychain wrapped it, after one line that says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fault, isFault } from '../../shared/errors.ts';
import { createIdentity, type Identity, importIdentity } from '../federation/wire/identity.ts';
import { writeFileAtomic } from '../storage/atomic-file.ts';

const WRAPPED = 'isocenter key, wrapped by the keychain of this system, 1\n';

/** What a shell has to keep keys with. Both functions may wait for a person who unlocks the keychain. */
export interface KeyProtection {
  /** Gives text of one line. */
  wrap(pem: string): Promise<string>;
  unwrap(text: string): Promise<string>;
}

/** Makes the key where there is none. Throws `site.key-in-keychain` and `federation.key-broken`. */
export function readIdentity(file: string): Identity {
  if (!existsSync(file)) writeFileAtomic(file, createIdentity().exportPrivateKey()); // a site cut off while it was made
  const text = readFileSync(file, 'utf8');
  if (text.startsWith(WRAPPED)) throw fault('site.key-in-keychain', { folder: dirname(file) });
  return importIdentity(text);
}

/**
 * Reads a wrapped key, makes one where there is none, and wraps one that lay there plain.
 * Throws `site.key-locked` and `federation.key-broken`.
 */
export async function unwrapIdentity(file: string, protection: KeyProtection): Promise<Identity> {
  try {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : createIdentity().exportPrivateKey();
    if (text.startsWith(WRAPPED)) return importIdentity(await protection.unwrap(text.slice(WRAPPED.length).trim()));
    const identity = importIdentity(text);
    writeFileAtomic(file, `${WRAPPED}${await protection.wrap(text)}\n`);
    return identity;
  } catch (error) {
    if (isFault(error)) throw error;
    throw fault('site.key-locked', { folder: dirname(file), reason: (error as Error).message }, error);
  }
}
