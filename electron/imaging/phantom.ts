/**
 * Made-up brain scans for demonstrations and tests: a crop around one hippocampus, with its labels 1 (anterior) and 2
 * (posterior). Nothing of it comes from a person.
 *
 * The anatomy is a set of soft-edged solids that change from back to front: a brain with a folded cortex, a ventricle
 * that widens backwards, a thalamus, an amygdala in front of the head, a gyrus below, both as bright as the hippocampus
 * itself. So a slice shows where along the axis it lies, and no threshold finds the hippocampus. Size, shape and pose
 * differ from subject to subject; contrast, noise, shading, brightness and voxels from site to site.
 */
import { gaussian, type Random, seededRandom } from '../../shared/random.ts';
import type { Grid, LabelMap, Matrix3, Vector3, Volume } from '../../shared/volume.ts';

export interface PhantomOptions {
  seed: number;
  site: number; // from 0; each has a scanner of its own
  index: number; // of the subject at that site, from 0
}

const FIELD: Vector3 = [40, 48, 36]; // mm, of a scan, before a site's and a subject's differences
const EDGE = 0.6; // mm over which one tissue passes into the next, as voxels that hold both do

/**
 * The same options give the same voxels on every machine. Grids are RAS+ already; about 40 x 48 x 36 voxels of 1 mm.
 */
export function phantomVolume({ seed, site, index }: PhantomOptions): { volume: Volume; labels: LabelMap } {
  const scanner = scannerOf(site, seededRandom(seed, 'phantom site', site));
  const random = seededRandom(seed, 'phantom subject', site, index);
  const subject = subjectOf(random);
  const grid = gridOf(scanner, random);
  const [nx, ny, nz] = grid.size;
  const [ox, oy, oz] = grid.origin;
  const [dx, dy, dz] = grid.spacing;
  const voxels = new Float32Array(nx * ny * nz);
  const labels = new Uint8Array(voxels.length);
  const shading = shadingOf(scanner.shading, random);
  let voxel = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const place: Vector3 = [ox + x * dx, oy + y * dy, oz + z * dz];
        const { tissue, label } = tissueAt(subject, place);
        const signal = brightness(scanner, tissue) * shading(place);
        // A scanner's picture is the magnitude of two noisy channels (Rician noise).
        const magnitude = Math.hypot(signal + scanner.noise * gaussian(random), scanner.noise * gaussian(random));
        voxels[voxel] = magnitude * scanner.scale;
        labels[voxel] = label;
        voxel++;
      }
  return { volume: { grid, sourceGrid: grid, voxels }, labels: { grid, sourceGrid: grid, voxels: labels } };
}

// Tissues, as weights that sum to 1: air first, then these.
const WATER = 1; // cerebrospinal fluid
const WHITE = 2;
const GREY = 3;
const NUCLEUS = 4; // thalamus: between grey and white
type Tissue = [number, number, number, number, number];

/** What tells a site's pictures from another's. */
interface Scanner {
  contrast: Tissue; // brightness of each tissue, 0 to 1
  gamma: number;
  noise: number; // deviation, of a brightness up to 1
  shading: number; // largest change of brightness over the field, as a fraction
  scale: number; // stored number of brightness 1
  spacing: Vector3; // mm
  margin: number; // mm by which the field is larger or smaller
}

// T1-weighted, as four makes of scanner show it: grey and white matter lie nearer together or further apart, fluid is
// darker or brighter. A weighting that turns the order of tissues around would be another task, not another site.
const contrasts: Tissue[] = [
  [0.03, 0.15, 0.88, 0.5, 0.7],
  [0.05, 0.3, 0.78, 0.48, 0.62],
  [0.02, 0.08, 0.7, 0.34, 0.52],
  [0.04, 0.22, 0.95, 0.64, 0.8],
];

function scannerOf(site: number, random: Random): Scanner {
  const contrast = contrasts[site % contrasts.length].map((level) => level * (1 + between(random, -0.08, 0.08)));
  return {
    contrast: contrast as Tissue,
    gamma: between(random, 0.75, 1.35),
    noise: between(random, 0.035, 0.07),
    shading: between(random, 0.15, 0.4),
    scale: 10 ** between(random, 2, 4.5),
    spacing: [between(random, 0.9, 1.1), between(random, 0.95, 1.15), between(random, 0.9, 1.1)],
    margin: between(random, -2, 2),
  };
}

function brightness({ contrast, gamma }: Scanner, tissue: Tissue): number {
  return tissue.reduce((sum, weight, index) => sum + weight * contrast[index], 0) ** gamma;
}

function gridOf({ spacing, margin }: Scanner, random: Random): Grid {
  const size = FIELD.map((length, axis) =>
    Math.round((length + margin + between(random, -2, 2)) / spacing[axis]),
  ) as Vector3;
  const origin = size.map((voxels, axis) => (-(voxels - 1) / 2) * spacing[axis] + between(random, -1, 1)) as Vector3;
  return { size, spacing, origin, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
}

/** A smooth factor about 1, as an antenna's uneven sensitivity makes it. */
function shadingOf(strength: number, random: Random): (place: Vector3) => number {
  const slope = [0, 1, 2].map(() => between(random, -1, 1));
  const bend = [0, 1, 2].map(() => between(random, -1, 1));
  return (place) => {
    let sum = 0;
    for (let axis = 0; axis < 3; axis++) {
      const at = (2 * place[axis]) / FIELD[axis];
      sum += slope[axis] * at + bend[axis] * at * at;
    }
    return Math.max(0.2, 1 + (strength * sum) / 3);
  };
}

/**
 * One person's anatomy. Lengths in mm, angles in radians, places in the person's own frame: right, forwards, upwards.
 */
interface Subject {
  turn: Matrix3; // rotation from the world
  shift: Vector3;
  size: number; // factor
  folds: { count: number; phase: number; twist: number; depth: number }[]; // waves about the brain's long axis
  brain: Vector3; // half axes
  ventricle: { width: number; height: number };
  hippocampus: {
    length: number;
    head: number; // half width
    body: number; // half width
    flatness: number; // height by width
    border: number; // between head and body, as a fraction of the length from the front
    bow: number; // mm sideways in the middle
    rise: number; // mm from front to back
    curl: number; // mm by which the front bends inwards
    bumps: number; // phase of the head's digitations
  };
  amygdala: { place: Vector3; radius: number };
  gyrus: { gap: number; width: number; height: number };
  thalamus: { place: Vector3; radius: number };
  islands: { place: Vector3; half: Vector3 }[]; // grey matter of other gyri, as bright as the hippocampus
  grain: { wave: Vector3; phase: number; strength: number }[]; // unevenness within tissues
}

const islandPlaces: Vector3[] = [
  [13, 8, 0],
  [-12, 12, -4],
  [-10, -12, -6],
];

function subjectOf(random: Random): Subject {
  const about = (middle: number, spread: number) => middle + between(random, -spread, spread);
  return {
    turn: rotation(about(0, 0.14), about(0, 0.14), about(0, 0.14)),
    shift: [about(0, 2), about(0, 2.5), about(0, 2)],
    size: about(1, 0.1),
    folds: [3, 5, 8].map((count) => ({
      count,
      phase: about(0, Math.PI),
      twist: about(0, 0.3), // radians a mm
      depth: about(0.07, 0.03),
    })),
    brain: [about(26, 1.5), about(31, 2), about(24, 1.5)],
    ventricle: { width: about(3.2, 1), height: about(2.4, 0.7) },
    hippocampus: {
      length: about(35, 3),
      head: about(6.2, 0.9),
      body: about(3.9, 0.6),
      flatness: about(0.78, 0.1),
      border: about(0.42, 0.06),
      bow: about(2.5, 1.2),
      rise: about(6, 2),
      curl: about(3, 1.2),
      bumps: about(0, Math.PI),
    },
    amygdala: { place: [about(-1, 1), about(15, 1.5), about(4.5, 1)], radius: about(5, 0.7) },
    gyrus: { gap: about(1.8, 0.4), width: about(6, 1), height: about(2.4, 0.5) },
    thalamus: { place: [about(-11, 1.5), about(-6, 2), about(8, 1.5)], radius: about(7.5, 1) },
    islands: islandPlaces.map((place) => ({
      place: place.map((value) => about(value, 4)) as Vector3,
      half: [about(3.5, 1.5), about(7, 3), about(3, 1.2)],
    })),
    grain: Array.from({ length: 6 }, () => ({
      wave: [about(0, 0.5), about(0, 0.5), about(0, 0.5)],
      phase: about(0, Math.PI),
      strength: 0.05,
    })),
  };
}

function tissueAt(subject: Subject, world: Vector3): { tissue: Tissue; label: number } {
  const place = inPerson(subject, world);
  const [x, y, z] = place;
  const tissue: Tissue = [1, 0, 0, 0, 0];

  // The brain, from outside inwards: fluid, cortex with folds, white matter.
  const depth = brainDepth(subject, place);
  cover(tissue, WATER, inside(depth + 2.5));
  cover(tissue, GREY, inside(depth));
  cover(tissue, WHITE, inside(depth - 4));

  const { hippocampus: shape, ventricle, amygdala, gyrus, thalamus, islands } = subject;
  for (const { place: middle, half } of islands) cover(tissue, GREY, inside(ellipsoid(place, middle, half)));
  cover(tissue, NUCLEUS, inside(thalamus.radius - distanceTo(place, thalamus.place)));

  // Along the hippocampus: 0 at its front, 1 at its back. Its middle line, and its half width and height there.
  const along = 0.5 - y / shape.length;
  const clamped = Math.min(1, Math.max(0, along));
  const middleX = 1 + shape.bow * Math.sin(Math.PI * clamped) - shape.curl * Math.exp(-clamped / 0.12);
  const middleZ = -5 + shape.rise * clamped ** 1.6;
  const headness = 1 / (1 + Math.exp((clamped - shape.border) / 0.035));
  const taper = Math.sqrt(Math.max(0, 1 - (2 * along - 1) ** 6)); // closes both ends
  const across = x - middleX;
  const up = z - middleZ;
  const bump = 1 + 0.12 * headness * Math.sin(3 * Math.atan2(up, across) + shape.bumps);
  const width = (shape.body + (shape.head - shape.body) * headness) * (1 - 0.25 * clamped) * taper * bump;

  // The ventricle lies over it and widens backwards; the gyrus lies below, parted from it by a thin white layer.
  const horn = ventricle.height * (0.35 + 0.9 * clamped);
  const hornWidth = ventricle.width * (0.5 + clamped);
  cover(tissue, WATER, inside(ellipse(across - 1.5, up - width * shape.flatness - 0.6 * horn, hornWidth, horn)));
  const below = middleZ - shape.body * shape.flatness - gyrus.gap - gyrus.height - 2.5 * headness;
  cover(tissue, GREY, inside(ellipse(x - middleX + 1, z - below, gyrus.width, gyrus.height)) * inside(depth - 1));
  cover(tissue, GREY, inside(amygdala.radius - distanceTo(place, amygdala.place)));

  const belongs = width > 0 ? inside(ellipse(across, up, width, width * shape.flatness)) : 0;
  cover(tissue, WHITE, width > 0 ? inside(ellipse(across, up, width + 0.9, width * shape.flatness + 0.9)) * 0.7 : 0);
  cover(tissue, GREY, belongs);
  roughen(subject, place, tissue);
  return { tissue, label: belongs <= 0.5 ? 0 : along < shape.border ? 1 : 2 };
}

/** World to the person's own frame. */
function inPerson({ shift, turn, size }: Subject, world: Vector3): Vector3 {
  const x = (world[0] - shift[0]) / size;
  const y = (world[1] - shift[1]) / size;
  const z = (world[2] - shift[2]) / size;
  return [
    turn[0] * x + turn[1] * y + turn[2] * z,
    turn[3] * x + turn[4] * y + turn[5] * z,
    turn[6] * x + turn[7] * y + turn[8] * z,
  ];
}

/** Turns about x, then y, then z. */
function rotation(aboutX: number, aboutY: number, aboutZ: number): Matrix3 {
  const [cx, cy, cz] = [Math.cos(aboutX), Math.cos(aboutY), Math.cos(aboutZ)];
  const [sx, sy, sz] = [Math.sin(aboutX), Math.sin(aboutY), Math.sin(aboutZ)];
  return [
    cy * cz,
    sx * sy * cz - cx * sz,
    cx * sy * cz + sx * sz,
    cy * sz,
    sx * sy * sz + cx * cz,
    cx * sy * sz - sx * cz,
    -sy,
    sx * cy,
    cx * cy,
  ];
}

/** mm below the folded surface of the brain, about; negative outside. */
function brainDepth({ brain, folds }: Subject, [x, y, z]: Vector3): number {
  const [a, b, c] = brain;
  const radius = Math.hypot(x / a, y / b, z / c);
  const angle = Math.atan2(z, x);
  let fold = 0;
  for (const { count, phase, twist, depth } of folds) fold += depth * Math.sin(count * angle + phase + twist * y);
  return (1 + fold - radius) * c;
}

/** About mm inside an ellipsoid about `middle`; negative outside. */
function ellipsoid(place: Vector3, middle: Vector3, half: Vector3): number {
  const [x, y, z] = place.map((value, axis) => (value - middle[axis]) / half[axis]);
  return (1 - Math.sqrt(x * x + y * y + z * z)) * Math.min(half[0], half[1], half[2]);
}

/** About mm inside an ellipse of these half axes; negative outside. */
function ellipse(x: number, y: number, width: number, height: number): number {
  return (1 - Math.hypot(x / width, y / height)) * Math.min(width, height);
}

/** From mm inside a surface to the share of a voxel that lies inside. */
function inside(depth: number): number {
  return 1 / (1 + Math.exp((-2 * depth) / EDGE));
}

/** Lays a tissue over what is there already. */
function cover(tissue: Tissue, kind: number, share: number): void {
  if (share < 1e-6) return;
  for (let index = 0; index < tissue.length; index++) tissue[index] *= 1 - share;
  tissue[kind] += share;
}

/** Makes tissues uneven by mixing a little of each into the others, as iron, vessels and age do. */
function roughen({ grain }: Subject, place: Vector3, tissue: Tissue): void {
  let sum = 0;
  for (const { wave, phase, strength } of grain) {
    sum += strength * Math.sin(wave[0] * place[0] + wave[1] * place[1] + wave[2] * place[2] + phase);
  }
  const [from, to] = sum > 0 ? [WHITE, GREY] : [GREY, WHITE];
  const moved = Math.min(tissue[from], 2 * Math.abs(sum) * tissue[from]);
  tissue[from] -= moved;
  tissue[to] += moved;
}

function distanceTo(place: Vector3, other: Vector3): number {
  return Math.hypot(place[0] - other[0], place[1] - other[1], place[2] - other[2]);
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}
