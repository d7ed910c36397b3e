/** What the tests of the learning measure with. */
import * as tf from '@tensorflow/tfjs';
import type { StoredTensors } from '../../shared/safetensors.ts';

interface DataInfo {
  bytes: number;
}

/**
 * Bytes of the tensors that live at the same time at most while `work` is done, beyond those from before. Unlike
 * `tf.memory().numBytes`, data that several tensors share count once. What an engine needs besides tensors is not seen.
 */
export async function peakBytes(work: () => unknown): Promise<number> {
  const { tensorInfo } = (tf.engine() as unknown as { state: { tensorInfo: WeakMap<object, DataInfo> } }).state;
  const { set, delete: remove } = WeakMap.prototype;
  let [bytes, peak] = [0, 0];
  const born = new WeakMap<object, number>();
  tensorInfo.set = (data, info) => {
    bytes += info.bytes;
    born.set(data, info.bytes);
    peak = Math.max(peak, bytes);
    return set.call(tensorInfo, data, info) as typeof tensorInfo;
  };
  tensorInfo.delete = (data) => {
    bytes -= born.get(data) ?? 0;
    return remove.call(tensorInfo, data);
  };
  try {
    await work();
  } finally {
    tensorInfo.set = set;
    tensorInfo.delete = remove;
  }
  return peak;
}

/** The largest difference of two tensors of the same name, relative to the length of that tensor. */
export function largestDifference(actual: StoredTensors, expected: StoredTensors, prefix: string): number {
  const names = Object.keys(expected).filter((name) => name.startsWith(prefix));
  const length = (values: Iterable<number>) => Math.hypot(...values);
  return Math.max(
    ...names.map((name) => {
      const difference = [...expected[name].data].map((value, index) => value - actual[name].data[index]);
      return length(difference) / length(expected[name].data);
    }),
  );
}
