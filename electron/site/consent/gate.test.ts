import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Bounds, Decider, Decision, PayloadDescription } from '../../../shared/consent.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { ApprovedPayload } from '../../federation/participant/approved-payload.ts';
import { createSite, openSite } from '../../storage/site-folder.ts';
import { ConsentGate, type Verdict } from './gate.ts';
import { personal } from './person.ts';

const signal = new AbortController().signal;
const bytes = Uint8Array.from({ length: 600 }, (_, i) => i);
const nord = { name: 'Nord', fingerprint: 'aaaa' };
const sued = { name: 'Sued', fingerprint: 'bbbb' };

function describe600(change: Partial<PayloadDescription> = {}): PayloadDescription {
  return {
    kind: 'features',
    federation: 'Hippocampus',
    stage: 'pretraining',
    round: 1,
    rounds: 5,
    asker: { name: 'Mitte', fingerprint: 'cccc' },
    recipients: [{ ...nord, isNew: false }],
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    vectors: 10,
    vectorLength: 14,
    parameters: 0,
    volumes: 3,
    treatment: 'each number rounded to 4 decimals',
    projection: [{ x: 0.5, y: 0.5, partition: 1 }],
    ...change,
  };
}

/** A site with a gate whose decider gives these answers in turn and keeps what it was asked. */
function gateWith(decider: Decider, answerTimeout = 5, rule?: () => Decision | undefined) {
  const site = createSite(testFolder().path, 'A');
  const { ledger, approvals, permissions } = site;
  const gate = new ConsentGate({
    ledger,
    approvals,
    permissions,
    decider,
    rule,
    own: 'dddd',
    run: 'run-1',
    answerTimeout,
  });
  return { site, gate };
}

function person(...answers: Omit<Decision, 'by' | 'reason'>[]) {
  const asked: PayloadDescription[] = [];
  const decider = personal(async (payload) => {
    asked.push(payload);
    const answer = answers.shift() ?? { answer: 'refuse' as const };
    return { by: 'anna', reason: 'said so', ...answer };
  });
  return { asked, decider };
}

const isApproved = (verdict: Verdict) => 'approved' in verdict;
const refusal = (verdict: Verdict) => ('refused' in verdict ? verdict.refused : undefined);

describe('ConsentGate', () => {
  it('approves after a yes, for exactly what was described, with the decision on record first', async () => {
    const { decider } = person({ answer: 'allow-once' });
    const { gate, site } = gateWith(decider);
    const verdict = await gate.ask(bytes, describe600(), signal);
    if (!('approved' in verdict)) throw new Error('refused');
    const purpose = { kind: 'features', federation: 'Hippocampus', stage: 'pretraining', round: 1 } as const;
    expect(ApprovedPayload.bytesFor(verdict.approved, { ...purpose, recipients: ['aaaa'] })).toEqual(bytes);
    expect(() => ApprovedPayload.bytesFor(verdict.approved, { ...purpose, recipients: ['bbbb'] })).toThrow('bbbb');
    expect(site.ledger.list()).toMatchObject([{ type: 'decision', answer: 'allow-once', by: 'anna', run: 'run-1' }]);

    gate.note(verdict.approved, 'sent');
    gate.note(verdict.approved, 'failed', 'connection lost');
    expect(site.ledger.list().slice(1)).toMatchObject([
      { type: 'outcome', decision: 1, outcome: 'sent' },
      { type: 'outcome', decision: 1, outcome: 'failed', note: 'connection lost' },
    ]);
    expect(site.ledger.verify().broken).toBeNull();
  });

  it('records everything about the payload but its picture', async () => {
    const { gate, site } = gateWith(person({ answer: 'allow-once' }).decider);
    await gate.ask(bytes, describe600(), signal);
    const [entry] = site.ledger.list();
    const { projection: _, recipients: _new, ...rest } = describe600();
    expect(entry).toMatchObject({ payload: { ...rest, recipients: [{ ...nord, isNew: true }] } });
    expect(JSON.stringify(entry)).not.toContain('projection');
  });

  it('lets a rule of the site come before a standing permission and before anybody is asked', async () => {
    const { asked, decider } = person({ answer: 'allow-run', bounds: { rounds: 5 } });
    let rule: Decision | undefined;
    const { gate, site } = gateWith(decider, 5, () => rule);
    expect(isApproved(await gate.ask(bytes, describe600(), signal))).toBe(true); // the rule left it to the person,
    rule = { answer: 'refuse', by: 'rule of the site', reason: 'not today' };
    // Who granted what it overrules
    expect(refusal(await gate.ask(bytes, describe600({ round: 2 }), signal))).toEqual(rule);
    expect(site.permissions.list()).toHaveLength(1);
    rule = undefined;
    expect(isApproved(await gate.ask(bytes, describe600({ round: 3 }), signal))).toBe(true); // by the permission
    expect(asked).toHaveLength(1);
    expect(site.ledger.list().at(-3)).toMatchObject({ by: 'rule of the site' });
  });

  it.each(['refuse', 'refuse-and-leave'] as const)('gives %s back and records that nothing left', async (answer) => {
    const { gate, site } = gateWith(person({ answer }).decider);
    expect(refusal(await gate.ask(bytes, describe600(), signal))).toMatchObject({ answer, by: 'anna' });
    expect(site.ledger.list()).toMatchObject([
      { type: 'decision', answer, by: 'anna', reason: 'said so' },
      { type: 'outcome', decision: 1, outcome: 'withheld' },
    ]);
    expect(site.approvals.list()).toEqual([]);
  });

  it('takes no answer in time for a no by nobody, and a late yes changes nothing', async () => {
    let answer: (decision: Decision) => void = () => {};
    let seen: AbortSignal | undefined;
    const { gate, site } = gateWith((_, given) => {
      seen = given;
      return new Promise((resolve) => {
        answer = resolve;
      });
    }, 0.05);
    const verdict = await gate.ask(bytes, describe600(), signal);
    expect(refusal(verdict)).toEqual({ answer: 'refuse', by: 'nobody', reason: 'no answer in 0.05 seconds' });
    expect(seen?.aborted).toBe(true);
    answer({ answer: 'allow-once', by: 'anna', reason: 'late' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(site.ledger.list()).toMatchObject([{ by: 'nobody' }, { outcome: 'withheld' }]);
    expect(site.approvals.list()).toEqual([]);
  });

  it('takes a question that is withdrawn for a no, before and while it is asked', async () => {
    const controller = new AbortController();
    const { gate } = gateWith(() => new Promise(() => {}));
    setTimeout(() => controller.abort(), 20);
    const during = await gate.ask(bytes, describe600(), controller.signal);
    expect(refusal(during)).toMatchObject({ answer: 'refuse', by: 'nobody', reason: 'the question was withdrawn' });
    const { asked, decider } = person({ answer: 'allow-once' });
    const before = await gateWith(decider).gate.ask(bytes, describe600(), controller.signal);
    expect(refusal(before)).toMatchObject({ answer: 'refuse', by: 'nobody' });
    expect(asked).toEqual([]);
  });

  it.each<[string, Decider]>([
    ['rejects', () => Promise.reject(new Error('no display'))],
    [
      'throws',
      () => {
        throw new Error('no display');
      },
    ],
    ['answers nonsense', () => Promise.resolve({ answer: 'yes', by: 'anna', reason: '' } as unknown as Decision)],
    ['answers nothing', () => Promise.resolve(undefined as unknown as Decision)],
  ])('takes a decider that %s for a no', async (_, decider) => {
    const { gate } = gateWith(decider);
    expect(refusal(await gate.ask(bytes, describe600(), signal))).toMatchObject({ answer: 'refuse', by: 'nobody' });
  });

  it('takes a ledger that cannot be written for a no, before and after the answer', async () => {
    const { gate, site } = gateWith(
      personal(async () => {
        site.close();
        return { answer: 'allow-once', by: 'anna', reason: '' };
      }),
    );
    for (let i = 0; i < 2; i++) {
      expect(refusal(await gate.ask(bytes, describe600(), signal))).toMatchObject({ answer: 'refuse', by: 'nobody' });
    }
    expect(openSite(site.path).ledger.list()).toEqual([]);
    expect(openSite(site.path).approvals.list()).toEqual([]);
  });

  it.each<[string, Partial<PayloadDescription>]>([
    ['another size', { bytes: 599 }],
    ['another hash', { sha256: '0'.repeat(64) }],
    ['no recipient', { recipients: [] }],
    ['weights that are larger than their numbers', { kind: 'weights', bytes: 100_000, parameters: 3 }],
  ])('refuses a description with %s, without asking', async (_, change) => {
    const { asked, decider } = person({ answer: 'allow-once' });
    const payload = change.bytes === 100_000 ? new Uint8Array(100_000) : bytes;
    const hash = createHash('sha256').update(payload).digest('hex');
    const description = describe600({ sha256: hash, ...change });
    await expect(gateWith(decider).gate.ask(payload, description, signal)).rejects.toMatchObject({
      code: 'consent.not-as-described',
    });
    expect(asked).toEqual([]);
  });

  it('approves what was shown, whatever happens to it during the question', async () => {
    const own = Uint8Array.from(bytes);
    const description = describe600();
    const { gate } = gateWith(
      personal(async (payload) => {
        own.fill(0);
        description.recipients.push({ ...sued, isNew: false });
        payload.recipients.push({ ...sued, isNew: false });
        return { answer: 'allow-once', by: 'anna', reason: '' };
      }),
    );
    const verdict = await gate.ask(own, description, signal);
    if (!('approved' in verdict)) throw new Error('refused');
    expect(verdict.approved.recipients).toEqual(['aaaa']);
    expect(ApprovedPayload.bytesFor(verdict.approved, { ...describe600(), recipients: ['aaaa'] })).toEqual(bytes);
  });

  it('marks recipients as new until a person has approved them, whatever the description says', async () => {
    const { asked, decider } = person({ answer: 'refuse' }, { answer: 'allow-once' }, { answer: 'allow-once' });
    const { gate } = gateWith(decider);
    for (let i = 0; i < 2; i++) await gate.ask(bytes, describe600(), signal);
    await gate.ask(
      bytes,
      describe600({ recipients: [nord, sued].map((party) => ({ ...party, isNew: false })) }),
      signal,
    );
    expect(asked.map(({ recipients }) => recipients.map(({ isNew }) => isNew))).toEqual([
      [true],
      [true], // a refusal makes nobody known
      [false, true],
    ]);
  });

  it('never takes this site for new to itself, nor notes it as known', async () => {
    const { asked, decider } = person({ answer: 'allow-once' });
    const { gate, site } = gateWith(decider);
    const own = { name: 'A', fingerprint: 'dddd', isNew: true };
    await gate.ask(bytes, describe600({ recipients: [own, { ...nord, isNew: false }] }), signal);
    expect(asked[0].recipients.map(({ isNew }) => isNew)).toEqual([false, true]);
    expect(site.approvals.list().map(({ fingerprint }) => fingerprint)).toEqual(['aaaa']);
  });

  it('makes nobody known and grants nothing where no person decides', async () => {
    const { gate, site } = gateWith(async () => ({ answer: 'allow-run', by: 'policy p', reason: '', bounds: {} }));
    expect(isApproved(await gate.ask(bytes, describe600(), signal))).toBe(true);
    expect([site.approvals.list(), site.permissions.list()]).toEqual([[], []]);
    expect(site.ledger.list()).toMatchObject([{ answer: 'allow-once', by: 'policy p' }]);
  });
});

describe('a standing permission', () => {
  const bounds: Bounds = { vectors: 10, bytes: 600, rounds: 3, recipients: ['aaaa'] };

  async function granted(given: Bounds = bounds) {
    const { asked, decider } = person({ answer: 'allow-run', bounds: given });
    const { gate, site } = gateWith(decider);
    await gate.ask(bytes, describe600(), signal);
    return { gate, site, asked };
  }

  it('lets later payloads go within its bounds, each on record, and ends when it is withdrawn', async () => {
    const { gate, site, asked } = await granted();
    expect(isApproved(await gate.ask(bytes, describe600({ round: 2 }), signal))).toBe(true);
    expect(asked).toHaveLength(1);
    const [{ id }] = site.permissions.list();
    expect(site.ledger.list()).toMatchObject([
      { type: 'decision', answer: 'allow-run', by: 'anna', bounds },
      { type: 'permission-granted', permission: id, bounds },
      { type: 'decision', answer: 'allow-once', by: 'standing permission', reason: expect.stringContaining(id) },
    ]);
    site.permissions.withdraw(id, 'anna');
    expect(isApproved(await gate.ask(bytes, describe600({ round: 2 }), signal))).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Partial<PayloadDescription>, Bounds]>([
    ['more vectors', { vectors: 11 }, bounds],
    ['more bytes', {}, { ...bounds, bytes: 599 }],
    ['a later round', { round: 4 }, bounds],
    ['a recipient outside', {}, { ...bounds, recipients: ['bbbb'] }],
    ['a time that is over', {}, { ...bounds, until: '2020-01-01T00:00:00+01:00' }],
    ['another kind', { kind: 'weights', parameters: 150 }, bounds],
    ['another stage', { stage: 'finetuning' }, bounds],
    ['another federation', { federation: 'Other' }, bounds],
    ['another coordinator', { asker: { name: 'Mitte', fingerprint: 'dddd' } }, bounds],
    ['a new recipient', { recipients: [nord, sued].map((party) => ({ ...party, isNew: false })) }, {}],
  ])('does not cover %s: the person is asked', async (_, change, given) => {
    const { gate, asked } = await granted(given);
    expect(isApproved(await gate.ask(bytes, describe600(change), signal))).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it('covers what this site sends to its own coordinator', async () => {
    const { gate, asked } = await granted({ ...bounds, recipients: ['aaaa', 'dddd'] });
    const own = { name: 'A', fingerprint: 'dddd', isNew: true };
    expect(isApproved(await gate.ask(bytes, describe600({ round: 2, recipients: [own] }), signal))).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('does not cover another run', async () => {
    const { site } = await granted();
    const { asked, decider } = person();
    const { ledger, approvals, permissions } = site;
    const gate = new ConsentGate({
      ledger,
      approvals,
      permissions,
      decider,
      own: 'dddd',
      run: 'run-2',
      answerTimeout: 5,
    });
    await gate.ask(bytes, describe600(), signal);
    expect(asked).toHaveLength(1);
  });

  it('is not granted without stated bounds', async () => {
    const { asked, decider } = person({ answer: 'allow-run' });
    const { gate, site } = gateWith(decider);
    expect(isApproved(await gate.ask(bytes, describe600(), signal))).toBe(true);
    expect(asked).toHaveLength(1);
    expect(site.permissions.list()).toEqual([]);
  });
});
