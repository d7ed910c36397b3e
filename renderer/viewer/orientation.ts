/** The letters at the edges of a slice, honest about oblique ones. */
import type { Grid, Vector3 } from '../../shared/volume.ts';
import type { Convention } from './frame.ts';
import { axesOf, type Plane, sliceCount, voxelToWorld } from './planes.ts';

export interface Letters {
  main: string; // where the edge points to most
  minor: string; // where else it points, strongest first; empty for a straight one
}

const TOWARDS = ['R', 'A', 'S'];
const AWAY = ['L', 'P', 'I'];
const LEAST = Math.sin((5 * Math.PI) / 180); // what leans less than 5 degrees is not called oblique

/** Letters of a world direction. */
export function lettersOf(direction: Vector3): Letters {
  const length = Math.hypot(...direction);
  const parts = direction
    .map((value, axis) => ({ part: Math.abs(value) / length, letter: (value > 0 ? TOWARDS : AWAY)[axis] }))
    .toSorted((a, b) => b.part - a.part)
    .filter(({ part }, place) => place === 0 || part > LEAST);
  return {
    main: parts[0].letter,
    minor: parts
      .slice(1)
      .map(({ letter }) => letter)
      .join(''),
  };
}

export interface EdgeLetters {
  left: Letters;
  right: Letters;
  top: Letters;
  bottom: Letters;
}

export function edgeLetters(grid: Grid, plane: Plane, convention: Convention): EdgeLetters {
  const { column, row } = axesOf[plane];
  const along = (axis: number, sign: number) =>
    [0, 1, 2].map((line) => sign * grid.direction[3 * line + axis]) as Vector3;
  const right = plane === 'sagittal' || convention === 'radiological' ? -1 : 1;
  return {
    right: lettersOf(along(column, right)),
    left: lettersOf(along(column, -right)),
    top: lettersOf(along(row, 1)),
    bottom: lettersOf(along(row, -1)),
  };
}

/** Where a slice lies: the world coordinate of its middle, along the body axis that its plane's slices follow. */
export function slicePosition(grid: Grid, plane: Plane, slice: number): { letter: string; mm: number } {
  const { slice: axis } = axesOf[plane];
  const middle = grid.size.map((size) => size / 2) as Vector3;
  middle[axis] = Math.min(sliceCount(grid, plane) - 1, Math.max(0, slice)) + 0.5;
  const mm = voxelToWorld(grid, middle)[axis];
  return { letter: (mm < 0 ? AWAY : TOWARDS)[axis], mm: Math.abs(mm) };
}

/** "R 12.3", "P 4.0", "S 30.1" of a place in the body. */
export function placeWords(world: Vector3): string[] {
  return world.map((mm, axis) => `${(mm < 0 ? AWAY : TOWARDS)[axis]} ${Math.abs(mm).toFixed(1)}`);
}
