/**
 * The transforms of Winograd's F(4x4, 3x3) and F(3x3, 3x3) (Lavin and Gray, CVPR 2016). With the matrices B, G and A, a
 * tile of m x m outputs is y = At [(G g Gt) * (Bt d B)] A from its inputs d, two more along each side, and the 3 x 3
 * filter g, where * multiplies number by number: 36 multiplications for 16 outputs, or 25 for 9, where the definition
 * has nine for each. Summed over input channels, each of these numbers, called frequencies here, is a matrix product.
 * The filter's gradient is Gt [(Bt d B) * (A dy At)] G, summed over tiles.
 */
import {
  addFour,
  type Code,
  type FunctionBuilder,
  get,
  type Local,
  multiplyAdd,
  multiplyFour,
  set,
  splat,
  splatConstant,
  subtractFour,
} from './assembler.ts';

/** A 1-D transform: the statements that give as many numbers as the matrix has rows, and these. */
export type Transform = (
  numbers: Code[],
  temporaries: Local[],
  factors: Factors,
) => { before: Code[]; results: Code[] };

/**
 * The matrices' numbers, each a vector that is made once a call, out of a parameter that is always 1. Of a constant V8
 * would make the vector anew at each use, in three instructions, which are a third of a transform.
 */
export class Factors {
  readonly #f: FunctionBuilder;
  readonly #vectors = new Map<number, Local>();

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  /** factor * a */
  times = (factor: number, a: Code): Code => multiplyFour(a, get(this.#vector(factor)));
  /** factor * a + b */
  scaled = (factor: number, a: Code, b: Code): Code => multiplyAdd(a, get(this.#vector(factor)), b);

  /** To stand before all that uses them. */
  prepare(one: Local): Code[] {
    return [...this.#vectors].map(([factor, local]) =>
      set(local, multiplyFour(splat(get(one)), splatConstant(factor))),
    );
  }

  #vector(factor: number): Local {
    const known = this.#vectors.get(factor);
    if (known) return known;
    const local = this.#f.local('v128');
    this.#vectors.set(factor, local);
    return local;
  }
}

/** The transforms of one size of tiles, each from and to so many numbers along a side. */
export interface Scheme {
  tile: number; // output pixels along a side
  patch: number; // input pixels along a side
  input: Transform; // Bt
  output: Transform; // At
  slopes: Transform; // A
  filter: Transform; // G
  filterSlopes: Transform; // Gt
}

/** Bt: 6 inputs to 6. */
const input4: Transform = ([d0, d1, d2, d3, d4, d5], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, scaled(-4, d2, d4)),
    set(b, scaled(-4, d1, d3)),
    set(c, subtractFour(d4, d2)),
    set(e, times(2, subtractFour(d3, d1))),
  ],
  results: [
    scaled(4, d0, scaled(-5, d2, d4)),
    addFour(get(a), get(b)),
    subtractFour(get(a), get(b)),
    addFour(get(c), get(e)),
    subtractFour(get(c), get(e)),
    scaled(4, d1, scaled(-5, d3, d5)),
  ],
});

/** At: 6 sums of products to 4 outputs. */
const output4: Transform = ([m0, m1, m2, m3, m4, m5], [a, b, c, e], { scaled }) => ({
  before: [
    set(a, addFour(m1, m2)),
    set(b, subtractFour(m1, m2)),
    set(c, addFour(m3, m4)),
    set(e, subtractFour(m3, m4)),
  ],
  results: [
    addFour(addFour(m0, get(a)), get(c)),
    scaled(2, get(e), get(b)),
    scaled(4, get(c), get(a)),
    addFour(scaled(8, get(e), get(b)), m5),
  ],
});

/** A: 4 slopes of outputs to 6. */
const slopes4: Transform = ([y0, y1, y2, y3], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, addFour(y0, y2)),
    set(b, addFour(y1, y3)),
    set(c, scaled(4, y2, y0)),
    set(e, scaled(8, y3, times(2, y1))),
  ],
  results: [
    y0,
    addFour(get(a), get(b)),
    subtractFour(get(a), get(b)),
    addFour(get(c), get(e)),
    subtractFour(get(c), get(e)),
    y3,
  ],
});

/** G: 3 weights to 6. */
const filter4: Transform = ([g0, g1, g2], [a, b], { times, scaled }) => ({
  before: [set(a, times(-1 / 6, addFour(g0, g2))), set(b, scaled(1 / 24, g0, times(1 / 6, g2)))],
  results: [
    times(1 / 4, g0),
    scaled(-1 / 6, g1, get(a)),
    scaled(1 / 6, g1, get(a)),
    scaled(1 / 12, g1, get(b)),
    scaled(-1 / 12, g1, get(b)),
    g2,
  ],
});

/** Gt: 6 slopes to those of 3 weights. */
const filterSlopes4: Transform = ([u0, u1, u2, u3, u4, u5], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, addFour(u1, u2)),
    set(b, subtractFour(u2, u1)),
    set(c, addFour(u3, u4)),
    set(e, subtractFour(u3, u4)),
  ],
  results: [
    scaled(1 / 24, get(c), scaled(-1 / 6, get(a), times(1 / 4, u0))),
    scaled(1 / 12, get(e), times(1 / 6, get(b))),
    addFour(scaled(1 / 6, get(c), times(-1 / 6, get(a))), u5),
  ],
});

/** Bt: 5 inputs to 5. */
const input3: Transform = ([d0, d1, d2, d3, d4], [a, b], { scaled }) => ({
  before: [set(a, subtractFour(d3, d1)), set(b, subtractFour(d0, d2))],
  results: [
    scaled(2, get(b), get(a)),
    scaled(-2, d1, subtractFour(d3, d2)),
    scaled(2, d1, scaled(-3, d2, d3)),
    get(a),
    scaled(-2, get(a), subtractFour(d4, d2)),
  ],
});

/** At: 5 sums of products to 3 outputs. */
const output3: Transform = ([m0, m1, m2, m3, m4], [a, b], { scaled }) => ({
  before: [set(a, addFour(m1, m2)), set(b, subtractFour(m1, m2))],
  results: [addFour(addFour(m0, get(a)), m3), scaled(2, m3, get(b)), addFour(scaled(4, m3, get(a)), m4)],
});

/** A: 3 slopes of outputs to 5. */
const slopes3: Transform = ([y0, y1, y2], [a], { scaled }) => ({
  before: [set(a, addFour(y0, y2))],
  results: [y0, addFour(get(a), y1), subtractFour(get(a), y1), scaled(4, y2, scaled(2, y1, y0)), y2],
});

/** G: 3 weights to 5. */
const filter3: Transform = ([g0, g1, g2], [a], { times, scaled }) => ({
  before: [set(a, addFour(g0, g2))],
  results: [
    times(1 / 2, g0),
    times(-1 / 2, addFour(get(a), g1)),
    times(1 / 6, subtractFour(g1, get(a))),
    scaled(2 / 3, g2, scaled(1 / 3, g1, times(1 / 6, g0))),
    g2,
  ],
});

/** Gt: 5 slopes to those of 3 weights. */
const filterSlopes3: Transform = ([u0, u1, u2, u3, u4], [a, b], { times, scaled }) => ({
  before: [set(a, times(-1 / 2, u1)), set(b, times(1 / 6, u2))],
  results: [
    scaled(1 / 6, u3, scaled(1 / 2, u0, subtractFour(get(a), get(b)))),
    scaled(1 / 3, u3, addFour(get(a), get(b))),
    addFour(scaled(2 / 3, u3, subtractFour(get(a), get(b))), u4),
  ],
});

export const schemes: Scheme[] = [
  {
    tile: 4,
    patch: 6,
    input: input4,
    output: output4,
    slopes: slopes4,
    filter: filter4,
    filterSlopes: filterSlopes4,
  },
  {
    tile: 3,
    patch: 5,
    input: input3,
    output: output3,
    slopes: slopes3,
    filter: filter3,
    filterSlopes: filterSlopes3,
  },
];
