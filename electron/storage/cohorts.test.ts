import { describe, expect, it } from 'vitest';
import type { Grid, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite, openSite } from './site-folder.ts';

const grid: Grid = { size: [2, 2, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const code = (name: string) => expect.objectContaining({ code: `storage.${name}` });

function makeSite() {
  const site = createSite(testFolder().path, 'A');
  const volume = (value: number): Volume => ({ grid, sourceGrid: grid, voxels: new Float32Array(4).fill(value) });
  const add = (value: number) => site.volumes.add(volume(value), { name: `case ${value}`, source: '/v' });
  return { site, add };
}

describe('Cohorts', () => {
  it('are named sets of volumes with a role, kept with the site', () => {
    const { site, add } = makeSite();
    const [a, b, c] = [add(1), add(2), add(3)];
    site.cohorts.make('tumours', 'training', [a, b]);
    site.cohorts.make('test', 'held-out', [c]);
    site.close();
    const { cohorts } = openSite(site.path);
    expect(cohorts.list()).toEqual([
      { name: 'test', role: 'held-out', contents: new Set([c.contentHash]) },
      { name: 'tumours', role: 'training', contents: new Set([a.contentHash, b.contentHash]) },
    ]);
    cohorts.take('tumours', [a]);
    expect(cohorts.get('tumours').contents).toEqual(new Set([b.contentHash]));
    cohorts.remove('tumours');
    expect(cohorts.list().map(({ name }) => name)).toEqual(['test']);
    expect(() => cohorts.get('tumours')).toThrow(code('no-such-cohort'));
    expect(() => cohorts.remove('tumours')).toThrow(code('no-such-cohort'));
    expect(() => cohorts.take('tumours', [a])).toThrow(code('no-such-cohort'));
  });

  it('give a volume one role, and change nothing where one of many has another', () => {
    const { site, add } = makeSite();
    const { cohorts } = site;
    const [a, b] = [add(1), add(2)];
    cohorts.make('test', 'held-out', [b]);
    expect(() => cohorts.make('train', 'training', [a, b])).toThrow(
      expect.objectContaining({
        code: 'storage.other-role',
        details: { volume: 'case 2', cohort: 'test', role: 'held-out' },
      }),
    );
    expect(cohorts.list().map(({ name }) => name)).toEqual(['test']);
    cohorts.make('train', 'training', [a]);
    cohorts.make('few', 'training', [a]); // in two of one role
    expect(() => cohorts.add('train', [a, b])).toThrow(code('other-role'));
    expect(() => cohorts.make('few', 'training', [])).toThrow(code('cohort-exists'));
  });

  it('hold contents: what is removed and imported again is still held out', () => {
    const { site, add } = makeSite();
    const first = add(1);
    site.cohorts.make('test', 'held-out', [first]);
    site.volumes.remove(first.id);
    const { contents } = site.cohorts.get('test');
    expect(contents.has(add(1).contentHash)).toBe(true);
  });
});
