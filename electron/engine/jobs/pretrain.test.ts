import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../../../tests/test-folder.ts';
import { readWeights } from '../../storage/weight-file.ts';
import { testEngine } from '../testing.ts';
import { initialise } from './initialise.ts';
import { listeningJobs, makeSite, plan, pretrainJob, remoteBatch, type TestSite } from './testing.ts';

let site: TestSite;
beforeAll(() => {
  site = makeSite(testFolder().path, 4);
});

/** Runs the job in a process of its own, which is killed, as by the system, right after it reported so many steps. */
async function runAndKill(job: ReturnType<typeof pretrainJob>, afterSteps: number, saveEvery = 0): Promise<void> {
  const { remote, ...rest } = job;
  const script = `
    const { createJobs } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
    const { remoteBatch } = await import(${JSON.stringify(new URL('testing.ts', import.meta.url).href)});
    const report = ({ step }) => step === ${afterSteps} && process.kill(process.pid, 'SIGKILL');
    const jobs = createJobs({ report, signal: () => new AbortController().signal, engine: () => ${JSON.stringify(testEngine)}, computing() {}, saveEvery: ${saveEvery} });
    await jobs.pretrain({ ...${JSON.stringify(rest)}, remote: [remoteBatch(1)] });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

describe('pretrain', () => {
  it('does the steps of a round, reports each and says what it used', async () => {
    const { jobs, progress } = listeningJobs();
    const result = await jobs.pretrain(pretrainJob(site, 'plain'));
    expect(progress.map(({ step, steps }) => [step, steps])).toEqual([1, 2, 3, 4, 5].map((step) => [step, 5]));
    expect(result).toMatchObject({ steps: 5, volumes: 4, slices: 5 * 2 * 4, dice: [] });
    expect(result.losses).toEqual(progress.map(({ loss }) => loss));
    const { weights, kind, notes } = readWeights(site.path('plain.out'));
    expect({ kind, notes }).toEqual({ kind: 'encoder', notes: { round: '1' } });
    expect(weights).not.toEqual(readWeights(site.path('encoder-start')).weights);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const { jobs } = listeningJobs();
    await jobs.pretrain(pretrainJob(site, 'again'));
    await jobs.pretrain(pretrainJob(site, 'other-seed', { seed: 6 }));
    const plain = readFileSync(site.path('plain.out'));
    expect(readFileSync(site.path('again.out')).equals(plain)).toBe(true);
    expect(readFileSync(site.path('other-seed.out')).equals(plain)).toBe(false);
  });

  it('ends with the same bytes after it was killed between steps and started again', async () => {
    const job = pretrainJob(site, 'killed');
    await runAndKill(job, 2);
    const { jobs, progress } = listeningJobs();
    const result = await jobs.pretrain(job);
    expect(progress.map(({ step }) => step)).toEqual([3, 4, 5]);
    expect(result.steps).toBe(5);
    expect(result.losses).toHaveLength(5);
    expect(readFileSync(site.path('killed.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
    expect(readFileSync(site.path('killed.state')).equals(readFileSync(site.path('plain.state')))).toBe(true);
  });

  it('does again what was not saved when it was killed, with the same bytes', async () => {
    const job = pretrainJob(site, 'unsaved');
    await runAndKill(job, 3, 3_600_000);
    const { jobs, progress } = listeningJobs();
    const result = await jobs.pretrain(job);
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(result.losses).toHaveLength(5);
    expect(readFileSync(site.path('unsaved.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });

  it('saves before it stops when cancelled, however seldom it saves', async () => {
    const stopped = listeningJobs({ stopAfter: 3, saveEvery: 3_600_000 });
    await expect(stopped.jobs.pretrain(pretrainJob(site, 'seldom'))).rejects.toThrow();
    const { jobs, progress } = listeningJobs();
    await jobs.pretrain(pretrainJob(site, 'seldom'));
    expect(progress.map(({ step }) => step)).toEqual([4, 5]);
    expect(readFileSync(site.path('seldom.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });

  it('stops after the running step when cancelled, and goes on from there', async () => {
    const stopped = listeningJobs({ stopAfter: 3 });
    await expect(stopped.jobs.pretrain(pretrainJob(site, 'cancelled'))).rejects.toThrow();
    expect(stopped.progress.map(({ step }) => step)).toEqual([1, 2, 3]);
    const { jobs, progress } = listeningJobs();
    await jobs.pretrain(pretrainJob(site, 'cancelled'));
    expect(progress.map(({ step }) => step)).toEqual([4, 5]);
    expect(readFileSync(site.path('cancelled.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });

  it('gives features before the first step, which change with every round and never by being asked for', async () => {
    const { jobs } = listeningJobs();
    const job = pretrainJob(site, 'rounds');
    const first = await jobs.features(job);
    expect(first).toMatchObject({ count: 32, length: 16 });
    for (const partition of [0, 1, 2, 3]) expect(first.partitions.filter((each) => each === partition)).toHaveLength(8);
    expect(await jobs.features(job)).toEqual(first);
    await jobs.pretrain(job);
    expect(readFileSync(site.path('rounds.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);

    const second = { ...job, round: 2, weights: job.out, remote: [remoteBatch(2)], out: site.path('rounds.out2') };
    const batch = await jobs.features(second);
    expect(batch.count).toBe(32);
    expect(batch.vectors).not.toEqual(first.vectors);
    const { losses } = await jobs.pretrain(second);
    expect(losses).toHaveLength(5);
    expect((await jobs.pretrain(second)).losses).toEqual(losses); // done already: nothing is counted twice
  });

  it('refuses the state of another run and weights of another network, and leaves no tensor', async () => {
    const { jobs } = listeningJobs();
    const job = pretrainJob(site, 'plain');
    const before = tf.memory().numTensors;
    await expect(jobs.pretrain({ ...job, seed: 77 })).rejects.toMatchObject({ code: 'engine.state-of-another-run' });
    const wider = { ...plan, baseWidth: 8 };
    initialise({ plan: wider, parts: ['encoder', 'projection'], out: site.path('wider') });
    await expect(jobs.pretrain(pretrainJob(site, 'fresh', { weights: site.path('wider') }))).rejects.toMatchObject({
      code: 'engine.weights-do-not-fit',
    });
    await expect(jobs.pretrain(pretrainJob(site, 'fresh', { volumes: [] }))).rejects.toMatchObject({
      code: 'engine.no-slices',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('begins the round anew where a power cut left a broken state file', async () => {
    writeFileSync(site.path('broken.state'), readFileSync(site.path('plain.state')).subarray(0, 500));
    await listeningJobs().jobs.pretrain(pretrainJob(site, 'broken'));
    expect(readFileSync(site.path('broken.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });
});
