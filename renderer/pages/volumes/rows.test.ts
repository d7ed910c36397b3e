import { expect, test } from 'vitest';
import type { VolumeSummary } from '../../../shared/api/volumes.ts';
import {
  type CohortFilter,
  columns,
  countStates,
  extentWords,
  fitting,
  placeWords,
  sourceKind,
  spacingWords,
} from './rows.ts';

const volume = (name: string, rest: Partial<VolumeSummary> = {}): VolumeSummary => ({
  id: name,
  name,
  source: `/exports/${name}.nii.gz`,
  isDicom: false,
  sample: false,
  cohorts: [],
  grid: { size: [10, 10, 10], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  bytes: 1000,
  labelState: 'none',
  labels: [],
  importedAt: '2026-11-25T09:00:00Z',
  thumbnail: '',
  ...rest,
});
const names = (volumes: VolumeSummary[]) => volumes.map(({ name }) => name);
const sorted = (volumes: VolumeSummary[], key: string) =>
  names(volumes.toSorted(columns.find((column) => column.key === key)?.compare));

test('every word of the filter must stand in the name or the place, in any case', () => {
  const volumes = [volume('Brain_01'), volume('brain_02', { source: '/Archive/b.nii' }), volume('liver')];
  expect(names(fitting(volumes, { words: 'brain', state: 'all' }))).toEqual(['Brain_01', 'brain_02']);
  expect(names(fitting(volumes, { words: ' BRAIN archive ', state: 'all' }))).toEqual(['brain_02']);
  expect(fitting(volumes, { words: 'brain kidney', state: 'all' })).toEqual([]);
});

test('the filter for a label state leaves the others out, and the counts say how many it would leave', () => {
  const volumes = [volume('a', { labelState: 'labelled' }), volume('b'), volume('c', { labelState: 'labelled' })];
  expect(names(fitting(volumes, { words: '', state: 'labelled' }))).toEqual(['a', 'c']);
  expect(countStates(volumes)).toEqual({ labelled: 2, none: 1, predicted: 0, drafted: 0 });
});

test('the filter for a cohort shows what is in it, or what is in none', () => {
  const volumes = [volume('a', { cohorts: ['test'] }), volume('b', { cohorts: ['few', 'many'] }), volume('c')];
  const shown = (cohort: CohortFilter) => names(fitting(volumes, { words: '', state: 'all', cohort }));
  expect(shown({ name: 'many' })).toEqual(['b']);
  expect(shown('none')).toEqual(['c']);
  expect(sorted(volumes, 'cohorts')).toEqual(['c', 'b', 'a']);
});

test('names are ordered as people count, sizes by voxels, labels from most to least done', () => {
  expect(sorted([volume('case 10'), volume('case 9'), volume('Case 1')], 'name')).toEqual([
    'Case 1',
    'case 9',
    'case 10',
  ]);
  const grid = volume('x').grid;
  const large = volume('large', { grid: { ...grid, size: [20, 10, 10] } });
  expect(sorted([large, volume('small')], 'size')).toEqual(['small', 'large']);
  expect(
    sorted([volume('n'), volume('l', { labelState: 'labelled' }), volume('d', { labelState: 'drafted' })], 'labels'),
  ).toEqual(['l', 'd', 'n']);
});

test('the kind of source comes from what was read, then from the ending', () => {
  expect(sourceKind({ isDicom: true, source: '/a/b.nii' })).toBe('dicom');
  expect(sourceKind({ isDicom: false, source: '/a/b.NII.GZ' })).toBe('nifti');
  expect(sourceKind({ isDicom: false, source: 'C:\\a\\b.mhd' })).toBe('meta');
  expect(sourceKind({ isDicom: false, source: 'sample data' })).toBe('other');
});

test('a place is the end of the folder, with either kind of slash; a DICOM series is a folder itself', () => {
  const place = (source: string, isDicom = false) => placeWords({ source, isDicom });
  expect(place('/data/b.nii')).toBe('/data');
  expect(place('/b.nii')).toBe('/');
  expect(place('/home/anna/exports/brain/images/b.nii')).toBe('…/exports/brain/images');
  expect(place('/home/anna/exports/brain/series-7', true)).toBe('…/exports/brain/series-7');
  expect(place('C:\\Users\\anna\\brain\\images\\b.nii')).toBe('…\\anna\\brain\\images');
  expect(place('sample data')).toBe('sample data');
});

test('extent is voxels times spacing, and spacing keeps what matters', () => {
  const grid = { ...volume('x').grid, size: [512, 512, 22] as const, spacing: [0.46875, 0.46875, 5] as const };
  expect(extentWords(grid as unknown as VolumeSummary['grid'])).toBe('240 × 240 × 110 mm');
  expect(spacingWords(grid as unknown as VolumeSummary['grid'])).toBe('0.469 × 0.469 × 5');
});
