import { expect, it } from 'vitest';
import { cleanName } from './uploads.ts';

it.each([
  ['scan.nii.gz', 'scan.nii.gz'],
  ['Größe 1 (2).nii', 'Größe 1 (2).nii'],
  ['..', '_'],
  ['.hidden', '_hidden'],
  ['a/b\\c:d', 'a_b_c_d'],
  ['CON.nii', '_CON.nii'],
  ['bell\u0007.nii', 'bell_.nii'],
  ['', '_'],
])('makes of %j the name %j', (name, clean) => {
  expect(cleanName(name)).toBe(clean);
});

it('keeps the ending of a long name', () => {
  const clean = cleanName(`${'a'.repeat(500)}.nii.gz`);
  expect(clean).toHaveLength(120);
  expect(clean).toMatch(/\.nii\.gz$/);
});
