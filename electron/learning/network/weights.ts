/** The network's weights and their start values. */
import type * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../../shared/plan.ts';
import { gaussian, seededRandom } from '../../../shared/random.ts';
import { type NetworkPart, weightShapes } from '../../../shared/weight-shapes.ts';

/**
 * Tensors by name; `tf.Variable`s where they are trained. A name begins with its part: 'encoder.level1.conv1.kernel'.
 */
export type Weights = Record<string, tf.Tensor>;

/**
 * Start values: kernels He-normal (He et al., ICCV 2015), norm scales 1, biases and offsets 0.
 *
 * A weight's values follow from the seed and its name alone, so they do not depend on which parts are asked for.
 */
export function initialWeights(
  settings: NetworkSettings,
  parts: NetworkPart[],
  seed: number,
): Record<string, { shape: number[]; data: Float32Array }> {
  const weights: Record<string, { shape: number[]; data: Float32Array }> = {};
  for (const [name, shape] of Object.entries(weightShapes(settings, parts))) {
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
    if (name.endsWith('.kernel')) {
      const inputs = data.length / shape[shape.length - 1];
      const deviation = Math.sqrt(2 / inputs);
      const random = seededRandom(seed, 'weight', name);
      for (let at = 0; at < data.length; at++) data[at] = deviation * gaussian(random);
    } else if (name.endsWith('.scale')) {
      data.fill(1);
    }
    weights[name] = { shape, data };
  }
  return weights;
}
