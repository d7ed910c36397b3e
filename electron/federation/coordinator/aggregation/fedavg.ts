import { bytesOf } from '../../../../shared/bytes.ts';
import { fault } from '../../../../shared/errors.ts';
import type { WeightTensors } from '../../../../shared/safetensors.ts';
import type { WeightedUpdate } from './aggregation.ts';

/**
 * FederatedAveraging (McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized
 * Data", algorithm 1): each weight is the mean of the sites' weights, weighted by their volumes. All updates must have
 * the same tensors. Sums run in float64, in an order that the updates' own content gives: neither the order in which
 * they arrived nor the sites' keys change a bit. Throws `federation.nothing-to-average` where there is none.
 */
export function federatedAverage(updates: WeightedUpdate[]): WeightTensors {
  if (updates.length === 0) throw fault('federation.nothing-to-average');
  const ordered = updates.toSorted(byContent);
  const total = ordered.reduce((sum, { volumes }) => sum + volumes, 0);
  const average: WeightTensors = Object.create(null);
  for (const [name, { shape, data }] of Object.entries(ordered[0].weights)) {
    const sums = new Float64Array(data.length);
    for (const { weights, volumes } of ordered) {
      const values = weights[name].data;
      for (let i = 0; i < sums.length; i++) sums[i] += volumes * values[i];
    }
    average[name] = { shape: [...shape], data: Float32Array.from(sums, (sum) => sum / total) };
  }
  return average;
}

function byContent(a: WeightedUpdate, b: WeightedUpdate): number {
  for (const name of Object.keys(a.weights)) {
    const order = Buffer.compare(bytesOf(a.weights[name].data), bytesOf(b.weights[name].data));
    if (order !== 0) return order;
  }
  return a.volumes - b.volumes;
}
