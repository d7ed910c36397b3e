/** Adam (Kingma and Ba, ICLR 2015), one fused step a weight where the engine has a kernel for it. */
import * as tf from '@tensorflow/tfjs';

/** Kernel name, under which an engine registers what it has. */
export const ADAM_STEP = 'IsocenterAdamStep';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Attributes of the ADAM_STEP kernel; inputs are weight, gradient, first and second, outputs the new weight, first and
 * second.
 */
export interface AdamAttributes extends tf.NamedAttrMap {
  stepSize: number; // learning rate over 1 - beta1^t
  beta1: number;
  beta2: number;
  unbias: number; // 1 over 1 - beta2^t
  epsilon: number;
}

/** What an optimiser must remember to go on: steps done and, by weight, the moments of its gradients. */
export interface AdamState {
  steps: number;
  first: Record<string, Float32Array>;
  second: Record<string, Float32Array>;
}

export class Adam {
  /** Learning rate of the next steps. */
  rate: number;
  readonly #weights: Record<string, tf.Variable>;
  readonly #factors: Record<string, number>;
  readonly #first: Record<string, tf.Tensor> = {};
  readonly #second: Record<string, tf.Tensor> = {};
  #steps = 0;

  /**
   * `factors` multiply the learning rate of weights by the beginning of their name ({'encoder.': 0.1}); the longest
   * that fits counts, and a weight that none fits learns at `rate`.
   */
  constructor(weights: Record<string, tf.Variable>, rate: number, factors: Record<string, number> = {}) {
    this.#weights = weights;
    this.rate = rate;
    this.#factors = factors;
    for (const [name, weight] of Object.entries(weights)) {
      this.#first[name] = tf.zeros(weight.shape);
      this.#second[name] = tf.zeros(weight.shape);
    }
  }

  /** Moves each weight that has a gradient. The gradients stay the caller's to dispose. */
  step(gradients: Record<string, tf.Tensor>): void {
    this.#steps++;
    for (const [name, gradient] of Object.entries(gradients)) {
      const attributes: AdamAttributes = {
        stepSize: (this.rate * this.#factorOf(name)) / (1 - BETA1 ** this.#steps),
        beta1: BETA1,
        beta2: BETA2,
        unbias: 1 / (1 - BETA2 ** this.#steps),
        epsilon: EPSILON,
      };
      const inputs = { weight: this.#weights[name], gradient, first: this.#first[name], second: this.#second[name] };
      const [weight, first, second] = adamStep(inputs, attributes);
      this.#weights[name].assign(weight);
      weight.dispose();
      this.#replaceMoments(name, first, second);
    }
  }

  async state(): Promise<AdamState> {
    return { steps: this.#steps, first: await numbersOf(this.#first), second: await numbersOf(this.#second) };
  }

  /** Goes on where `state` was taken, for the same weights. */
  restore(state: AdamState): void {
    this.#steps = state.steps;
    for (const [name, { shape }] of Object.entries(this.#weights)) {
      this.#replaceMoments(name, tf.tensor(state.first[name], shape), tf.tensor(state.second[name], shape));
    }
  }

  /** Frees the moments; the weights stay. */
  dispose(): void {
    tf.dispose([this.#first, this.#second]);
  }

  #replaceMoments(name: string, first: tf.Tensor, second: tf.Tensor): void {
    tf.dispose([this.#first[name], this.#second[name]]);
    this.#first[name] = tf.keep(first);
    this.#second[name] = tf.keep(second);
  }

  #factorOf(name: string): number {
    const prefixes = Object.keys(this.#factors).filter((prefix) => name.startsWith(prefix));
    const longest = prefixes.reduce((best, prefix) => (prefix.length > best.length ? prefix : best), '');
    return this.#factors[longest] ?? 1;
  }
}

async function numbersOf(tensors: Record<string, tf.Tensor>): Promise<Record<string, Float32Array>> {
  const numbers = await Promise.all(Object.values(tensors).map((tensor) => tensor.data<'float32'>()));
  return Object.fromEntries(Object.keys(tensors).map((name, index) => [name, numbers[index].slice()]));
}

type AdamInputs = Record<'weight' | 'gradient' | 'first' | 'second', tf.Tensor>;

function adamStep(inputs: AdamInputs, attributes: AdamAttributes): tf.Tensor[] {
  if (tf.getKernel(ADAM_STEP, tf.getBackend())) {
    return tf.engine().runKernel(ADAM_STEP, inputs, attributes) as tf.Tensor[];
  }
  const { stepSize, beta1, beta2, unbias, epsilon } = attributes;
  return tf.tidy(() => {
    const { weight, gradient } = inputs;
    const first = tf.add(tf.mul(inputs.first, beta1), tf.mul(gradient, 1 - beta1));
    const second = tf.add(tf.mul(inputs.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const deviation = tf.add(tf.sqrt(tf.mul(second, unbias)), epsilon);
    return [tf.sub(weight, tf.mul(tf.div(first, deviation), stepSize)), first, second];
  });
}
