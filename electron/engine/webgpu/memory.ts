/**
 * How much of a graphics card's memory training may take. WebGPU does not tell a card's memory, so it is what the
 * driver or the system says of it: all of a card's own, and half of the system's where the two share one memory, so
 * that programs keep the other half.
 */
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { promisify } from 'node:util';

const SMALL = 2 * 2 ** 30; // bytes; what has less of its own is part of the processor and uses the system's
/**
 * Each map of the network must fit into one buffer. The largest is about so much of a step's memory: a join, in
 * segmenting.
 */
const LARGEST_MAP = 1 / 4;

/** Bytes for training. `vendor` is WebGPU's name of it, or 'software' for a card that the processor plays. */
export async function memoryOf(vendor: string, limits: GPUSupportedLimits): Promise<number> {
  // A card that gives so much at once has at least that.
  const known = (await reportedMemory(vendor)) ?? limits.maxBufferSize;
  return Math.min(known, Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / LARGEST_MAP);
}

async function reportedMemory(vendor: string): Promise<number | undefined> {
  if (vendor === 'apple' || vendor === 'software') return totalmem() / 2;
  if (vendor === 'nvidia') return nvidiaMemory();
  const own = readLargest('mem_info_vram_total', 'lmem_total_bytes'); // of AMD's and Intel's drivers
  if (own !== undefined && own >= SMALL) return own;
  return own !== undefined || vendor === 'intel' ? totalmem() / 2 : undefined;
}

/** By the driver's own command, on Linux and Windows. */
async function nvidiaMemory(): Promise<number | undefined> {
  try {
    const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 });
    return Math.max(...stdout.trim().split('\n').map(Number)) * 2 ** 20 || undefined;
  } catch {
    return undefined;
  }
}

/** The largest number in files of these names that Linux has of its cards. */
function readLargest(...names: string[]): number | undefined {
  const files = names.flatMap((name) => globSync(`/sys/class/drm/card*/{device/,}${name}`));
  return files.length > 0 ? Math.max(...files.map((file) => Number(readFileSync(file, 'utf8')))) : undefined;
}
