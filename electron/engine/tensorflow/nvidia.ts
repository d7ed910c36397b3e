/** The NVIDIA card that TensorFlow computes on, as the driver's own command tells. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** Of the driver, on Linux and on Windows' Linux. */
const DEVICES = ['/dev/nvidiactl', '/dev/dxg'];
const UNKNOWN = 4 * 2 ** 30; // bytes taken to be there where the command is missing; small cards of today have them

/** Whether there may be a card. Costs nothing. */
export function hasDriver(): boolean {
  return DEVICES.some((device) => existsSync(device));
}

/**
 * Keeps to one card, the first or what CUDA_VISIBLE_DEVICES names first, in the order of the driver's command: with
 * several the package would make tensors on the last and compute on the first. Before TensorFlow is loaded.
 */
export function keepToOneCard(env = process.env): void {
  env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  env.CUDA_VISIBLE_DEVICES = (env.CUDA_VISIBLE_DEVICES ?? '0').split(',')[0];
}

/** Its name, and the bytes that are free on it now. */
export async function cardInUse(): Promise<{ device: string; memory: number }> {
  const query = ['--query-gpu=name,memory.free', '--format=csv,noheader,nounits'];
  const card = `--id=${process.env.CUDA_VISIBLE_DEVICES}`;
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', [card, ...query], { timeout: 10_000 });
    return cardOf(stdout);
  } catch {
    return { device: 'NVIDIA card', memory: UNKNOWN };
  }
}

/** Reads "NVIDIA H100 80GB HBM3, 81089", a line a card, in MiB. */
export function cardOf(lines: string): { device: string; memory: number } {
  const [line = ''] = lines.trim().split('\n');
  const [device, mebibytes] = line.split(', ');
  if (!device || !Number.isFinite(Number(mebibytes))) throw new Error(`nvidia-smi says ${JSON.stringify(lines)}`);
  return { device, memory: Number(mebibytes) * 2 ** 20 };
}
