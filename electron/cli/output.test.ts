import { describe, expect, it } from 'vitest';
import { byteText, durationText, table } from './output.ts';

describe('table', () => {
  it('aligns columns, numbers to the right', () => {
    const lines = table(
      ['name', 'count'],
      [
        ['a', 5],
        ['longer', 12],
      ],
    ).split('\n');
    expect(lines.slice(1)).toEqual(['a           5', 'longer     12']);
    expect(lines[0]).toContain('name    count');
  });
});

describe('byteText and durationText', () => {
  it.each([
    [byteText(999), '999 B'],
    [byteText(245_700), '245.7 kB'],
    [byteText(1_300_000), '1.3 MB'],
    [durationText(4.81), '4.8 s'],
    [durationText(59.7), '1 min 0 s'],
    [durationText(119.6), '2 min 0 s'],
    [durationText(3_720), '1 h 2 min'],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});
