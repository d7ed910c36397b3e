/**
 * The voxels of a volume or label map as they arrive: one array of the file's own type, filled in parts by HTTP Range.
 * The slice that a person looks at comes first, then the parts nearest to it.
 */
import type { VoxelType } from '../../shared/api/viewer.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import { type Grid, voxelCount } from '../../shared/volume.ts';
import { texts } from '../texts/index.ts';
import type { VoxelArray } from './slice-source.ts';

const TYPES = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array } as const;
const PART = 4 << 20; // bytes: small enough that the preferred one comes soon, large enough to lose no time
const CHUNK = 1 << 18; // bytes; one buffer that is read into again and again, or garbage would outgrow the volume

export class VoxelStream<Voxels extends VoxelArray = VoxelArray> {
  readonly voxels: Voxels;
  readonly total: number; // bytes
  loaded = $state(0); // bytes
  version = $state(0); // counts up when voxels changed
  error = $state.raw<ErrorReport | null>(null);
  readonly #address: string;
  readonly #sliceBytes: number;
  readonly #perPart: number; // slices
  readonly #missing = new Set<number>(); // parts
  readonly #slices: number;
  #preferred: number;
  #isFetching = false;
  #abort = new AbortController();

  /** `first`: the axial slice that is fetched before all others. */
  constructor(address: string, grid: Grid, type: VoxelType, first: number) {
    this.voxels = new TYPES[type](voxelCount(grid)) as Voxels;
    this.total = this.voxels.byteLength;
    this.#address = address;
    this.#slices = grid.size[2];
    this.#sliceBytes = this.total / this.#slices;
    this.#perPart = Math.max(1, Math.floor(PART / this.#sliceBytes));
    for (let part = 0; part * this.#perPart < this.#slices; part++) this.#missing.add(part);
    this.#preferred = first;
    void this.#run(true);
  }

  get isWhole(): boolean {
    return this.loaded === this.total;
  }

  /** Fetches this slice next, then what is nearest to it. */
  prefer(slice: number): void {
    this.#preferred = slice;
  }

  /** Fetches what is missing after an error. */
  retry(): void {
    if (this.error) void this.#run(false);
  }

  /** Voxels were changed from outside. */
  touch(): void {
    this.version++;
  }

  /** Ends the loading and gives the memory back at once, without waiting for the garbage collector. */
  close(): void {
    this.#abort.abort();
    (this.voxels.buffer as ArrayBuffer).transfer(0);
  }

  async #run(begin: boolean): Promise<void> {
    if (this.#isFetching || this.#abort.signal.aborted) return;
    this.#isFetching = true;
    this.error = null;
    try {
      if (begin && this.#missing.size > 1) await this.#fetch(this.#preferred, this.#preferred + 1);
      while (this.#missing.size > 0) {
        const part = this.#nearest();
        const first = part * this.#perPart;
        const end = Math.min(this.#slices, first + this.#perPart);
        await this.#fetch(first, end);
        this.#missing.delete(part);
        this.loaded += (end - first) * this.#sliceBytes;
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) this.error = error instanceof StreamError ? error.report : texts.viewer.broken;
    } finally {
      this.#isFetching = false;
    }
  }

  #nearest(): number {
    const preferred = this.#preferred / this.#perPart;
    return [...this.#missing].reduce((best, part) =>
      Math.abs(part + 0.5 - preferred) < Math.abs(best + 0.5 - preferred) ? part : best,
    );
  }

  /** Slices first to end - 1, straight into the array. */
  async #fetch(first: number, end: number): Promise<void> {
    const from = first * this.#sliceBytes;
    const to = end * this.#sliceBytes;
    const headers = { Range: `bytes=${from}-${to - 1}` };
    const response = await fetch(this.#address, { headers, signal: this.#abort.signal, cache: 'no-store' });
    if (response.status === 404) throw new StreamError(texts.viewer.gone);
    if (response.status !== 206 || !response.body) throw new StreamError(texts.viewer.broken);
    const bytes = new Uint8Array(this.voxels.buffer, from, to - from);
    let at = 0;
    const reader = response.body.getReader({ mode: 'byob' });
    let buffer = new Uint8Array(CHUNK);
    for (;;) {
      const { value: chunk, done } = await reader.read(buffer);
      if (done) break;
      if (at + chunk.length > bytes.length) {
        await reader.cancel();
        throw new StreamError(texts.viewer.broken);
      }
      bytes.set(chunk, at);
      at += chunk.length;
      buffer = new Uint8Array(chunk.buffer);
    }
    if (at !== bytes.length) throw new StreamError(texts.viewer.broken);
    this.version++;
  }
}

class StreamError extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}
