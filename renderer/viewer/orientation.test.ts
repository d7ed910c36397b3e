import { describe, expect, it } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { edgeLetters, lettersOf, placeWords, slicePosition } from './orientation.ts';

const straight: Grid = {
  size: [4, 4, 4],
  spacing: [1, 1, 2],
  origin: [-2, -50, 10],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

describe('orientation', () => {
  it('names straight directions with one letter', () => {
    expect(lettersOf([1, 0, 0])).toEqual({ main: 'R', minor: '' });
    expect(lettersOf([0, 0, -2])).toEqual({ main: 'I', minor: '' });
  });

  it('says where an oblique direction also points, strongest first', () => {
    expect(lettersOf([-0.2, 0.9, -0.35])).toEqual({ main: 'A', minor: 'IL' });
    expect(lettersOf([0.05, 1, 0])).toEqual({ main: 'A', minor: '' }); // 3 degrees
  });

  it('has R left, A up, S up in the radiological convention', () => {
    expect(edgeLetters(straight, 'axial', 'radiological')).toMatchObject({ left: { main: 'R' }, top: { main: 'A' } });
    expect(edgeLetters(straight, 'coronal', 'radiological')).toMatchObject({ left: { main: 'R' }, top: { main: 'S' } });
    expect(edgeLetters(straight, 'sagittal', 'radiological')).toMatchObject({
      left: { main: 'A' },
      top: { main: 'S' },
    });
    expect(edgeLetters(straight, 'axial', 'neurological')).toMatchObject({
      left: { main: 'L' },
      bottom: { main: 'P' },
    });
    expect(edgeLetters(straight, 'sagittal', 'neurological')).toMatchObject({ left: { main: 'A' } });
  });

  it('gives the place of a slice along the body', () => {
    expect(slicePosition(straight, 'axial', 1)).toEqual({ letter: 'S', mm: 12 });
    expect(slicePosition(straight, 'coronal', 0)).toEqual({ letter: 'P', mm: 50 });
    expect(placeWords([-1.23, 0, 4])).toEqual(['L 1.2', 'A 0.0', 'S 4.0']);
  });
});
