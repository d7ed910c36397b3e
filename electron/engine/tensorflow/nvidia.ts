/** The NVIDIA card that TensorFlow computes on, as the driver's own command tells. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Its name and the bytes that are free on it now. Without the command, the name says less and no byte is known of. */
export async function firstCard(): Promise<{ device: string; memory: number }> {
  try {
    const query = ['--query-gpu=name,memory.free', '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 });
    return cardOf(stdout);
  } catch {
    return { device: 'NVIDIA card', memory: 0 };
  }
}

/** Reads "NVIDIA H100 80GB HBM3, 81089", a line a card, in MiB. */
export function cardOf(lines: string): { device: string; memory: number } {
  const [line = ''] = lines.trim().split('\n');
  const [device, mebibytes] = line.split(', ');
  if (!device || !Number.isFinite(Number(mebibytes))) throw new Error(`nvidia-smi says ${JSON.stringify(lines)}`);
  return { device, memory: Number(mebibytes) * 2 ** 20 };
}
