/**
 * PyTorch's time for the steps of `bench`, taken by a Python of this machine: the measure that engines are held
 * against.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fault } from '../../shared/errors.ts';
import type { BenchReport } from '../engine/jobs.ts';

const SCRIPT = fileURLToPath(new URL('../engine/bench/pytorch.py', import.meta.url));

const reportSchema = z.object({
  engine: z.string(), // "pytorch cpu"
  machine: z.object({ threads: z.number(), torch: z.string(), card: z.string().optional() }),
  steps: z.array(
    // Milliseconds
    z.object({ name: z.string(), ms: z.number(), min: z.number(), max: z.number(), layout: z.string() }),
  ),
});
export type PytorchReport = z.infer<typeof reportSchema>;

/**
 * The same steps with the same settings, on as many threads as there are, and on a CUDA card where the engine computed
 * on a card and PyTorch finds one. Throws `engine.no-python`, `engine.no-pytorch` and `engine.pytorch-failed`.
 */
export async function timePytorch(
  python: string,
  { settings, kind }: Pick<BenchReport, 'settings' | 'kind'>,
  signal?: AbortSignal,
): Promise<PytorchReport> {
  const onCard = kind === 'cuda' || kind === 'graphics';
  const options = {
    batch: settings.batch,
    size: settings.size,
    width: settings.baseWidth,
    repeats: settings.repeats,
    threads: availableParallelism(),
    device: onCard ? 'best' : 'cpu',
  };
  const { code, stdout, stderr } = await runPython(
    python,
    [SCRIPT, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])],
    signal,
  );
  if (/No module named '?torch/.test(stderr)) throw fault('engine.no-pytorch', { python });
  const reason = stderr.trim().split('\n').at(-1) || `it ended with ${code}`;
  if (code !== 0) throw fault('engine.pytorch-failed', { reason });
  try {
    return reportSchema.parse(JSON.parse(stdout));
  } catch (error) {
    throw fault('engine.pytorch-failed', { reason: 'what it printed is no report' }, error);
  }
}

async function runPython(python: string, args: string[], signal?: AbortSignal) {
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => {
      reject(signal?.aborted ? signal.reason : fault('engine.no-python', { python, reason: error.message }, error));
    });
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}
