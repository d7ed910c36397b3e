/** Names, shapes and start values of the network's weights. */
import type * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../../shared/plan.ts';
import { gaussian, seededRandom } from '../../../shared/random.ts';

export type Part = 'encoder' | 'projection' | 'decoder';

/** Tensors by name; `tf.Variable`s where they are trained. A name begins with its part: 'encoder.level1.conv1.kernel'. */
export type Weights = Record<string, tf.Tensor>;

/** Channels of a level; level 1 is the shallowest and each level below doubles them. */
export function channelsOf(level: number, settings: NetworkSettings): number {
  return settings.baseWidth * 2 ** (level - 1);
}

/**
 * Every weight of the parts with its shape, in the order in which the network uses them.
 *
 * Convolution kernels are [height, width, in, out]; matrices are [in, out]; everything else is a vector over channels.
 */
export function weightShapes(settings: NetworkSettings, parts: Part[]): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  const convolution = (name: string, inChannels: number, outChannels: number) => {
    shapes[`${name}.kernel`] = [3, 3, inChannels, outChannels];
    shapes[`${name}.scale`] = [outChannels];
    shapes[`${name}.offset`] = [outChannels];
  };
  const deepest = channelsOf(settings.levels, settings);

  if (parts.includes('encoder')) {
    for (let level = 1; level <= settings.levels; level++) {
      const channels = channelsOf(level, settings);
      convolution(`encoder.level${level}.conv1`, level === 1 ? 1 : channels / 2, channels);
      convolution(`encoder.level${level}.conv2`, channels, channels);
    }
  }
  if (parts.includes('projection')) {
    shapes['projection.layer1.kernel'] = [deepest, deepest];
    shapes['projection.layer1.bias'] = [deepest];
    shapes['projection.layer2.kernel'] = [deepest, settings.featureLength];
    shapes['projection.layer2.bias'] = [settings.featureLength];
  }
  if (parts.includes('decoder')) {
    for (let level = settings.levels - 1; level >= 1; level--) {
      const channels = channelsOf(level, settings);
      shapes[`decoder.level${level}.up.kernel`] = [1, 1, 2 * channels, channels];
      convolution(`decoder.level${level}.conv1`, 2 * channels, channels);
      convolution(`decoder.level${level}.conv2`, channels, channels);
    }
    shapes['decoder.head.kernel'] = [1, 1, settings.baseWidth, settings.classes];
    shapes['decoder.head.bias'] = [settings.classes];
  }
  return shapes;
}

/**
 * Start values: kernels He-normal (He et al., ICCV 2015), norm scales 1, biases and offsets 0.
 *
 * A weight's values follow from the seed and its name alone, so they do not depend on which parts are asked for.
 */
export function initialWeights(
  settings: NetworkSettings,
  parts: Part[],
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
