/** Weights as tfjs variables, which training changes, and back as plain numbers, which files hold. */
import * as tf from '@tensorflow/tfjs';
import { fault } from '../../shared/errors.ts';
import type { StoredTensor, StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import type { AdamState } from './network/adam.ts';
import { takeNumbers } from './numbers.ts';

export type Variables = Record<string, tf.Variable>;

export function toVariables(weights: WeightTensors): Variables {
  const variables: Variables = {};
  for (const [name, { shape, data }] of Object.entries(weights)) {
    const start = tf.tensor(data.slice(), shape, 'float32'); // some engines keep the array itself
    variables[name] = tf.variable(start);
    start.dispose();
  }
  return variables;
}

/**
 * The variables' numbers as they are now. They are to be read only: some engines give the array that they compute with.
 */
export async function toWeights(variables: Variables): Promise<WeightTensors> {
  const numbers = await Promise.all(Object.values(variables).map((variable) => variable.data<'float32'>()));
  return Object.fromEntries(
    Object.entries(variables).map(([name, { shape }], index) => [name, { shape: [...shape], data: numbers[index] }]),
  );
}

/**
 * Throws `engine.diverged` where a weight is not finite. The loss alone does not tell: some engines' maxima turn what
 * is not a number into 0. `setting` is the learning rate's name in the plan.
 */
export function assertFinite(weights: WeightTensors, setting: string): void {
  for (const { data } of Object.values(weights)) {
    for (let index = 0; index < data.length; index++) {
      if (Number.isFinite(data[index])) continue;
      throw fault('engine.diverged', { what: 'a weight', value: String(data[index]), setting });
    }
  }
}

/** Gives each variable the weight of its name; weights that no variable is named for are left out. */
export function assignWeights(variables: Variables, weights: WeightTensors): void {
  for (const [name, variable] of Object.entries(variables)) {
    const next = tf.tensor(weights[name].data.slice(), weights[name].shape, 'float32');
    variable.assign(next);
    next.dispose();
  }
}

export type Gradients = Record<string, tf.Tensor>; // by weight name

/**
 * Gradients by weight name of a loss that depends on every one of the variables, with the loss. Both are sums over
 * `terms`, which are computed one after the other and added in order. Throws `engine.diverged` where the loss is not
 * finite.
 */
export async function lossAndGradients(
  variables: Variables,
  setting: string,
  terms: (() => tf.Scalar)[],
): Promise<{ loss: number; gradients: Gradients }> {
  const trained = Object.values(variables);
  let sums: tf.Tensor[] = []; // of the loss and of each variable's gradient
  for (const term of terms) {
    const { value, grads } = tf.variableGrads(term, trained);
    const tensors = [value, ...trained.map(({ name }) => grads[name])];
    sums = sums.length === 0 ? tensors : addEach(sums, tensors);
  }
  const [value, ...slopes] = sums;
  try {
    const [loss] = await takeNumbers(value);
    if (!Number.isFinite(loss)) throw fault('engine.diverged', { what: 'the loss', value: String(loss), setting });
    return { loss, gradients: Object.fromEntries(Object.keys(variables).map((name, index) => [name, slopes[index]])) };
  } catch (error) {
    tf.dispose(slopes);
    throw error;
  }
}

/** The sums of pairs, which are disposed. */
function addEach(left: tf.Tensor[], right: tf.Tensor[]): tf.Tensor[] {
  return left.map((tensor, index) => {
    const sum = tf.add(tensor, right[index]);
    tf.dispose([tensor, right[index]]);
    return sum;
  });
}

/** The tensors whose names begin with `prefix`, without it. A checkpoint holds several sets of weights this way. */
export function under(prefix: string, tensors: Record<string, StoredTensor>): WeightTensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, tensor]) => [name.slice(prefix.length), tensor])) as WeightTensors;
}

/** The same tensors with `prefix` before their names. */
export function prefixed(prefix: string, tensors: WeightTensors): WeightTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

/** The optimiser's memory as tensors: steps done, and both moments of every weight. */
export function optimiserTensors({ steps, first, second }: AdamState): StoredTensors {
  const tensors: StoredTensors = { 'adam/steps': { shape: [1], data: Int32Array.of(steps) } };
  for (const name of Object.keys(first)) {
    tensors[`adam/first/${name}`] = { shape: [first[name].length], data: first[name] };
    tensors[`adam/second/${name}`] = { shape: [second[name].length], data: second[name] };
  }
  return tensors;
}

/** The reverse of `optimiserTensors`; other tensors are left out. */
export function optimiserState(tensors: StoredTensors): AdamState {
  const numbers = (prefix: string) =>
    Object.fromEntries(Object.entries(under(prefix, tensors)).map(([name, { data }]) => [name, data]));
  return { steps: tensors['adam/steps'].data[0], first: numbers('adam/first/'), second: numbers('adam/second/') };
}
