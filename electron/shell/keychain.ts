/** The keychain of the system, for the site's private key. */
import { safeStorage } from 'electron';
import type { WorkstationOptions } from '../workstation/workstation.ts';

/** Undefined where the system has none; the key then lies in a file that only this account can read. */
export async function findKeychain(): Promise<WorkstationOptions['keys']> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return undefined;
  // On Linux without a keyring Chromium would encrypt with a password that everybody knows.
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return undefined;
  return {
    wrap: async (pem) => (await safeStorage.encryptStringAsync(pem)).toString('base64'),
    unwrap: async (text) => (await safeStorage.decryptStringAsync(Buffer.from(text, 'base64'))).result,
  };
}
