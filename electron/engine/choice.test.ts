import { expect, it } from 'vitest';
import type { DeviceKind, EngineName } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import { startEngine } from './choice.ts';
import type { Engine } from './engine.ts';

/** An engine that notes what it is asked; it does not start where `error` is given. */
function engine(name: EngineName, kind: DeviceKind, calls: string[], error?: Error): Engine {
  return {
    name,
    look: async () => {
      calls.push(`look ${name}`);
      return { usable: true, kind, device: `a ${kind}`, memory: 1e9 };
    },
    start: async () => {
      calls.push(`start ${name}`);
      if (error) throw error;
    },
  };
}

it('asks no engine more than it needs to: looking loads drivers', async () => {
  const calls: string[] = [];
  const all = [
    engine('tensorflow', 'cuda', calls),
    engine('webgpu', 'graphics', calls),
    engine('wasm', 'processor', calls),
  ];
  const started = await startEngine('auto', all);
  expect(started).toEqual({ computedOn: { engine: 'tensorflow', device: 'a cuda' }, kind: 'cuda', memory: 1e9 });
  await startEngine('wasm', all);
  expect(calls).toEqual(['look tensorflow', 'start tensorflow', 'look wasm', 'start wasm']);
});

it('takes the next best by itself where the best does not start', async () => {
  const calls: string[] = [];
  const broken = fault('engine.not-usable', { engine: 'tensorflow', reason: 'It does not load.', next: 'Set it up.' });
  const all = [engine('tensorflow', 'cuda', calls, broken), engine('wasm', 'processor', calls)];
  expect((await startEngine('auto', all)).computedOn.engine).toBe('wasm');
});

it('takes no other engine in place of one that was asked for and does not start', async () => {
  const calls: string[] = [];
  const all = [engine('webgpu', 'graphics', calls, new Error('lost')), engine('wasm', 'processor', calls)];
  await expect(startEngine('webgpu', all)).rejects.toMatchObject({
    code: 'engine.not-usable',
    details: { engine: 'webgpu', reason: 'It does not start: lost', next: expect.stringContaining('driver') },
  });
  expect(calls).not.toContain('start wasm');
});
