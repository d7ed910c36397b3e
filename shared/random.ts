/**
 * Random numbers that are the same on every machine for the same seed. The generator is sfc32 (Chris Doty-Humphrey,
 * PractRand): 128 bits of state, period at least 2^32 and on average 2^127. Never used for keys or tokens.
 *
 * A stream is named, not continued: `seededRandom(seed, 'round', 3, 'step', 7)`. So a run that was killed draws the
 * same numbers after a restart without having stored where its generator was.
 */

/** Gives the next number, 0 <= number < 1, a multiple of 2^-32. */
export type Random = () => number;

const WARM_UP = 15; // draws after which every bit of the seed has reached every bit of the state

/**
 * The stream that `parts` name. Parts are told apart by kind and border: 1 and '1', ('ab', 'c') and ('a', 'bc') differ.
 */
export function seededRandom(...parts: (string | number)[]): Random {
  const text = JSON.stringify(parts);
  let a = hash(text, 0x9e3779b9);
  let b = hash(text, 0x243f6a88);
  let c = hash(text, 0xb7e15162);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let draw = 0; draw < WARM_UP; draw++) next();
  return next;
}

/**
 * A draw from the normal distribution of mean 0 and deviation 1 (Box and Muller 1958). Uses two numbers of the stream.
 */
export function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random())); // 1 - u is never 0
  return radius * Math.cos(2 * Math.PI * random());
}

/** A whole number, 0 <= number < `below`; `below` up to 2^32. */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** A copy of `items` in random order (Fisher and Yates). */
export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomInteger(random, last + 1);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/** MurmurHash3's 32-bit mixing (Austin Appleby, public domain) of the text's UTF-16 units, one a block. */
function hash(text: string, seed: number): number {
  let state = seed | 0;
  for (let index = 0; index < text.length; index++) {
    let block = Math.imul(text.charCodeAt(index), 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    state ^= block;
    state = (Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64) | 0;
  }
  state ^= text.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}
