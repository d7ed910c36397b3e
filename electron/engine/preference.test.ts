import { describe, expect, it } from 'vitest';
import type { DeviceKind, EngineLook, EngineName } from '../../shared/engine.ts';
import type { Engine } from './engine.ts';
import { choose, isBest, type Looked } from './preference.ts';

const works = (kind: DeviceKind): EngineLook => ({ usable: true, kind, device: `a ${kind}`, memory: 2 ** 30 });
const lacks = (what: string): EngineLook => ({ usable: false, reason: `There is no ${what}.`, next: `Get ${what}.` });

/** What engines find on a machine that is made up. */
function machine(looks: Partial<Record<EngineName, EngineLook>>): Promise<Looked[]> {
  const engines = Object.entries(looks).map(
    ([name, look]): Engine => ({ name: name as EngineName, look: async () => look, start: async () => {} }),
  );
  return Promise.all(engines.map(async ({ name, look }) => ({ engine: name, look: await look() })));
}

const processor = { wasm: works('processor') };

describe('auto', () => {
  it.each<[string, Partial<Record<EngineName, EngineLook>>, EngineName]>([
    ['a CUDA device', { tensorflow: works('cuda'), webgpu: works('graphics'), ...processor }, 'tensorflow'],
    [
      'a CUDA device that stands last',
      { ...processor, webgpu: works('graphics'), tensorflow: works('cuda') },
      'tensorflow',
    ],
    ['a graphics card', { tensorflow: lacks('card'), webgpu: works('graphics'), ...processor }, 'webgpu'],
    [
      'a graphics card before native code on the processor',
      { tensorflow: works('processor'), webgpu: works('graphics'), ...processor },
      'webgpu',
    ],
    [
      'the faster of two engines on the processor',
      { tensorflow: works('processor'), webgpu: lacks('card'), ...processor },
      'wasm',
    ],
    ['the processor', { tensorflow: lacks('card'), webgpu: lacks('card'), ...processor }, 'wasm'],
    ['the processor rather than one that plays a card', { webgpu: works('software'), ...processor }, 'wasm'],
  ])('takes %s', async (_, looks, engine) => {
    expect(choose('auto', await machine(looks)).engine).toBe(engine);
  });

  it('takes a software adapter not even where nothing else works', async () => {
    const chosen = choose('auto', await machine({ webgpu: works('software'), wasm: lacks('SIMD') }));
    expect(chosen.engine).toBeUndefined();
    expect(chosen.why).toBe(
      'Nothing here can compute: no NVIDIA graphics card with TensorFlow, no graphics card for WebGPU but one that the processor plays, no processor that an engine can use.',
    );
  });

  it.each<[Partial<Record<EngineName, EngineLook>>, string]>([
    [{ tensorflow: works('cuda') }, 'The fastest there is: an NVIDIA graphics card with TensorFlow.'],
    [
      { webgpu: works('graphics'), ...processor },
      'The fastest that works here: no NVIDIA graphics card with TensorFlow.',
    ],
    [
      { tensorflow: lacks('card'), webgpu: lacks('card'), ...processor },
      'The fastest that works here: no NVIDIA graphics card with TensorFlow, no graphics card that WebGPU can use.',
    ],
    [
      { webgpu: works('software'), ...processor },
      'The fastest that works here: no NVIDIA graphics card with TensorFlow, no graphics card for WebGPU but one that the processor plays.',
    ],
  ])('says why: %#', async (looks, why) => {
    expect(choose('auto', await machine(looks)).why).toBe(why);
  });
});

describe('an engine that is asked for', () => {
  it('is taken, also a slow one', async () => {
    const looks = await machine({ tensorflow: works('cuda'), webgpu: works('software'), ...processor });
    expect(choose('webgpu', looks)).toEqual({ engine: 'webgpu', why: 'It was asked for.' });
    expect(choose('wasm', looks).engine).toBe('wasm');
  });

  it('is not replaced by another one where it does not work', async () => {
    const looks = await machine({ tensorflow: lacks('card'), ...processor });
    expect(choose('tensorflow', looks)).toEqual({ engine: undefined, why: 'There is no card.' });
    expect(choose('webgpu', looks)).toEqual({ engine: undefined, why: 'It is not built in.' });
  });
});

it('knows what cannot be bettered', () => {
  expect([works('cuda'), works('graphics'), works('processor'), lacks('card')].map(isBest)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
