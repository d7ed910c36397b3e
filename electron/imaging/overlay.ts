/**
 * A slice in colour with the outlines of label maps on it, as a reader of images sees it (see thumbnail.ts), cut to
 * where the labels are. Outlines run where a label's share, interpolated between voxels, is one half, so that they are
 * smooth.
 */

export interface OverlaySlice {
  size: [number, number]; // voxels across and down, both counting as the volume's axes do
  spacing: [number, number]; // mm
  grey: Float32Array; // [down, across]
  outlines: Outline[]; // later ones on top
}

export interface Outline {
  labels: Uint8Array; // [down, across]
  dashed: boolean; // thin and broken, for what is only compared with
}

interface ColourPicture {
  width: number;
  height: number;
  data: Uint8Array; // [height, width, 3]
}

/** A square of the slice, in mm from its first voxel's outer corner. May reach beyond the slice. */
export interface Region {
  left: number;
  top: number;
  side: number;
}

const ROOM = 2.4; // side of the region, in extents of the labels: enough around them to see where they are
const LEAST = 0.35; // of the slice's longer side, so that a small structure keeps its surroundings
const SOLID = 2; // pixels, at 320 a side
const DASHED = 1.6;
const DASH = 6;
const OUTSIDE = 0.45; // of the brightness that is left beyond a marked square
const FRAME = 2; // pixels, at 320 a side
const PALE = 0.55; // of a broken line's colour that is white, so that it is told from a solid one of its label

/**
 * A square picture of `side` pixels of a region of the slice, where the labels are unless it is given; what lies beyond
 * the slice is black. `colourOf` gives red, green and blue of a label.
 */
export function drawOverlay(
  slice: OverlaySlice,
  { low, high }: { low: number; high: number },
  colourOf: (label: number) => [number, number, number],
  side: number,
  region = regionOf(slice),
): ColourPicture {
  const data = new Uint8Array(side * side * 3);
  const scale = high > low ? 255 / (high - low) : 0;
  const grey = resample(slice, region, side, (at) => slice.grey[at], low);
  for (let pixel = 0; pixel < side * side; pixel++) {
    data.fill(Math.min(255, Math.max(0, (grey[pixel] - low) * scale)), 3 * pixel, 3 * pixel + 3);
  }
  for (const outline of slice.outlines) {
    for (const label of new Set(outline.labels)) {
      if (label === 0) continue;
      const share = resample(slice, region, side, (at) => (outline.labels[at] === label ? 1 : 0), 0);
      const colour = colourOf(label);
      const pale = colour.map((value) => value + PALE * (255 - value)) as [number, number, number];
      stroke(data, share, side, outline.dashed ? pale : colour, outline.dashed);
    }
  }
  return { width: side, height: side, data };
}

/** Draws the border of a square and darkens what lies beyond it. `region` is what the picture shows. */
export function markSquare({ data, width: side }: ColourPicture, region: Region, square: Region): void {
  const line = Math.max(1, Math.round((FRAME * side) / 320));
  const scale = side / region.side; // pixels a mm
  const [left, top] = [
    region.left + region.side - square.left - square.side,
    region.top + region.side - square.top - square.side,
  ];
  const first = [Math.round(left * scale), Math.round(top * scale)]; // both axes are turned round
  const length = Math.round(square.side * scale);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const depth = Math.min(x - first[0], y - first[1], first[0] + length - 1 - x, first[1] + length - 1 - y);
      const at = 3 * (y * side + x);
      if (depth < 0) for (let channel = at; channel < at + 3; channel++) data[channel] *= OUTSIDE;
      else if (depth < line) data.fill(255, at, at + 3);
    }
  }
}

/** A square of `side` mm about the middle of the labels, or of the slice, moved so that it shows as much as it can. */
export function squareAround({ size, spacing, outlines }: OverlaySlice, side: number): Region {
  const bounds = boundsOf({ size, outlines });
  const [left, top] = [0, 1].map((axis) => {
    const whole = size[axis] * spacing[axis];
    const middle = bounds === null ? whole / 2 : ((bounds.first[axis] + bounds.last[axis] + 1) / 2) * spacing[axis];
    const free = whole - side; // negative where the slice is narrower
    return free < 0 ? free / 2 : Math.min(free, Math.max(0, middle - side / 2));
  });
  return { left, top, side };
}

/** Cut to where the labels are; the whole slice without any. */
function regionOf(slice: OverlaySlice): Region {
  const { size, spacing } = slice;
  const longest = Math.max(...size.map((count, axis) => count * spacing[axis]));
  const bounds = boundsOf(slice);
  if (bounds === null) return squareAround(slice, longest);
  const extent = Math.max(...[0, 1].map((axis) => (bounds.last[axis] - bounds.first[axis] + 1) * spacing[axis]));
  return squareAround(slice, Math.min(longest, Math.max(ROOM * extent, LEAST * longest)));
}

/** First and last labelled voxel along both axes; null where nothing is labelled. */
function boundsOf({
  size,
  outlines,
}: Pick<OverlaySlice, 'size' | 'outlines'>): { first: number[]; last: number[] } | null {
  const first = [size[0], size[1]];
  const last = [-1, -1];
  for (const { labels } of outlines) {
    for (let at = 0; at < labels.length; at++) {
      if (labels[at] === 0) continue;
      const place = [at % size[0], Math.floor(at / size[0])];
      for (const axis of [0, 1]) {
        first[axis] = Math.min(first[axis], place[axis]);
        last[axis] = Math.max(last[axis], place[axis]);
      }
    }
  }
  return last[0] < 0 ? null : { first, last };
}

/** Values between voxels by bilinear interpolation, [side, side] with both axes turned round; `beyond` outside. */
function resample(
  { size: [columns, rows], spacing }: OverlaySlice,
  { left, top, side: length }: Region,
  side: number,
  valueAt: (at: number) => number,
  beyond: number,
): Float32Array {
  const values = new Float32Array(columns * rows);
  for (let at = 0; at < values.length; at++) values[at] = valueAt(at);
  const picture = new Float32Array(side * side).fill(beyond);
  const step = length / side;
  for (let y = 0; y < side; y++) {
    const row = (top + (side - y - 0.5) * step) / spacing[1] - 0.5;
    if (row < -0.5 || row > rows - 0.5) continue;
    const upper = Math.min(rows - 1, Math.max(0, Math.floor(row)));
    const lower = Math.min(rows - 1, upper + 1);
    const down = Math.min(1, Math.max(0, row - upper));
    for (let x = 0; x < side; x++) {
      const column = (left + (side - x - 0.5) * step) / spacing[0] - 0.5;
      if (column < -0.5 || column > columns - 0.5) continue;
      const near = Math.min(columns - 1, Math.max(0, Math.floor(column)));
      const far = Math.min(columns - 1, near + 1);
      const across = Math.min(1, Math.max(0, column - near));
      const above = values[upper * columns + near] * (1 - across) + values[upper * columns + far] * across;
      const below = values[lower * columns + near] * (1 - across) + values[lower * columns + far] * across;
      picture[y * side + x] = above * (1 - down) + below * down;
    }
  }
  return picture;
}

/** Draws the line where `share` is one half, its edges smoothed by their distance from the line. */
function stroke(
  data: Uint8Array,
  share: Float32Array,
  side: number,
  colour: [number, number, number],
  dashed: boolean,
): void {
  const scale = side / 320;
  const half = ((dashed ? DASHED : SOLID) * scale) / 2;
  const dash = Math.max(2, Math.round(DASH * scale));
  const at = (x: number, y: number) =>
    share[Math.min(side - 1, Math.max(0, y)) * side + Math.min(side - 1, Math.max(0, x))];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (dashed && (Math.floor(x / dash) + Math.floor(y / dash)) % 2 === 1) continue;
      const slope = Math.hypot(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)) / 2;
      if (slope < 1e-4) continue;
      const distance = Math.abs(share[y * side + x] - 0.5) / slope;
      const cover = Math.min(1, Math.max(0, half + 0.5 - distance));
      for (let channel = 0; channel < 3; channel++) {
        const place = 3 * (y * side + x) + channel;
        data[place] += Math.round(cover * (colour[channel] - data[place]));
      }
    }
  }
}
