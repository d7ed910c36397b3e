/** What a window has shown of a run is still there when its process is killed, and the run goes on to the same end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { CurvePoint } from '../shared/api/training.ts';
import { planSchema } from '../shared/plan.ts';
import { openWindow } from './open-window.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const base = testFolder().path;

const plan = planSchema.parse({ inputSize: 32, levels: 3, baseWidth: 4, finetuneSteps: 60 });
const program = `
  import { Workstation } from ${JSON.stringify(new URL('../electron/workstation/workstation.ts', import.meta.url).href)};
  const workstation = new Workstation({ folder: ${JSON.stringify(join(base, 'site'))} });
  workstation.onEvent((event) => event.type === 'points' && console.log(JSON.stringify(event.loss)));
  const request = { plan: ${JSON.stringify(plan)}, from: 'random', labels: 2, holdOut: 1 };
  console.log(JSON.stringify(await workstation.answer('startFinetuning', [request])));
`;

it('keeps every point that was shown', async () => {
  await (await createPhantomSite(base, 0, 3)).close();
  writeFileSync(join(base, 'program.mjs'), program);
  const child = spawn(process.execPath, [join(base, 'program.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const shown: CurvePoint[] = [];
  let run = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line);
    if (Array.isArray(told)) shown.push(...told);
    else run = told.value;
    if (shown.length >= 15) child.kill('SIGKILL');
  }
  await ended;
  expect(shown.length).toBeLessThan(60);

  const window = openWindow({ folder: join(base, 'site') });
  expect((await window.ask('listRuns'))[0]).toMatchObject({ id: run, state: 'paused' });
  const kept = (await window.ask('runCurves', run)).loss;
  expect(kept.slice(0, shown.length)).toEqual(shown);
  await window.ask('resumeRun', run);
  await window.idle();
  const whole = (await window.ask('runCurves', run)).loss;
  expect(whole.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(whole.slice(0, shown.length)).toEqual(shown);
  await window.workstation.close();
});
