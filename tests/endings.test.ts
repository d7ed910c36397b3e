/** How a federation can end other than well: gently cancelled, or with nothing learnt together. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openSite } from '../electron/storage/site-folder.ts';
import { isocenter, succeed } from './command.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);
const sites = [0, 1];

beforeAll(async () => {
  folder = testFolder().path;
  const plan = { rounds: 2, stepsPerRound: 3, inputSize: 32, levels: 3, baseWidth: 4, featureLength: 32 };
  writeFileSync(at('plan.json'), JSON.stringify(plan));
  writeFileSync(at('policy.json'), '{"allow": ["features", "weights"]}');
  for (const index of sites) await (await createPhantomSite(at(`${index}`), index)).close();
  await succeed('init', at('host'), '--name', 'Host');
});

function runStates(site: string): string[] {
  const opened = openSite(site);
  const states = opened.runs.list().map(({ state }) => state);
  opened.close();
  return states;
}

it('a site that waits alone, is joined twice, cancelled, and joined again', async () => {
  const coordinator = isocenter(
    ...['coordinator', at('host'), '--plan', at('plan.json'), '--listen', '127.0.0.1:0', '--sites', '2'],
  );
  await coordinator.says(/Listening on/);
  const invitations = [await succeed('invite', at('host')), await succeed('invite', at('host'))];
  const start = (index: number) =>
    isocenter('join', at(`${index}`, 'site'), invitations[index], '--consent', at('policy.json'), '--json');

  const first = start(0);
  await first.says(/Joined/);
  const second = await start(0).finished; // by mistake, in another terminal
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('storage.site-busy');
  expect(first.child.exitCode).toBeNull(); // which leaves the first one alone

  first.child.kill('SIGINT');
  const cancelled = await first.finished;
  expect(cancelled.code).toBe(1);
  expect(cancelled.stderr).toContain('site.cancelled');
  expect(runStates(at('0', 'site'))).toEqual(['paused']);

  const commands = sites.map(start);
  for (const { finished } of commands) expect((await finished).code).toBe(0);
  expect((await coordinator.finished).code).toBe(0);
  expect(runStates(at('0', 'site'))).toEqual(['finished']); // the same run
});

it('a coordinator that nobody joins', async () => {
  await succeed('init', at('lonely'), '--name', 'Lonely');
  const coordinator = isocenter(
    ...['coordinator', at('lonely'), '--plan', at('plan.json'), '--listen', '127.0.0.1:0', '--sites', '2'],
  );
  await coordinator.says(/Listening on/);
  coordinator.child.kill('SIGINT');
  const { code, stderr } = await coordinator.finished;
  expect(code).toBe(1);
  expect(stderr).toContain('site.cancelled');
});

it('a federation in which everybody refuses: nothing is learnt together, and everybody is told', async () => {
  writeFileSync(
    at('short.json'),
    JSON.stringify({ rounds: 1, stepsPerRound: 1, inputSize: 32, levels: 3, baseWidth: 4 }),
  );
  await succeed('init', at('refused'), '--name', 'Refused');
  const coordinator = isocenter(
    ...['coordinator', at('refused'), '--plan', at('short.json'), '--listen', '127.0.0.1:0', '--sites', '2'],
  );
  await coordinator.says(/Listening on/);
  const invitations = [await succeed('invite', at('refused')), await succeed('invite', at('refused'))];
  const commands = sites.map((index) =>
    isocenter('join', at(`${index}`, 'site'), invitations[index], '--consent', 'refuse'),
  );
  for (const { finished } of [...commands, coordinator]) {
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    expect(stderr).toContain('site.nothing-counted');
  }
});
