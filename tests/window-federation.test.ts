/**
 * Hospitals federate by their windows' verbs alone: one hosts and takes part itself, the others join; a batch is
 * refused and the next allowed, standing permissions are granted, used and withdrawn, and a stranger is asked about
 * again.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workstation } from '../electron/workstation/workstation.ts';
import { answer, hosting, openHospital, plan, questionAbout, until } from './federating-windows.ts';
import { testFolder } from './test-folder.ts';

let folder: string;
let nord: Workstation;
let sued: Workstation;
let ost: Workstation;

beforeAll(async () => {
  folder = testFolder().path;
  [nord, sued, ost] = await Promise.all(
    ['Nord', 'Sued', 'Ost'].map((name, index) => openHospital(folder, name, index)),
  );
});
afterAll(async () => {
  await Promise.all([nord, sued, ost].map((window) => window?.close()));
});

const code = (name: string) => expect.objectContaining({ code: name });
const handed = (window: Workstation) =>
  window.snapshot.membership?.rounds.map(({ round, features, weights }) => [round, features, weights]);

describe('hosting', () => {
  it('tells at once what stands in its way, and nothing is hosted then', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const attempts: [Parameters<typeof hosting>[2], string][] = [
      [{ sites: 1 }, 'federation.quorum-too-large'],
      [{ port }, 'federation.port-taken'],
      [{ host: '0.0.0.0' }, 'federation.unencrypted'],
      [{ certificate: join(folder, 'none.pem') }, 'site.cert-without-key'],
      [{ certificate: join(folder, 'none.pem'), key: join(folder, 'none.pem') }, 'site.file-unreadable'],
      [{ from: 'encoder-0' }, 'storage.no-such-model'],
    ];
    for (const [changes, why] of attempts) {
      await expect(nord.api.hostFederation(hosting(plan, 2, changes)), why).rejects.toEqual(code(why));
      expect(nord.snapshot.hosted).toBeNull();
    }
    taken.close();
    await expect(nord.api.createInvitation(null)).rejects.toEqual(code('site.nothing-hosted'));
    await expect(nord.api.stopHosting()).rejects.toEqual(code('site.nothing-hosted'));
    await expect(nord.api.leaveFederation()).rejects.toEqual(code('federation.not-a-member'));
  });
});

describe('a host with a certificate', () => {
  it('is shown as encrypted to who trusts it, and not at all to others', async () => {
    const fixture = (name: string) =>
      join(import.meta.dirname, '../electron/federation/fixtures', `test-only-${name}.pem`);
    await nord.api.hostFederation(hosting(plan, 2, { certificate: fixture('cert'), key: fixture('key') }));
    expect(nord.snapshot.hosted).toMatchObject({ secure: true, warning: null });
    expect(nord.snapshot.hosted?.address).toMatch(/^wss:/);
    const invitation = await nord.api.createInvitation(null);
    expect(await sued.api.readInvitation(invitation, fixture('cert'))).toMatchObject({ secure: true, warning: null });
    await expect(sued.api.readInvitation(invitation, null)).rejects.toEqual(code('federation.untrusted-certificate'));
    await nord.api.stopHosting();
    await nord.api.continueHosting(); // with the same certificate, on the same port: the invitation still holds
    expect(await sued.api.readInvitation(invitation, fixture('cert'))).toMatchObject({ secure: true });
    await nord.api.stopHosting();
    await nord.api.abandonHosting();
    expect(nord.snapshot.hosted).toBeNull();
  });

  it('without one is told beyond this machine, and hosts only where the person wants it all the same', async () => {
    await nord.api.hostFederation(hosting(plan, 2, { host: '0.0.0.0', unencrypted: true }));
    expect(nord.snapshot.hosted?.warning).toContain('NOT ENCRYPTED');
    await expect(nord.api.createInvitation(null)).rejects.toEqual(code('site.address-needed'));
    await nord.api.stopHosting();
    await nord.api.abandonHosting();
  });
});

describe('a federation by windows', () => {
  it('shows an invitation before it is accepted', async () => {
    await nord.api.hostFederation(hosting(plan, 2));
    expect(nord.snapshot.hosted).toMatchObject({ state: 'listening', secure: false, warning: null, sitesNeeded: 2 });
    await expect(nord.api.hostFederation(hosting(plan, 2))).rejects.toEqual(code('federation.hosting-already'));
    const invitation = await nord.api.createInvitation(null);
    const view = await sued.api.readInvitation(invitation, null);
    expect(view).toMatchObject({
      federation: 'Nord',
      coordinator: { name: 'Nord', fingerprint: nord.site.fingerprint },
      knownCoordinator: false,
      plan,
      state: 'waiting',
      sites: 0,
      joinedBefore: false,
      warning: null,
    });
    expect(view.asks.features).toMatchObject({ times: 3, vectors: 32, vectorLength: 32 });
    expect(view.asks.weights).toMatchObject([{ stage: 'pretraining', times: 3 }]);
    expect(nord.snapshot.hosted?.peers).toEqual([]); // a look admits nobody
  });

  it('asks, refuses, allows and remembers, and both sides see the same', async () => {
    const invitations = await Promise.all([1, 2, 3].map(() => nord.api.createInvitation(null)));
    await Promise.all([nord, sued].map((window, index) => window.api.joinFederation(invitations[index], null)));
    expect(sued.snapshot.membership).toMatchObject({ federation: 'Nord', connection: 'connected', insecure: null });
    await expect(sued.api.joinFederation(invitations[2], null)).rejects.toEqual(code('site.busy-with'));

    // Round 1: Nord grants its features for the run, Sued refuses this batch and grants its weights for the run.
    const question = await questionAbout(sued, 'features', 1);
    expect(question.payload).toMatchObject({ round: 1, rounds: 3, asker: { name: 'Nord' }, vectors: 32 });
    expect(question.payload.recipients).toEqual([{ name: 'Nord', fingerprint: nord.site.fingerprint, isNew: true }]);
    expect(question.answerBy - question.askedAt).toBeCloseTo(0.8 * plan.featuresDeadline * 1000, -3);
    await until(sued, ({ activity }) => activity?.waiting);
    expect(sued.snapshot.membership?.current).toMatchObject({ phase: 'features', round: 1, rounds: 3 });
    for (const look of [nord.snapshot.hosted, sued.snapshot.membership]) {
      expect(look?.current?.missing.map(({ name }) => name).sort()).toEqual(['Nord', 'Sued']);
    }
    await answer(sued, ['features', 1], 'refuse');
    await until(nord, ({ hosted }) => hosted?.current?.missing.length === 1); // only Nord itself
    const current = await until(
      sued,
      ({ membership }) => membership?.current?.missing.length === 1 && membership.current,
    );
    expect(current).toMatchObject({
      phase: 'features',
      missing: [{ name: 'Nord', fingerprint: nord.site.fingerprint }],
    });
    await answer(nord, ['features', 1], 'allow-run');
    expect(await until(nord, ({ permissions }) => permissions.length > 0 && permissions)).toMatchObject([
      { kind: 'features', federation: 'Nord', coordinator: { name: 'Nord' }, bounds: { rounds: 3, vectors: 32 } },
    ]);
    await Promise.all([answer(nord, ['weights', 1], 'allow-once'), answer(sued, ['weights', 1], 'allow-run')]);

    // Round 2: both permissions are used; Sued allows the next batch; Ost comes in; Sued withdraws its permission.
    await answer(sued, ['features', 2], 'allow-once');
    await questionAbout(nord, 'weights', 2);
    await ost.api.joinFederation(invitations[2], null);
    await until(sued, ({ membership }) => membership?.rounds.find(({ round, weights }) => round === 2 && weights));
    await sued.api.withdrawPermission(sued.snapshot.permissions[0].id);
    await until(sued, ({ permissions }) => permissions.length === 0);
    await answer(nord, ['weights', 2], 'allow-once');

    // Round 3: Nord's permission stands and does not cover Ost, whom nobody here has seen.
    const asked = await answer(nord, ['features', 3], 'allow-once');
    expect(asked.payload.recipients).toEqual([
      { name: 'Ost', fingerprint: ost.site.fingerprint, isNew: true },
      { name: 'Sued', fingerprint: sued.site.fingerprint, isNew: false },
    ]);
    expect(nord.snapshot.permissions).toHaveLength(1);
    await Promise.all([answer(sued, ['features', 3], 'allow-once'), answer(ost, ['features', 3], 'refuse')]);
    await Promise.all([nord, sued, ost].map((window) => answer(window, ['weights', 3], 'allow-once')));
    await Promise.all([nord, sued, ost].map((window) => until(window, (s) => s.membership?.result === 'finished')));
    await until(nord, ({ hosted, permissions }) => hosted?.state === 'finished' && permissions.length === 0);
  });

  it('shows every round at each member', () => {
    expect(handed(nord)).toEqual([1, 2, 3].map((round) => [round, 'sent', 'sent']));
    expect(handed(sued)).toEqual([
      [1, 'withheld', 'sent'],
      [2, 'sent', 'sent'],
      [3, 'sent', 'sent'],
    ]);
    expect(handed(ost)).toEqual([[3, 'withheld', 'sent']]);
    const [first, second] = sued.snapshot.membership?.rounds ?? [];
    expect(first).toMatchObject({ counted: true, sites: 2, up: { features: 0 } });
    expect(second.up.features).toBeGreaterThan(32 * 32 * 4);
    expect(first.up.weights).toBeGreaterThan(10_000);
    expect(sued.snapshot.membership).toMatchObject({ connection: 'over', model: expect.stringMatching(/^encoder-/) });
  });

  it('shows the coordinator what each site gave, and no more than that', () => {
    const { rounds, model, peers } = nord.snapshot.hosted ?? { rounds: [] };
    const gave = rounds.map(({ perSite }) =>
      Object.fromEntries(perSite.map(({ name, features, weights }) => [name, [features, weights]])),
    );
    expect(gave).toEqual([
      { Nord: ['sent', 'sent'], Sued: ['withheld', 'sent'] },
      { Nord: ['sent', 'sent'], Sued: ['sent', 'sent'], Ost: [null, null] },
      { Nord: ['sent', 'sent'], Sued: ['sent', 'sent'], Ost: ['withheld', 'sent'] },
    ]);
    expect(rounds.map(({ counted, sites }) => [counted, sites])).toEqual([
      [true, 2],
      [true, 2],
      [true, 3],
    ]);
    const bytesOf = (window: Workstation) =>
      window.snapshot.membership?.rounds.map(({ up }) => up.features + up.weights);
    const seen = (name: string) =>
      rounds.flatMap(({ perSite }) =>
        perSite.filter((site) => site.name === name).map(({ up }) => up.features + up.weights),
      );
    expect(seen('Sued')).toEqual(bytesOf(sued)); // as the site itself counted
    expect(model).toMatch(/^encoder-/);
    expect(peers?.map(({ name, isSelf, isKnown }) => [name, isSelf, isKnown])).toEqual([
      ['Nord', true, true],
      ['Ost', false, true],
      ['Sued', false, true],
    ]);
  });

  it('stands in the ledger, one sentence a decision', async () => {
    const { lines, broken } = await sued.api.readLedger();
    expect(broken).toBeNull();
    const person = sued.snapshot.person;
    expect(lines.filter(({ type }) => type !== 'outcome').map(({ words, outcome }) => [words, outcome])).toEqual([
      [`${person} refused feature vectors of pre-training round 1 to leave for Nord.`, 'withheld'],
      [
        expect.stringMatching(
          / allowed network weights of pre-training round 1 to leave for the coordinator Nord, and later/,
        ),
        'sent',
      ],
      [expect.stringContaining('granted a standing permission for network weights of pre-training in "Nord"'), null],
      [`${person} allowed feature vectors of pre-training round 2 to leave for Nord.`, 'sent'],
      [
        'A standing permission allowed network weights of pre-training round 2 to leave for the coordinator Nord.',
        'sent',
      ],
      [`${person} withdrew the standing permission for network weights in "Nord".`, null],
      [`${person} allowed feature vectors of pre-training round 3 to leave for 2 sites.`, 'sent'],
      [`${person} allowed network weights of pre-training round 3 to leave for the coordinator Nord.`, 'sent'],
    ]);
    expect(lines.find(({ type }) => type === 'outcome')?.words).toBe(
      'Feature vectors of round 1 stayed here (refused), as decided in entry 1.',
    );
  });

  it('is taken away as the lines that were hashed', async () => {
    const { address, name, bytes } = await sued.api.exportLedger();
    expect(name).toBe('Ledger-of-Sued.jsonl');
    const answer = await sued.fetch(new Request(new URL(address, 'http://window/')));
    const text = await answer.text();
    expect(text).toHaveLength(bytes); // every name here is plain
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const view = await sued.api.readLedger();
    expect(lines.map(({ hash }) => hash)).toEqual(view.lines.map(({ hash }) => hash));
    expect(lines.at(-1).hash).toBe(view.head);
  });

  it('knows its parties until they are forgotten', async () => {
    const known = await sued.api.listKnownParties();
    expect(known.map(({ name }) => name)).toEqual(['Nord', 'Ost']);
    await sued.api.forgetParty(nord.site.fingerprint);
    expect((await sued.api.listKnownParties()).map(({ name }) => name)).toEqual(['Ost']);
    await expect(sued.api.forgetParty(nord.site.fingerprint)).rejects.toEqual(code('consent.unknown-party'));
    const { lines } = await sued.api.readLedger();
    expect(lines.at(-1)?.words).toContain('forgot Nord');
  });
});
