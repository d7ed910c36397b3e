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

it('is at its end when all is done, not when the last worker has counted to its end', () => {
  const said: number[] = [];
  const work = new Work(1, (done) => said.push(done));
  work.begin('training', 1, ['a']);
  work.at('a', 1);
  work.at('a', 1);
  work.finish();
  expect(said).toEqual([0, 99, 99, 100]);
});
