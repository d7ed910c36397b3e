import { expect, it } from 'vitest';
import { Work } from './work.ts';

it('adds up the shares of all workers over parts of different cost', () => {
  const said: [number, string][] = [];
  const work = new Work(4, (done, _total, words) => said.push([done, words]));
  work.begin('import', 1, ['a', 'b']);
  work.at('a', 1);
  work.begin('training', 3, ['a', 'b']);
  work.at('a', 0.5);
  work.at('b', 0.5);
  expect(said).toEqual([
    [0, 'import'],
    [13, 'import'],
    [25, 'training'],
    [44, 'training'],
    [63, 'training'],
  ]);
});
