/** One stroke while it is drawn: writes into the label map at once, and remembers what was there, to take it back. */
import { type Runs, runsOf } from './runs.ts';

export class StrokeRecord {
  readonly label: number;
  readonly #voxels: Uint8Array;
  #indices = new Uint32Array(1024);
  #before = new Uint8Array(1024);
  #count = 0;

  constructor(voxels: Uint8Array, label: number) {
    this.#voxels = voxels;
    this.label = label;
  }

  get count(): number {
    return this.#count;
  }

  /** Does nothing where the voxel has the label already, so no voxel is noted twice. */
  set(index: number): void {
    if (this.#voxels[index] === this.label) return;
    if (this.#count === this.#indices.length) this.#grow();
    this.#indices[this.#count] = index;
    this.#before[this.#count++] = this.#voxels[index];
    this.#voxels[index] = this.label;
  }

  takeBack(): void {
    for (let at = 0; at < this.#count; at++) this.#voxels[this.#indices[at]] = this.#before[at];
    this.#count = 0;
  }

  runs(): Runs {
    return runsOf(this.#indices.slice(0, this.#count));
  }

  #grow(): void {
    const indices = new Uint32Array(2 * this.#count);
    indices.set(this.#indices);
    this.#indices = indices;
    const before = new Uint8Array(2 * this.#count);
    before.set(this.#before);
    this.#before = before;
  }
}
