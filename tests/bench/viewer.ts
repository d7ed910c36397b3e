/**
 * Measures the viewer with a volume of 512 x 512 x 200 in a real browser: `npm run bench:viewer`. Each line gives the
 * median, the 95th percentile, the most and how it compares with its goal. Nothing is asserted: a slow machine is no
 * fault.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { table } from '../../electron/cli/output.ts';
import { windowFiles } from '../../electron/cli/window-files.ts';
import { Host } from '../../electron/host/host.ts';
import { Site } from '../../electron/site/site.ts';
import { Workstation } from '../../electron/workstation/workstation.ts';
import { planSchema } from '../../shared/plan.ts';
import { findBrowser, launchOptions } from '../browser.ts';
import { writePhantoms } from '../phantom-site.ts';
import { openBarePage } from './bare-page.ts';
import { LARGE, writeLargeVolume } from './large-volume.ts';
import { clickToFirstSlice, drawStroke, heldMemory, residentMemory, scrollThrough } from './viewer-page.ts';

interface Line {
  what: string;
  unit: string;
  median: number;
  high: number; // 95th percentile
  most: number;
  goal: number | null;
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    repeats: { type: 'string', default: '7' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '720' },
  },
});
const repeats = Number(options.repeats);
const STEPS = 200; // slices
const FRAME = 1000 / 60;
const bytes = LARGE.size.reduce((product, size) => product * size, 2);
const lines: Line[] = [];

const folder = mkdtempSync(join(tmpdir(), 'isocenter-bench-'));
const site = Site.create(join(folder, 'site'), 'Bench');
writeLargeVolume(join(folder, 'large.nii'));
await site.import([join(folder, 'large.nii')]);
await site.import(await writePhantoms(join(folder, 'phantoms'), 0, 4));
await site.close();

const workstation = new Workstation({ folder: join(folder, 'site') });
const pages = await windowFiles((line) => process.stderr.write(`${line}\n`));
const host = await Host.open({ workstation, pages, port: 0 });
// Not with the tests' own switches: they draw by an emulated graphics card, which is slower than none.
const { executablePath, env } = launchOptions(await findBrowser());
const browser = await chromium.launch({ executablePath, env });
const version = `Chromium ${browser.version()}`;
try {
  const viewport = { width: Number(options.width), height: Number(options.height) };
  const page = await browser.newPage({ viewport });
  await page.goto(host.newLink());
  await page.getByRole('navigation').waitFor();
  await measureResident(viewport);
  await measure(page);
} finally {
  await browser.close();
  await workstation.api.cancelRun().catch(() => {});
  await host.close();
  await workstation.close();
  rmSync(folder, { recursive: true, force: true });
}
print();

async function measure(page: Page): Promise<void> {
  const firsts: number[] = [];
  const held: number[] = [];
  await showList(page);
  const before = await heldMemory(page);
  for (let repeat = 0; repeat < repeats; repeat++) {
    await showList(page);
    firsts.push(await clickToFirstSlice(page, 'large'));
    await page.getByRole('progressbar', { name: /Opening/ }).waitFor({ state: 'detached' });
    held.push((await heldMemory(page)) - before);
  }
  note('click to first slice', 'ms', firsts, 300);
  note(
    'memory held, of the volume',
    'times',
    held.map((value) => value / bytes),
    2.5,
  );
  await scroll(page, 'idle');
  await draw(page, before);
  await workstation.api.startPretraining(planSchema.parse({ rounds: 1000 }));
  while (!((workstation.snapshot.activity?.step ?? 0) > 1)) await page.waitForTimeout(100);
  await scroll(page, 'while a run trains');
  await showList(page);
  await page.waitForTimeout(500);
  note('memory held after leaving, of the volume', 'times', [((await heldMemory(page)) - before) / bytes], null);
}

/** How much a process grows beyond what it had with the list of volumes and no volume yet; the same page opens all. */
async function measureResident(viewport: { width: number; height: number }): Promise<void> {
  const page = await openBarePage(browser, host.newLink(), viewport);
  const progress = `document.querySelector('.slices progress')`;
  const peaks: number[] = [];
  let before = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const link = `[...document.querySelectorAll('a')].find((link) => link.textContent.includes('large'))`;
    await page.until(`document.querySelector('nav') !== null`);
    await page.run(`window.location.hash = '#/viewer'`);
    await page.until(`${link} !== undefined`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    before ||= await residentMemory(browser);
    await page.run(`${link}.click()`);
    const whole = page.until(`${progress} !== null`).then(() => page.until(`${progress} === null`));
    peaks.push(((await peakUntil(whole)) - before) / bytes);
  }
  await page.close();
  note('resident memory while it loads, beyond an empty page, of the volume', 'times', peaks, 2.5);
}

/** The most resident bytes until then. */
async function peakUntil(done: Promise<unknown>): Promise<number> {
  let isDone = false;
  const end = done.then(() => {
    isDone = true;
  });
  let most = 0;
  while (!isDone) most = Math.max(most, await residentMemory(browser));
  await end;
  return most;
}

async function showList(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.location.hash = '#/viewer';
  });
  await page.getByRole('link', { name: 'large' }).waitFor();
  await page.waitForTimeout(300);
}

async function scroll(page: Page, when: string): Promise<void> {
  for (const plane of ['axial', 'coronal', 'sagittal']) {
    const { frames, drawn, work } = await scrollThrough(page, plane, STEPS);
    note(`frame while scrolling, ${plane}, ${when}`, 'ms', frames, FRAME);
    note(`  drawing a slice`, 'ms', work, null);
    note(`  slices drawn, of ${STEPS} steps`, '', [drawn], null);
  }
}

async function draw(page: Page, before: number): Promise<void> {
  const saving: number[] = [];
  const real = workstation.api.draw;
  workstation.api.draw = async (...args) => {
    const from = performance.now();
    try {
      return await real(...args);
    } finally {
      saving.push(performance.now() - from);
    }
  };
  await page.getByRole('button', { name: 'New drawing' }).click();
  await page.getByRole('button', { name: 'Use for training' }).waitFor();
  await page.waitForTimeout(2000); // the label map arrives
  const latencies: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    latencies.push(...(await drawStroke(page, 'axial', 12 * (repeat - repeats / 2))));
  }
  note('pointer to drawn frame', 'ms', latencies, null);
  note('stroke to disk', 'ms', saving, null);
  note('memory held with a drawing, of the volume', 'times', [((await heldMemory(page)) - before) / bytes], 2.5);
}

function note(what: string, unit: string, values: number[], goal: number | null): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (fraction: number) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
  lines.push({ what, unit, median: at(0.5), high: at(0.95), most: at(1), goal });
}

function print(): void {
  const machine = { cpu: cpus()[0].model, cores: cpus().length, browser: version };
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine, volume: LARGE, repeats, lines }, null, 2)}\n`);
    return;
  }
  const round = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  const rows = lines.map(({ what, unit, median, high, most, goal }) => [
    what,
    `${round(median)} ${unit}`,
    round(high),
    round(most),
    goal === null ? '' : round(goal),
    goal === null ? '' : `${(median / goal).toFixed(2)}`,
  ]);
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, ${machine.browser}, ${options.width} x ${options.height}\n\n${table(['', 'median', '95 %', 'most', 'goal', 'of the goal'], rows)}\n`,
  );
}
