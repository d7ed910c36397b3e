/** The other sites' features of one round on disk, so that a run that was cut off need not ask for them again. */
import type { FeatureBatch } from '../../../shared/features.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensors } from '../../../shared/safetensors.ts';
import { readWholeFile, writeFileAtomic } from '../../storage/atomic-file.ts';

export function writeRemoteFeatures(file: string, batches: FeatureBatch[]): void {
  const tensors: StoredTensors = {};
  batches.forEach(({ count, length, vectors, partitions }, index) => {
    const name = String(index).padStart(4, '0'); // tensors are sorted by name
    tensors[`${name}.partitions`] = { shape: [count], data: partitions };
    tensors[`${name}.vectors`] = { shape: [count, length], data: vectors };
  });
  writeFileAtomic(file, encodeSafetensors(tensors));
}

/** Batches in the order in which they were written. */
export function readRemoteFeatures(file: string): FeatureBatch[] {
  const { tensors } = decodeSafetensors(readWholeFile(file), file);
  return Object.keys(tensors)
    .filter((name) => name.endsWith('.vectors'))
    .sort()
    .map((name) => {
      const { shape, data } = tensors[name];
      const partitions = tensors[name.replace('vectors', 'partitions')].data;
      return { count: shape[0], length: shape[1], vectors: data as Float32Array, partitions: partitions as Uint8Array };
    });
}
