/** Connected parts of labels. */
import type { Vector3 } from '../../shared/volume.ts';
import { eachRun } from './label-runs.ts';

/**
 * Voxels of the smallest connected part of every label that is there. Voxels are connected through their six faces.
 * Goes slice by slice, so that it holds two slices and the parts that reach into them, however large the volume is
 * (Rosenfeld and Pfaltz, Journal of the ACM 1966, in three dimensions).
 */
export function smallestParts(voxels: Uint8Array, [nx, ny, nz]: Vector3): Map<number, number> {
  const area = nx * ny;
  const smallest = new Map<number, number>();
  const note = (label: number, size: number) => smallest.set(label, Math.min(size, smallest.get(label) ?? size));
  let below = new Int32Array(area); // part of each voxel of the slice before, from 1 on; 0 where nothing is labelled
  let here = new Int32Array(area);
  let parts = new Parts();
  for (let z = 0; z < nz; z++) {
    here.fill(0);
    eachRun(voxels.subarray(z * area, (z + 1) * area), nx, (label, start, end) => {
      const part = parts.begin(label, end - start);
      let last = 0; // what was joined last: a run lies beside few others
      for (let at = start; at < end; at++) {
        here[at] = part;
        if (below[at] !== last && below[at] !== 0) last = parts.join(part, below[at]);
      }
      if (start < nx) return;
      for (let at = start - nx; at < end - nx; at++) {
        if (here[at] !== last && here[at] !== 0) last = parts.join(part, here[at]);
      }
    });
    parts = parts.close(here, note);
    [below, here] = [here, below];
  }
  parts.close(new Int32Array(area), note);
  return smallest;
}

/** Disjoint sets of runs that turned out to be one part (Tarjan, Journal of the ACM 1975). */
class Parts {
  readonly #parent: number[] = [0];
  readonly #labels: number[] = [0];
  readonly #sizes: number[] = [0]; // voxels, of the whole set where the number stands for it

  begin(label: number, size: number): number {
    this.#parent.push(this.#parent.length);
    this.#labels.push(label);
    this.#sizes.push(size);
    return this.#parent.length - 1;
  }

  /** Makes them one where they are of the same label. Gives `other`. */
  join(part: number, other: number): number {
    if (this.#labels[part] !== this.#labels[other]) return other;
    const [first, second] = [this.#root(part), this.#root(other)];
    if (first === second) return other;
    this.#parent[second] = first;
    this.#sizes[first] += this.#sizes[second];
    return other;
  }

  /** Tells of the parts that `slice` does not show, which are whole; gives the others, numbered anew in `slice`. */
  close(slice: Int32Array, whole: (label: number, size: number) => void): Parts {
    const kept = new Parts();
    const numbers = new Int32Array(this.#parent.length); // new ones, by root
    for (let at = 0; at < slice.length; at++) {
      if (slice[at] === 0) continue;
      const root = this.#root(slice[at]);
      if (numbers[root] === 0) numbers[root] = kept.begin(this.#labels[root], this.#sizes[root]);
      slice[at] = numbers[root];
    }
    for (let part = 1; part < numbers.length; part++) {
      if (this.#parent[part] === part && numbers[part] === 0) whole(this.#labels[part], this.#sizes[part]);
    }
    return kept;
  }

  #root(part: number): number {
    let root = part;
    while (this.#parent[root] !== root) {
      this.#parent[root] = this.#parent[this.#parent[root]]; // halves the path for the next time
      root = this.#parent[root];
    }
    return root;
  }
}
