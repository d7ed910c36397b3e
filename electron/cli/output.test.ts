import { afterEach, describe, expect, it, vi } from 'vitest';
import { byteText, durationText, Output, table } from './output.ts';

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

describe('progress where there is no terminal', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function lines(): string[] {
    vi.useFakeTimers({ now: 1_000_000 });
    const written: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    return written;
  }

  it('says now and then how far it is, and its end once', () => {
    const written = lines();
    const line = new Output({}).progress('demo');
    line.update(0, 1000, 'import');
    line.update(1, 1000, 'import');
    vi.advanceTimersByTime(5_000);
    line.update(999, 1000, 'training');
    for (let worker = 0; worker < 14; worker++) line.update(1000, 1000, 'training');
    line.end();
    expect(written).toEqual([
      'demo: 0/1000 (0%) import\n',
      'demo: 999/1000 (99%) training\n',
      'demo: 1000/1000 (100%) training\n',
    ]);
  });

  it('says the end of each part that begins anew', () => {
    const written = lines();
    const line = new Output({}).progress('timing');
    for (const done of [2, 0, 2]) {
      vi.advanceTimersByTime(5_000);
      line.update(done, 2);
    }
    expect(written).toEqual(['timing: 2/2 (100%)\n', 'timing: 0/2 (0%)\n', 'timing: 2/2 (100%)\n']);
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
