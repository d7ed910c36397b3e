/**
 * Islands: parts of a label that hang together, voxels that touch by a side, an edge or a corner. A network that has not
 * seen a place before may label a few voxels far from the structure.
 */
import type { Vector3 } from '../../shared/volume.ts';

/** Voxels of a label that follow each other along x. */
interface Stretch {
  start: number; // x of the first
  end: number; // x after the last
  island: number; // index into `parents`
}

/**
 * Leaves the label's largest island and makes the others background, in place; of two equally large ones the first
 * stays. `voxels` has x fastest. Gives how many voxels were removed. Memory grows with the label's surface, not with the
 * volume.
 */
export function keepLargestIsland(voxels: Uint8Array, [nx, ny, nz]: Vector3, label: number): number {
  const parents: number[] = []; // of a union-find forest
  const sizes: number[] = []; // of its roots, voxels
  const rootOf = (island: number): number => {
    let root = island;
    while (parents[root] !== root) root = parents[root];
    while (parents[island] !== root) [parents[island], island] = [root, parents[island]];
    return root;
  };
  const join = (a: number, b: number) => {
    const [first, second] = [rootOf(a), rootOf(b)].sort((one, other) => one - other);
    if (first === second) return;
    parents[second] = first;
    sizes[first] += sizes[second];
  };
  const rows: Stretch[][] = []; // by y + ny * z
  for (let row = 0; row < ny * nz; row++) {
    const stretches = stretchesOf(voxels, row * nx, nx, label).map(([start, end]): Stretch => {
      parents.push(parents.length);
      sizes.push(end - start);
      return { start, end, island: parents.length - 1 };
    });
    rows.push(stretches);
    const y = row % ny;
    const before = [y > 0 ? row - 1 : -1, ...[-1, 0, 1].map((dy) => (y + dy >= 0 && y + dy < ny ? row - ny + dy : -1))];
    for (const other of before) {
      for (const neighbour of other < 0 ? [] : rows[other]) {
        for (const stretch of stretches) {
          if (stretch.start <= neighbour.end && neighbour.start <= stretch.end) join(neighbour.island, stretch.island);
        }
      }
    }
  }
  const roots = parents.flatMap((parent, island) => (parent === island ? [island] : []));
  const largest = roots.reduce((best, root) => (sizes[root] > (sizes[best] ?? 0) ? root : best), roots[0] ?? 0);
  let removed = 0;
  for (const [row, stretches] of rows.entries()) {
    for (const { start, end, island } of stretches) {
      if (rootOf(island) === largest) continue;
      voxels.fill(0, row * nx + start, row * nx + end);
      removed += end - start;
    }
  }
  return removed;
}

function stretchesOf(voxels: Uint8Array, from: number, length: number, label: number): [number, number][] {
  const found: [number, number][] = [];
  for (let x = 0; x < length; x++) {
    if (voxels[from + x] !== label) continue;
    const start = x;
    while (x < length && voxels[from + x] === label) x++;
    found.push([start, x]);
  }
  return found;
}
