/**
 * TensorFlow's operations by name, for kernels that are made of several. What such a kernel makes on its way is known
 * to the addon alone and freed when it ends, which costs a fraction of what tensors of tfjs cost.
 */
import type * as tf from '@tensorflow/tfjs';

/** A tensor as the addon knows it. */
interface Handle {
  id: number;
  shape: number[];
  dtype: number; // TensorFlow's number for the type
}

interface Attribute {
  name: string;
  type: number;
  value: boolean | number | number[] | string;
}

/** The compiled part. Its constants are named as in TensorFlow's C headers. */
interface Binding {
  readonly [constant: `TF_${Uppercase<string>}`]: number;
  readonly TF_Version: string;
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
}

/** The package's backend, as far as kernels need it. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Binding;
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  createOutputTensor(handle: Handle): tf.Tensor;
}

const CONSTANTS = 1000; // kept at most; a network uses some hundred

/** Operations on float32 tensors. */
export class Operations {
  readonly #backend: TensorFlowBackend;
  readonly #constants = new Map<string, Handle>();
  #made: Handle[] = [];

  constructor(backend: TensorFlowBackend) {
    this.#backend = backend;
  }

  /** Runs a kernel's work on its inputs and gives what it returns as tensors; all else that it made is freed. */
  compute(inputs: tf.TensorInfo[], work: (...inputs: Handle[]) => Handle[]): tf.Tensor[] {
    const { TF_FLOAT } = this.#backend.binding;
    const ids = this.#backend.getInputTensorIds(inputs);
    let results: Handle[] = [];
    try {
      results = work(...inputs.map(({ shape }, i) => ({ id: ids[i], shape, dtype: TF_FLOAT })));
    } finally {
      for (const handle of this.#made) {
        if (!results.includes(handle)) this.#backend.binding.deleteTensor(handle.id);
      }
      this.#made = [];
    }
    return results.map((handle) => this.#backend.createOutputTensor(handle));
  }

  add = (a: Handle, b: Handle) => this.#run('AddV2', [a, b]);
  subtract = (a: Handle, b: Handle) => this.#run('Sub', [a, b]);
  multiply = (a: Handle, b: Handle) => this.#run('Mul', [a, b]);
  divide = (a: Handle, b: Handle) => this.#run('RealDiv', [a, b]);
  maximum = (a: Handle, b: Handle) => this.#run('Maximum', [a, b]);
  square = (a: Handle) => this.#run('Square', [a]);
  squareRoot = (a: Handle) => this.#run('Sqrt', [a]);
  inverseSquareRoot = (a: Handle) => this.#run('Rsqrt', [a]);
  leakyRelu = (a: Handle, leak: number) => this.#run('LeakyRelu', [a], [this.#float('alpha', leak)]);

  /**
   * What of the slope `dy` at a leaky ReLU's value goes through it; its value or what it was given tells where, both
   * have one sign.
   */
  leakyReluSlope = (dy: Handle, at: Handle, leak: number) =>
    this.#run('LeakyReluGrad', [dy, at], [this.#float('alpha', leak)]);

  /** Sums along one axis, which stays with length 1. */
  sum(a: Handle, axis: number): Handle {
    return this.#run('Sum', [a, this.#integers([axis])], [this.#bool('keep_dims', true), this.#int32('Tidx')]);
  }

  reshape(a: Handle, shape: number[]): Handle {
    return this.#run('Reshape', [a, this.#integers(shape)], [this.#int32('Tshape')]);
  }

  broadcast(a: Handle, shape: number[]): Handle {
    return this.#run('BroadcastTo', [a, this.#integers(shape)], [this.#int32('Tidx')]);
  }

  /**
   * Adam's step in place of variables, which TensorFlow has as one operation: [weight, first, second] after it. The
   * variables of a shape are made once; each call lends them its tensors, and TensorFlow copies what is written to.
   */
  adam(state: Handle[], gradient: Handle, [rate, beta1, beta2, epsilon]: number[]): Handle[] {
    const dtype = this.#float32('dtype');
    const variables = state.map((_, i) => this.#variable(i, gradient.shape));
    for (const [i, variable] of variables.entries())
      this.#execute('AssignVariableOp', [variable, state[i]], [dtype], 0);
    const settings = [0, 0, rate, beta1, beta2, epsilon].map((value) => this.number(value));
    this.#runMany('ResourceApplyAdam', [...variables, ...settings, gradient], [], 0);
    return variables.map((variable) => this.#execute('ReadVariableOp', [variable], [dtype], 1)[0]);
  }

  /** Tensors of one shape as one, along a new first axis. */
  pack(handles: Handle[]): Handle {
    return this.#run('Pack', handles, [this.#integer('N', handles.length), this.#integer('axis', 0)]);
  }

  /** The reverse. */
  unpack(a: Handle): Handle[] {
    const count = a.shape[0];
    return this.#runMany('Unpack', [a], [this.#integer('num', count), this.#integer('axis', 0)], count);
  }

  concatenate(handles: Handle[], axis: number): Handle {
    const inputs = [...handles, this.#integers(axis)];
    return this.#run('ConcatV2', inputs, [this.#integer('N', handles.length), this.#int32('Tidx')]);
  }

  /** `size` may be -1: all that is left of that axis. */
  slice(a: Handle, begin: number[], size: number[]): Handle {
    return this.#run('Slice', [a, this.#integers(begin), this.#integers(size)], [this.#int32('Index')]);
  }

  /** Means of 2 x 2 pixels of [N, 2H, 2W, C]. */
  halve(a: Handle): Handle {
    return this.#run('AvgPool', [a], this.#twoByTwo());
  }

  /** The gradient of `halve`: a quarter of each pixel, two by two. */
  quarters(a: Handle): Handle {
    const [n, h, w, c] = a.shape;
    return this.#run('AvgPoolGrad', [this.#integers([n, 2 * h, 2 * w, c]), a], this.#twoByTwo());
  }

  /**
   * Maxima of 2 x 2 pixels, and what tells where they were; by oneDNN, on processors alone. Throws where TensorFlow has
   * it not.
   */
  maxima(a: Handle): Handle[] {
    return this.#runMany('_MklNativeMaxPool', [a], this.#byOneDnn(), 2);
  }

  /** The gradient of `maxima`. */
  maximaSlope(dy: Handle, a: Handle, [maxima, places]: Handle[]): Handle {
    return this.#run('_MklNativeMaxPoolGrad', [a, maxima, dy, places], this.#byOneDnn());
  }

  /** A number. On a card making one waits for the card, so that those used lately stay. */
  number(value: number): Handle {
    return this.#constant(`number ${value}`, () => this.#create([], 'TF_FLOAT', Float32Array.of(value)));
  }

  /** Whole numbers, as shapes and axes are told. */
  #integers(values: number | number[]): Handle {
    const shape = typeof values === 'number' ? [] : [values.length];
    const numbers = Int32Array.from([values].flat());
    return this.#constant(`integers ${shape} ${numbers}`, () => this.#create(shape, 'TF_INT32', numbers));
  }

  #constant(name: string, make: () => Handle): Handle {
    const handle = this.#constants.get(name) ?? make();
    this.#constants.delete(name);
    this.#constants.set(name, handle); // the last in the order of use
    const [[oldest, { id }]] = this.#constants;
    if (this.#constants.size > CONSTANTS) {
      this.#constants.delete(oldest);
      this.#backend.binding.deleteTensor(id);
    }
    return handle;
  }

  #variable(index: number, shape: number[]): Handle {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.#backend.binding;
    const name = `variable ${index} ${shape}`;
    const attributes = [
      this.#float32('dtype'),
      { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
      { name: 'shared_name', type: TF_ATTR_STRING, value: name },
    ];
    return this.#constant(name, () => this.#backend.binding.executeOp('VarHandleOp', attributes, [], 1)[0]);
  }

  #create(shape: number[], type: 'TF_FLOAT' | 'TF_INT32', values: Float32Array | Int32Array): Handle {
    const dtype = this.#backend.binding[type];
    return { id: this.#backend.binding.createTensor(shape, dtype, values), shape, dtype };
  }

  #run(name: string, inputs: Handle[], attributes: Attribute[] = []): Handle {
    return this.#runMany(name, inputs, attributes, 1)[0];
  }

  #runMany(name: string, inputs: Handle[], attributes: Attribute[], outputs: number): Handle[] {
    return this.#execute(name, inputs, [this.#float32('T'), ...attributes], outputs);
  }

  #execute(name: string, inputs: Handle[], attributes: Attribute[], outputs: number): Handle[] {
    const ids = inputs.map(({ id }) => id);
    const handles = this.#backend.binding.executeOp(name, attributes, ids, outputs);
    this.#made.push(...handles);
    return handles;
  }

  #twoByTwo(): Attribute[] {
    const { TF_ATTR_INT, TF_ATTR_STRING } = this.#backend.binding;
    return [
      { name: 'ksize', type: TF_ATTR_INT, value: [1, 2, 2, 1] },
      { name: 'strides', type: TF_ATTR_INT, value: [1, 2, 2, 1] },
      { name: 'padding', type: TF_ATTR_STRING, value: 'VALID' },
      { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    ];
  }

  /** These operations are TensorFlow's own, put in place of plain ones in graphs; the label is how it calls them. */
  #byOneDnn(): Attribute[] {
    const label = { name: '_kernel', type: this.#backend.binding.TF_ATTR_STRING, value: 'MklNameChangeOp' };
    return [...this.#twoByTwo(), this.#bool('workspace_enabled', true), label];
  }

  #bool = (name: string, value: boolean) => ({ name, type: this.#backend.binding.TF_ATTR_BOOL, value });
  #float = (name: string, value: number) => ({ name, type: this.#backend.binding.TF_ATTR_FLOAT, value });
  #integer = (name: string, value: number) => ({ name, type: this.#backend.binding.TF_ATTR_INT, value });
  #int32 = (name: string) => this.#type(name, 'TF_INT32');
  #float32 = (name: string) => this.#type(name, 'TF_FLOAT');
  #type(name: string, type: 'TF_FLOAT' | 'TF_INT32'): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_TYPE, value: this.#backend.binding[type] };
  }
}
