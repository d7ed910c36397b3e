/**
 * How well, and after how long, a fine-tuning segments volumes that it has not seen, beside a PyTorch script of the field's
 * usual recipe that gets the same labels and the same time:
 *
 *     npm run bench:finetuning -- DATA --train 1,4,all --seeds 1,2,3 [--plan FILE] [--pytorch PYTHON] [--json]
 *
 * DATA holds images/ and labels/ with the same file names. What stands before `_frame` in a name is the patient; no patient
 * is both learnt from and tested on. A line a count and seed: mean Dice of each label on the full grid, over the volumes
 * that have it, and minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { segmentAndScore } from '../../electron/site/runs/segmentation.ts';
import { Site } from '../../electron/site/site.ts';
import { storedVolumes } from '../../electron/site/volumes.ts';
import { mean, meanOfKnown } from '../../shared/mean.ts';
import { type Plan, planSchema } from '../../shared/plan.ts';
import { seededRandom, shuffled } from '../../shared/random.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    train: { type: 'string', default: '1,4,all' }, // patients
    test: { type: 'string', default: '40' }, // patients
    seeds: { type: 'string', default: '1,2,3' },
    plan: { type: 'string' },
    steps: { type: 'string' },
    pytorch: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [data] = positionals;
if (data === undefined) throw new Error('name a folder with images/ and labels/');

const names = readdirSync(join(data, 'images')).sort();
const patients = [...Map.groupBy(names, (name) => name.replace(/_frame.*|\.nii.*$/, '')).values()];

interface Result {
  train: string;
  seed: number;
  by: 'isocenter' | 'pytorch';
  dice: (number | null)[]; // of each label
  seconds: number; // of training
  steps?: number;
}

/** Patients of the test do not depend on the count, so that counts are compared on the same ones. */
function deal(seed: number, count: number | 'all') {
  const mixed = shuffled(seededRandom('bench', seed), patients);
  const test = mixed.slice(0, Number(options.test));
  const rest = mixed.slice(Number(options.test));
  return { train: (count === 'all' ? rest : rest.slice(0, count)).flat(), test: test.flat() };
}

async function siteWith(folder: string, name: string, files: string[]): Promise<Site> {
  const site = Site.create(join(folder, name), name);
  const paths = (kind: string) => files.map((file) => join(data, kind, file));
  await site.import(paths('images'), { labels: paths('labels') });
  return site;
}

async function isocenter(seed: number, count: number | 'all', plan: Plan): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'isocenter-bench-'));
  const { train, test } = deal(seed, count);
  const site = await siteWith(folder, 'train', train);
  const tested = await siteWith(folder, 'test', test);
  try {
    const { model, seconds } = await site.finetune({ labels: 'all', from: 'random', plan: { ...plan, seed } });
    const scores = await segmentAndScore(site, model, storedVolumes(tested.folder), join(folder, 'out'));
    const dice = plan.labels.map((_, index) => meanOfKnown(scores.map((volume) => volume[index].dice)));
    return { train: String(count), seed, by: 'isocenter', dice, seconds };
  } finally {
    await site.close();
    await tested.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function pytorch(python: string, seed: number, count: number | 'all', plan: Plan, seconds: number): Result {
  const { train, test } = deal(seed, count);
  const { axis, spacing, inputSize, finetuneBatch, baseWidth, labels } = plan;
  const settings = {
    axis,
    spacing,
    window: inputSize,
    batch: finetuneBatch,
    width: baseWidth,
    labels: labels.join(','),
  };
  const named = Object.entries({ ...settings, seconds, seed }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = join(import.meta.dirname, 'recipe.py');
  const files = ['--train', train.join(','), '--test', test.join(',')];
  const text = execFileSync(python, [script, data, ...files, ...named], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const report = JSON.parse(text) as { perLabel: number[]; seconds: number; steps: number };
  return {
    train: String(count),
    seed,
    by: 'pytorch',
    dice: report.perLabel,
    seconds: report.seconds,
    steps: report.steps,
  };
}

const given = options.plan === undefined ? {} : JSON.parse(readFileSync(options.plan, 'utf8'));
const plan = planSchema.parse(options.steps === undefined ? given : { ...given, finetuneSteps: Number(options.steps) });
for (const train of options.train.split(',')) {
  const count = train === 'all' ? 'all' : Number(train);
  for (const seed of options.seeds.split(',').map(Number)) {
    const own = await isocenter(seed, count, plan);
    tell(own);
    if (options.pytorch !== undefined) tell(pytorch(options.pytorch, seed, count, plan, own.seconds));
  }
}

function tell(result: Result): void {
  if (options.json) console.log(JSON.stringify(result));
  else {
    const dice = result.dice.map((value) => (value === null ? '  -  ' : value.toFixed(3))).join(' ');
    const overall = mean(result.dice.filter((value) => value !== null)).toFixed(3);
    const how = `${result.by.padEnd(9)} ${result.train.padStart(3)} labelled, seed ${result.seed}`;
    console.log(`${how}: ${overall}  (${dice})  ${(result.seconds / 60).toFixed(1)} min`);
  }
}
