/**
 * Loads the TensorFlow of a folder, in a process of its own, and computes with it: prints what it is as JSON.
 *
 *     node electron/engine/tensorflow/setup/check.ts FOLDER ADDON
 */
import * as tf from '@tensorflow/tfjs';
import { loadTensorFlow } from '../backend.ts';

/** What is printed. */
export interface Checked {
  tensorflow: string; // version
  card: boolean; // whether it computes on an NVIDIA card
}

if (import.meta.main) {
  const [folder, addon] = process.argv.slice(2);
  const { binding, isUsingGpuDevice } = loadTensorFlow(folder, addon);
  tf.enableProdMode();
  await tf.setBackend('tensorflow');
  const sums = tf.conv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 4]), tf.ones<tf.Rank.R4>([3, 3, 4, 4]), 1, 'valid');
  if (sums.dataSync().some((value) => value !== 36)) throw new Error(`a convolution gives ${sums.dataSync()}`);
  const checked: Checked = { tensorflow: binding.TF_Version, card: isUsingGpuDevice };
  console.log(JSON.stringify(checked));
}
