import { expect, test } from 'vitest';
import { parentsOf } from './folder-path.ts';

test('the folders above a path are the same path, cut ever later', () => {
  expect(parentsOf('/home/anna')).toEqual([
    { name: '/', path: '/' },
    { name: 'home', path: '/home' },
    { name: 'anna', path: '/home/anna' },
  ]);
  expect(parentsOf('/')).toEqual([{ name: '/', path: '/' }]);
});

test('a drive of Windows keeps its slash, without which it means another folder', () => {
  expect(parentsOf('C:\\Users\\anna')).toEqual([
    { name: 'C:', path: 'C:\\' },
    { name: 'Users', path: 'C:\\Users' },
    { name: 'anna', path: 'C:\\Users\\anna' },
  ]);
});
