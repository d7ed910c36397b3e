/**
 * A federation by windows that is interrupted, left, refused by rule, or closed in the middle: nothing of it is lost.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workstation } from '../electron/workstation/workstation.ts';
import { allowEverything, answer, hosting, openHospital, plan, questionAbout, until } from './federating-windows.ts';
import { testFolder } from './test-folder.ts';

const short = { ...plan, rounds: 2 };
let folder: string;
let nord: Workstation;
let sued: Workstation;

beforeAll(async () => {
  folder = testFolder().path;
  [nord, sued] = await Promise.all(['Nord', 'Sued'].map((name, index) => openHospital(folder, name, index)));
});
afterAll(async () => {
  await Promise.all([nord, sued].map((window) => window?.close()));
});

const code = (name: string) => expect.objectContaining({ code: name });
const runFile = (window: Workstation, run: string) => join(window.folder, 'runs', run, 'invitation.json');

it('goes on after the host stopped, a member paused, and the host was closed and opened again', async () => {
  await nord.api.hostFederation(hosting(short, 2));
  const invitations = [await nord.api.createInvitation(null), await nord.api.createInvitation(null)];
  const own = await nord.api.joinFederation(invitations[0], null);
  const run = await sued.api.joinFederation(invitations[1], null);
  expect(existsSync(runFile(sued, run))).toBe(true);
  await questionAbout(sued, 'features', 1);

  // The host stops: the member waits, and comes back by itself.
  await nord.api.stopHosting();
  expect(nord.snapshot.hosted).toMatchObject({ state: 'stopped', error: null });
  await until(sued, ({ membership }) => membership?.connection === 'away');
  expect(sued.snapshot.membership?.result).toBeNull();
  await nord.api.continueHosting();
  expect(nord.snapshot.hosted?.peers.map(({ name }) => name)).toEqual(['Nord', 'Sued']);
  await until(sued, ({ membership }) => membership?.connection === 'connected');

  // A member pauses, which withdraws its question, and resumes the same run without pasting anything.
  await until(sued, ({ questions }) => questions.length === 1);
  await sued.api.pauseRun();
  await until(sued, ({ membership, activity }) => membership?.result === 'stopped' && activity === null);
  expect(sued.snapshot.questions).toEqual([]);
  expect((await sued.api.listRuns())[0]).toMatchObject({ id: run, state: 'paused' });
  await sued.api.resumeRun(run);
  expect(sued.snapshot.membership).toMatchObject({ run, result: null, connection: 'connected' });

  // The host's window is closed in the middle: its own question is a no, and both roles go on when it is opened again.
  await questionAbout(nord, 'features', 1);
  await nord.close();
  const again = new Workstation({ folder: nord.folder });
  await again.opened;
  nord = again;
  expect(nord.snapshot.membership).toMatchObject({ run: own, federation: 'Nord', result: 'stopped' });
  expect(await until(nord, ({ hosted }) => hosted)).toMatchObject({
    state: 'stopped',
    federation: 'Nord',
    plan: short,
  });
  expect((await nord.api.readLedger()).lines[0]).toMatchObject({
    answer: 'refuse',
    by: 'nobody',
    outcome: 'withheld',
    payload: { kind: 'features', round: 1 },
  });
  await nord.api.continueHosting();
  await nord.api.resumeRun(own);
  const stop = [allowEverything(nord)];
  await answer(sued, ['features', 1], 'allow-once');
  await answer(sued, ['weights', 1], 'allow-once');
  await questionAbout(sued, 'features', 2);

  // Whoever goes on still shows the round before.
  const [hosted] = (await until(nord, (s) => s.hosted?.rounds.length === 1 && s.hosted)).rounds;
  const [lived] = sued.snapshot.membership?.rounds ?? [];
  expect(hosted).toMatchObject({ round: 1, counted: true, sites: 2 });
  expect(lived).toMatchObject({ round: 1, counted: true, sites: 2, features: 'sent', weights: 'sent' });
  await sued.api.pauseRun();
  await until(sued, ({ membership, activity }) => membership?.result === 'stopped' && activity === null);
  await nord.api.stopHosting();
  await nord.api.continueHosting();
  await sued.api.resumeRun(run);
  expect(nord.snapshot.hosted?.rounds).toEqual([hosted]);
  expect(sued.snapshot.membership?.rounds[0]).toEqual(lived);
  stop.push(allowEverything(sued));
  await Promise.all([nord, sued].map((window) => until(window, (s) => s.membership?.result === 'finished')));
  for (const end of stop) end();
  expect((await sued.api.listRuns())[0]).toMatchObject({ id: run, state: 'finished' });
  expect(existsSync(runFile(sued, run))).toBe(false); // kept only while there is something to go on with
  await until(nord, ({ hosted }) => hosted?.state === 'finished');
});

it('refuses everything by rule without asking, also what is being asked, and leaves well', async () => {
  await nord.api.abandonHosting();
  expect(nord.snapshot.hosted).toBeNull();
  await nord.api.hostFederation(hosting({ ...plan, rounds: 200 }, 2));
  await expect(nord.api.abandonHosting()).rejects.toEqual(code('federation.hosting-already'));
  const invitations = [await nord.api.createInvitation(null), await nord.api.createInvitation(null)];
  await nord.api.joinFederation(invitations[0], null);
  const run = await sued.api.joinFederation(invitations[1], null);

  await answer(nord, ['features', 1], 'allow-run'); // stands, and the rule comes before it
  await questionAbout(sued, 'features', 1);
  await Promise.all([nord, sued].map((window) => window.api.changeSettings({ consent: 'refuse' })));
  for (const window of [nord, sued]) {
    await until(window, ({ membership }) => membership?.rounds[0]?.weights === 'withheld');
  }
  const { lines } = await sued.api.readLedger();
  const ruled = lines.filter(({ by }) => by === 'rule of the site');
  expect(ruled.slice(0, 2).map(({ payload, reason }) => [payload?.kind, reason])).toEqual([
    ['features', "the site's rule refuses everything"],
    ['weights', "the site's rule refuses everything"],
  ]);
  expect(ruled[0].words).toBe("The site's rule refused feature vectors of pre-training round 1 to leave for Nord.");

  const kept = join(sued.folder, 'runs', run, 'invitation.json');
  await sued.api.leaveFederation();
  await until(sued, ({ membership, activity }) => membership?.result === 'left' && activity === null);
  expect((await sued.api.listRuns())[0]).toMatchObject({ id: run, state: 'cancelled' });
  expect(existsSync(kept)).toBe(false);
  await until(nord, ({ hosted }) => hosted?.messages.some(({ words }) => words === 'Sued left: the person left.'));
  await until(nord, ({ hosted }) => hosted?.peers.find(({ name }) => name === 'Sued')?.present === false);
  await expect(sued.api.resumeRun(run)).rejects.toEqual(code('storage.run-is-over'));
  await nord.api.cancelRun(); // the same as leaving
  await until(nord, ({ membership, permissions }) => membership?.result === 'left' && permissions.length === 0);
  await nord.api.stopHosting();
});
