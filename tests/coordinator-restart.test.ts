/**
 * A coordinator that is killed goes on where it was when it is started again, and its sites come back by themselves.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isocenter, succeed } from './command.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const folder = testFolder().path;

it('every round counts once', async () => {
  const plan = { rounds: 3, stepsPerRound: 2, inputSize: 32, levels: 3, baseWidth: 4, featureLength: 32 };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  writeFileSync(join(folder, 'policy.json'), '{"allow": ["features", "weights"]}');
  const sites = [0, 1].map((index) => join(folder, `${index}`));
  for (const [index, site] of sites.entries()) await (await createPhantomSite(site, index)).close();
  const host = join(folder, 'host');
  await succeed('init', host, '--name', 'Host');
  const command = ['coordinator', host, '--plan', join(folder, 'plan.json'), '--sites', '2'];
  const listen = ['--listen', `127.0.0.1:${await freePort()}`];

  const killed = isocenter(...command, ...listen);
  await killed.says(/Listening on/);
  const invitations = [await succeed('invite', host), await succeed('invite', host)];
  const joined = sites.map((site, index) =>
    isocenter('join', join(site, 'site'), invitations[index], '--consent', join(folder, 'policy.json'), '--json'),
  );
  await killed.says(/round 1 is over/);
  killed.child.kill('SIGKILL');
  await killed.finished;

  const again = isocenter(...command, ...listen, '--json');
  const results = await Promise.all(joined.map(({ finished }) => finished));
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect((await again.finished).code).toBe(0);
  for (const { stdout, stderr } of results) {
    const { rounds } = JSON.parse(stdout) as { rounds: { round: number }[] };
    expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
    expect(stderr).toContain('The connection broke');
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
