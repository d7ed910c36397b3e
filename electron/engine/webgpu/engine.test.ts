import { expect, it } from 'vitest';
import { startEngine } from '../choice.ts';
import { webgpu } from './engine.ts';

const isSoftware = process.env.VK_ICD_FILENAMES?.includes('swiftshader') ?? false;

it.runIf(isSoftware)('finds the adapter by its own name, and says that a processor plays it', async () => {
  const look = await webgpu.look();
  expect(look).toMatchObject({ usable: true, kind: 'software', device: 'SwiftShader Device (Subzero)' });
  expect(look.usable && look.memory).toBeGreaterThan(2 ** 28);
});

it.runIf(isSoftware)('computes there when asked to, but never by itself', async () => {
  const { computedOn } = await startEngine('webgpu');
  expect(computedOn).toEqual({ engine: 'webgpu', device: 'SwiftShader Device (Subzero)' });
  await expect(startEngine('auto', [webgpu])).rejects.toMatchObject({ code: 'engine.not-usable' });
});
