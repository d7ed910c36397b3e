import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PayloadDescription } from '../../../shared/consent.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { boundsInWords } from './bounds.ts';
import { isPersonal } from './person.ts';
import { policyDecider } from './policy.ts';

const folder = testFolder().path;
const file = join(folder, 'policy.json');
const signal = new AbortController().signal;
const payload: PayloadDescription = {
  kind: 'features',
  federation: 'F',
  stage: 'pretraining',
  round: 3,
  rounds: 5,
  asker: { name: 'Mitte', fingerprint: 'cccc' },
  recipients: [
    { name: 'Nord', fingerprint: 'aaaa', isNew: true },
    { name: 'Sued', fingerprint: 'bbbb', isNew: false },
  ],
  bytes: 1000,
  sha256: '0'.repeat(64),
  vectors: 20,
  vectorLength: 12,
  parameters: 0,
  volumes: 4,
  treatment: '',
  projection: [],
};

const decide = (policy: unknown, change: Partial<PayloadDescription> = {}) => {
  writeFileSync(file, JSON.stringify(policy));
  return policyDecider(file)({ ...payload, ...change }, signal, Date.now() + 60_000);
};

describe('policyDecider', () => {
  it('allows what the policy allows, new recipients too where it names none, and says so', async () => {
    expect(await decide({ allow: ['features', 'weights'] })).toMatchObject({
      answer: 'allow-once',
      reason: expect.stringContaining('every site that the federation admits'),
    });
    expect(await decide({ allow: ['weights'] }, { kind: 'weights' })).toMatchObject({ answer: 'allow-once' });
  });

  it('names the policy by file name and hash, never by its path', async () => {
    const { by } = await decide({ allow: ['features'] });
    const hash = createHash('sha256').update('{"allow":["features"]}').digest('hex');
    expect(by).toBe(`policy policy.json sha256:${hash}`);
  });

  it('covers named recipients, new or not, and nobody else', async () => {
    const both = await decide({ allow: ['features'], recipients: ['aaaa', 'bbbb'] });
    expect(both).toMatchObject({ answer: 'allow-once', reason: expect.not.stringContaining('every site') });
    const one = await decide({ allow: ['features'], recipients: ['bbbb'] });
    expect(one).toMatchObject({ answer: 'refuse', reason: 'recipients: Nord (aaaa) is not among those allowed' });
    expect(await decide({ allow: ['features'], recipients: [] })).toMatchObject({ answer: 'refuse' });
  });

  it.each([
    [{ allow: [] }, 'allow: the policy lets nothing leave'],
    [{ allow: ['weights'] }, 'allow: the policy lets only weights leave'],
    [{ allow: ['features'], vectors: 19 }, 'vectors: 20 is more than the 19 allowed'],
    [{ allow: ['features'], bytes: 999 }, 'bytes: 1000 is more than the 999 allowed'],
    [{ allow: ['features'], rounds: 2 }, 'rounds: 3 is more than the 2 allowed'],
    [{ allow: ['features'], until: '2020-01-01T00:00:00Z' }, 'until: 2020-01-01T00:00:00Z is over'],
  ])('refuses by %j, naming the bound', async (policy, reason) => {
    expect(await decide(policy)).toMatchObject({ answer: 'refuse', reason });
  });

  it('allows up to each bound', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const policy = { allow: ['features'], vectors: 20, bytes: 1000, rounds: 3, until };
    expect(await decide(policy)).toMatchObject({ answer: 'allow-once' });
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /expected object/],
    ['{}', /allow/],
    ['{"allow":["features"],"recipient":["aaaa"]}', /"recipient"/],
    ['{"allow":["images"]}', /allow.*"features"\|"weights"/],
    ['{"allow":["features"],"vectors":0}', /vectors/],
    ['{"allow":["features"],"until":"tomorrow"}', /until/],
  ])('does not take %s for a policy', (text, problem) => {
    writeFileSync(file, text);
    expect(() => policyDecider(file)).toThrow(
      expect.objectContaining({ code: 'consent.policy-invalid', message: expect.stringMatching(problem) }),
    );
  });

  it('says which file it cannot read', () => {
    const missing = join(folder, 'none.json');
    expect(() => policyDecider(missing)).toThrow(
      expect.objectContaining({ code: 'consent.policy-unreadable', message: expect.stringContaining(missing) }),
    );
  });

  it('counts as nobody, so that it makes no recipient known to a person', () => {
    writeFileSync(file, '{"allow":[]}');
    expect(isPersonal(policyDecider(file))).toBe(false);
  });
});

describe('boundsInWords', () => {
  it('names each bound, and their absence', () => {
    expect(boundsInWords({})).toBe('without bounds');
    expect(boundsInWords({ vectors: 2, bytes: 3, rounds: 4, recipients: ['a'], until: '2030-01-01T00:00:00Z' })).toBe(
      'at most 2 vectors a payload, at most 3 bytes a payload, up to round 4, 1 named recipient only, until 2030-01-01T00:00:00Z',
    );
  });
});
