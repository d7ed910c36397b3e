import { expect, it } from 'vitest';
import { labelColour } from './label-colours.ts';

/** Linear red, green and blue, 0 to 1. */
const linear = (colour: string) =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });

/** How a colour looks without one kind of cone (Viénot, Brettel and Mollon 1999). */
const sights: Record<string, number[][]> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red cones': [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  'no green cones': [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};

/** CIE L*a*b*, D65. */
function lab([red, green, blue]: number[]): number[] {
  const f = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

it.each(Object.keys(sights))('tells the first eight labels apart with %s', (sight) => {
  const seen = Array.from({ length: 8 }, (_, index) => {
    const colour = linear(labelColour(index + 1));
    return lab(sights[sight].map((row) => row.reduce((sum, weight, channel) => sum + weight * colour[channel], 0)));
  });
  const close: string[] = [];
  for (let a = 0; a < 8; a++) {
    for (let b = a + 1; b < 8; b++) {
      const distance = Math.hypot(...seen[a].map((value, axis) => value - seen[b][axis]));
      if (distance < 25) close.push(`${a + 1} and ${b + 1}: ${distance.toFixed(0)}`);
    }
  }
  expect(close).toEqual([]);
});

it('gives every label a colour of its own that shows on black', () => {
  const colours = Array.from({ length: 255 }, (_, index) => labelColour(index + 1));
  expect(new Set(colours).size).toBe(255);
  for (const colour of colours) {
    expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(lab(linear(colour))[0]).toBeGreaterThan(35);
  }
});
