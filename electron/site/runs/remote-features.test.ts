import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../../../tests/test-folder.ts';
import { readRemoteFeatures, writeRemoteFeatures } from './remote-features.ts';

it('gives back the batches in their order, also where there are none', () => {
  const folder = testFolder().path;
  const batches = Array.from({ length: 12 }, (_, index) => ({
    count: 2,
    length: 3,
    vectors: Float32Array.from([1, 0, 0, 0, index, 0]),
    partitions: Uint8Array.from([index, 1]),
  }));
  const file = join(folder, 'remote.safetensors');
  writeRemoteFeatures(file, batches);
  expect(readRemoteFeatures(file)).toEqual(batches);
  writeRemoteFeatures(file, []);
  expect(readRemoteFeatures(file)).toEqual([]);
});
