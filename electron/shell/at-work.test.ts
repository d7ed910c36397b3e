import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../shared/api.ts';
import { atWork } from './at-work.ts';

const idle = { activity: null, hosted: null, membership: null, tasks: [] } as unknown as Snapshot;
const changed = (change: object) => atWork({ ...idle, ...change } as Snapshot);

describe('what would stop with the window', () => {
  it('is nothing where all is done', () => {
    expect(atWork(idle)).toBe(null);
    expect(changed({ hosted: { state: 'finished' }, membership: { connection: 'over' } })).toBe(null);
    expect(changed({ hosted: { state: 'stopped' }, tasks: [{ state: 'finished' }, { state: 'failed' }] })).toBe(null);
  });

  it('is what others wait for first, then the run, then a task', () => {
    expect(changed({ hosted: { state: 'listening' }, activity: {} })).toBe('hosting');
    expect(changed({ activity: {}, membership: { connection: 'connected' } })).toBe('run');
    expect(changed({ membership: { connection: 'away' }, tasks: [{ state: 'running' }] })).toBe('membership');
    expect(changed({ tasks: [{ state: 'running' }] })).toBe('task');
  });
});
