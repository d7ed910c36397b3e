import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import { type KeyProtection, readIdentity, unwrapIdentity } from './identity-file.ts';
import { Site } from './site.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = testFolder().path;
  file = join(folder, 'identity.key');
});
const protection: KeyProtection = {
  wrap: async (pem) => Buffer.from(pem).toString('base64'),
  unwrap: async (text) => Buffer.from(text, 'base64').toString(),
};

describe('the key file of a site', () => {
  it('is made once, plain for a command', () => {
    const made = readIdentity(file);
    expect(readIdentity(file).fingerprint).toBe(made.fingerprint);
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });

  it('never lies plain where a keychain is there from the start', async () => {
    const made = await unwrapIdentity(file, protection);
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY');
    expect((await unwrapIdentity(file, protection)).fingerprint).toBe(made.fingerprint);
  });

  it('is wrapped at the first opening with a keychain, and a command then says what to do', async () => {
    const plain = readIdentity(file);
    expect((await unwrapIdentity(file, protection)).fingerprint).toBe(plain.fingerprint);
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY');
    expect(() => readIdentity(file)).toThrow(expect.objectContaining({ code: 'site.key-in-keychain' }));
  });

  it('stays as it is where the keychain does not open', async () => {
    await unwrapIdentity(file, protection);
    const before = readFileSync(file);
    const locked = { ...protection, unwrap: () => Promise.reject(new Error('locked')) };
    await expect(unwrapIdentity(file, locked)).rejects.toMatchObject({ code: 'site.key-locked' });
    expect(readFileSync(file)).toEqual(before);
  });

  it('lets one site be opened by the window and refuse the command', async () => {
    const path = join(folder, 'site');
    const site = await Site.createGuarded(path, 'Hospital', { keys: protection });
    const { fingerprint } = site;
    await site.close();
    expect(() => Site.open(path)).toThrow(expect.objectContaining({ code: 'site.key-in-keychain' }));
    const again = await Site.openGuarded(path, { keys: protection });
    expect(again.fingerprint).toBe(fingerprint);
    await again.close();
  });
});
