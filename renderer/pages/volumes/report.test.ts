import { expect, test } from 'vitest';
import { reportLine, reportText } from './report.ts';

const problem = { code: 'x', message: 'b.nii is empty (0 bytes).', next: 'Export it again.' };
const summary = {
  imported: 2,
  labelled: 1,
  known: 0,
  relabelled: 0,
  problems: [
    { ...problem, name: 'a.nii', message: 'a.nii has no label map.', notice: true },
    { ...problem, name: 'sub/b.nii', notice: false },
  ],
};

test('a note about an imported file is not counted as left out', () => {
  expect(reportLine(summary)).toBe('2 volumes imported, 1 labelled. 1 file left out.');
  expect(reportLine({ ...summary, known: 3, problems: [] })).toBe(
    '2 volumes imported, 1 labelled. 3 were here already.',
  );
});

test('the copied report names each file with what happened and what to do, what was left out first', () => {
  expect(reportText(summary).split('\n\n')).toEqual([
    '2 volumes imported, 1 labelled. 1 file left out.',
    'sub/b.nii\n  b.nii is empty (0 bytes).\n  Export it again.',
    'a.nii\n  a.nii has no label map.\n  Export it again.',
  ]);
});
