/** Names and shapes of the network's weights, from which everybody can tell how many numbers and bytes they are. */

import type { MethodName } from './method.ts';
import type { NetworkSettings, Plan } from './plan.ts';
import type { Stage } from './protocol/rounds.ts';

/** The parts that a weight's name begins with. Pre-training trains some of them, fine-tuning encoder and decoder. */
export type NetworkPart = 'encoder' | 'projection' | 'decoder';

/** What each pretext task trains. */
const pretrainedParts: Record<MethodName, readonly NetworkPart[]> = { fcl: ['encoder', 'projection'] };

/** The parts that a stage trains: a site begins with them, and they are what it sends and receives the average of. */
export function trainedParts({ method }: Plan, stage: Stage): NetworkPart[] {
  return stage === 'pretraining' ? [...pretrainedParts[method]] : ['encoder', 'decoder'];
}

/** Channels of a level; level 1 is the shallowest and each level below doubles them. */
export function channelsOf(level: number, settings: NetworkSettings): number {
  return settings.baseWidth * 2 ** (level - 1);
}

/**
 * Every weight of the parts with its shape, in the order in which the network uses them.
 *
 * Convolution kernels are [height, width, in, out]; matrices are [in, out]; everything else is a vector over channels.
 */
export function weightShapes(settings: NetworkSettings, parts: NetworkPart[]): Record<string, number[]> {
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

/** How many numbers the weights of the parts are. */
export function weightCount(settings: NetworkSettings, parts: NetworkPart[]): number {
  const sizes = Object.values(weightShapes(settings, parts)).map((shape) => shape.reduce((a, b) => a * b, 1));
  return sizes.reduce((sum, size) => sum + size, 0);
}
