import { describe, expect, it } from 'vitest';
import { createIdentity } from './identity.ts';
import { encodeInvitation, hashToken, type Invitation, issueInvitation, parseInvitation } from './invitation.ts';

const about = {
  address: 'wss://coordinator.example:7411',
  fingerprint: createIdentity().fingerprint,
  federation: 'Köln 1',
};
const { text, tokenHash } = issueInvitation(about);
const codeOf = (paste: string) => {
  try {
    parseInvitation(paste);
    return 'read';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('invitation', () => {
  it('gives back what it says, and a token known to the coordinator by its hash', () => {
    const read = parseInvitation(text);
    expect(read).toMatchObject({ ...about, address: 'wss://coordinator.example:7411/' });
    expect(hashToken(read.token)).toBe(tokenHash);
    expect(issueInvitation(about).text).not.toBe(text);
  });

  it('survives line breaks, spaces and quotes of a mail program', () => {
    const mailed = `  "${text.slice(0, 30)}\r\n   ${text.slice(30)}"\n`;
    expect(parseInvitation(mailed)).toEqual(parseInvitation(text));
  });

  it('says that it is cut off, at whatever length', () => {
    for (let length = 4; length < text.length; length++) {
      expect(codeOf(text.slice(0, length)), `${length} characters`).toBe('federation.invitation-cut');
    }
  });

  it('notices every single wrong character', () => {
    for (let i = 'isocenter:'.length; i < text.length; i++) {
      const wrong = text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1);
      expect(codeOf(wrong), `character ${i}`).toMatch(/invitation-(mistyped|cut)$/);
    }
    expect(codeOf(`${text.slice(0, 40)}ü${text.slice(41)}`)).toBe('federation.invitation-mistyped');
    expect(codeOf(`${text}AAAA`)).toBe('federation.invitation-mistyped');
  });

  it('tells a foreign text', () => {
    for (const foreign of ['', 'hello', 'https://example.org', text.slice(3)]) {
      expect(codeOf(foreign)).toBe('federation.invitation-foreign');
    }
  });

  it('refuses addresses and names that nobody can use', () => {
    const invitation: Invitation = { ...about, token: new Uint8Array(16) };
    for (const address of ['http://x:1', 'ws://', 'ws://user:pass@x:1', 'ws://x:1/?q=1', 'ws://x:99999']) {
      expect(() => encodeInvitation({ ...invitation, address }), address).toThrow(
        expect.objectContaining({ code: 'federation.address-unsound' }),
      );
    }
    expect(() => encodeInvitation({ ...invitation, federation: 'a\u001b[2Jb' })).toThrow(
      expect.objectContaining({ code: 'federation.name-unsound' }),
    );
  });
});
