/**
 * Weights as they travel: safetensors, float32, finite, without metadata, and with the global weights' names and
 * shapes.
 */
import { fault, isFault } from '../../../shared/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { decodeWeights, encodeSafetensors, type WeightTensors } from '../../../shared/safetensors.ts';

/** Reads the bytes that `site` sent; `layout` is what they must have. Throws `federation.bad-weights`. */
export function readWeights(bytes: Uint8Array, site: string, layout?: string): WeightTensors {
  const bad = (reason: string, cause?: unknown) => fault('federation.bad-weights', { site, reason }, cause);
  let decoded: ReturnType<typeof decodeWeights>;
  try {
    decoded = decodeWeights(bytes, 'weights');
  } catch (error) {
    throw bad(isFault(error) ? String(error.details.reason) : 'they cannot be read', error);
  }
  const { weights, metadata } = decoded;
  if (Object.keys(metadata).length > 0) throw bad('they carry metadata');
  if (Object.keys(weights).length === 0) throw bad('they are empty');
  for (const [name, { data }] of Object.entries(weights)) {
    for (const value of data) {
      if (Math.abs(value) > limits.weightMagnitude) {
        throw bad(`tensor ${name} holds a number beyond ${limits.weightMagnitude}`);
      }
    }
  }
  if (layout !== undefined && layoutOf(weights) !== layout) throw bad('their names or shapes are not the global ones');
  return weights;
}

/** The same weights without metadata. Throws `federation.bad-weights`. */
export function stripMetadata(bytes: Uint8Array, site: string): Uint8Array {
  try {
    return encodeSafetensors(decodeWeights(bytes, 'weights').weights);
  } catch (error) {
    throw fault(
      'federation.bad-weights',
      { site, reason: isFault(error) ? error.message : 'they cannot be read' },
      error,
    );
  }
}

/** Names and shapes, as one text to compare. */
export function layoutOf(weights: WeightTensors): string {
  return JSON.stringify(
    Object.keys(weights)
      .sort()
      .map((name) => [name, weights[name].shape]),
  );
}
