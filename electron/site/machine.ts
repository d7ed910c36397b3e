/** What this machine can do: engine timings and the checks of `doctor`. Needs no site. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { EngineChoice, EngineFound } from '../../shared/engine.ts';
import { type JobOptions, Trainer } from '../engine/client.ts';
import type { BenchJob, BenchReport } from '../engine/jobs.ts';
import { choose } from '../engine/preference.ts';
import { createSite } from '../storage/site-folder.ts';
import { type InspectOptions, inspectEngines } from './engines.ts';

export type { BenchReport };

const LEAST_MEMORY = 1.5e9; // bytes; a site with its trainer stays under 1 GB at the default plan
const LEAST_DISK = 2e9; // bytes, where temporary files and most sites live

export async function benchEngine(engine: EngineChoice, job: BenchJob, options: JobOptions): Promise<BenchReport> {
  const trainer = new Trainer(undefined, () => engine);
  try {
    return await trainer.run('bench', job, options);
  } finally {
    await trainer.close();
  }
}

interface Finding {
  name: string;
  good: boolean;
  found: string;
  next: string; // what to do where it is not good
}

export interface Examination {
  findings: Finding[];
  engines: EngineFound[];
}

/** Measures each engine for some seconds. */
export async function examine(options: Pick<InspectOptions, 'signal' | 'onProgress'>): Promise<Examination> {
  const machine = [node(), processor(), memory(), disk(), storage()];
  const engines = await inspectEngines({ measure: true, ...options });
  return { findings: [...machine, engine(engines)], engines };
}

function node(): Finding {
  return {
    name: 'Node',
    good: Number.parseInt(process.versions.node, 10) >= 24,
    found: process.versions.node,
    next: 'Run npm ci in the checkout: it brings Node 24 along.',
  };
}

function processor(): Finding {
  const cores = cpus();
  return { name: 'Processor', good: cores.length > 0, found: `${cores.length} × ${cores[0]?.model.trim()}`, next: '' };
}

function memory(): Finding {
  return {
    name: 'Memory',
    good: process.availableMemory() >= LEAST_MEMORY,
    found: `${gigabytes(process.availableMemory())} free of ${gigabytes(totalmem())}`,
    next: `Close other programs: training wants ${gigabytes(LEAST_MEMORY)}.`,
  };
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync(tmpdir());
  return {
    name: 'Disk',
    good: bavail * bsize >= LEAST_DISK,
    found: `${gigabytes(bavail * bsize)} free in ${tmpdir()}`,
    next: `Free some space: ${gigabytes(LEAST_DISK)} are wanted.`,
  };
}

/** Makes a site, writes to its ledger's database, and removes it. */
function storage(): Finding {
  const folder = mkdtempSync(join(tmpdir(), 'isocenter-doctor-'));
  try {
    createSite(join(folder, 'site'), 'doctor').close();
    return { name: 'Storage', good: true, found: 'a site could be made, SQLite works', next: '' };
  } catch (error) {
    return {
      name: 'Storage',
      good: false,
      found: (error as Error).message,
      next: 'Run npm ci again; if it stays, this machine’s system is older than the prebuilt SQLite addon.',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Good where one can compute, be it one that is not taken by itself: what the others lack is no failure of the machine.
 */
function engine(engines: EngineFound[]): Finding {
  const { engine, why } = choose('auto', engines);
  return {
    name: 'Engine',
    good: engines.some(({ look }) => look.usable),
    found: engine === undefined ? why : `${engine} computes here. ${why}`,
    next: 'See below what each engine lacks, or ask for one that works by --engine.',
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
