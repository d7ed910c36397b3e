import { describe, expect, it } from 'vitest';
import { drawOverlay, markSquare, type OverlaySlice, squareAround } from './overlay.ts';

const size = 40;
const disc = (cx: number, cy: number, radius: number, label = 1) =>
  Uint8Array.from({ length: size * size }, (_, at) =>
    Math.hypot((at % size) - cx, Math.floor(at / size) - cy) <= radius ? label : 0,
  );
const slice = (...outlines: OverlaySlice['outlines']): OverlaySlice => ({
  size: [size, size],
  spacing: [1, 1],
  grey: Float32Array.from({ length: size * size }, (_, at) => at % size),
  outlines,
});
const window = { low: 0, high: 39 };
const red = () => [255, 0, 0] as [number, number, number];
/** How red each pixel is beyond its grey. */
const redness = ({ data, width }: ReturnType<typeof drawOverlay>) =>
  Float64Array.from({ length: width * width }, (_, pixel) => data[3 * pixel] - data[3 * pixel + 1]);

describe('drawOverlay', () => {
  it('shows a slice without labels whole, the patient’s right on the left', () => {
    const { data } = drawOverlay(slice(), window, red, 40);
    expect([data[0], data[3 * 39], data[3 * 20]]).toEqual([255, 0, Math.round((19 * 255) / 39 - 0.5)]);
  });

  it('cuts to the labels, with room around them', () => {
    const { data } = drawOverlay(slice({ labels: disc(30, 10, 2.9), dashed: false }), window, red, 100);
    const greys = [data[0], data[3 * 99]].map((value) => (value * 39) / 255); // x at the left and right edges
    expect(greys[0] - greys[1]).toBeCloseTo(0.35 * 40, 0);
    expect((greys[0] + greys[1]) / 2).toBeCloseTo(30, 0);
  });

  it('draws outlines as lines: solid, and thinner and broken for what is compared with', () => {
    const labels = disc(20, 20, 6);
    const solid = redness(drawOverlay(slice({ labels, dashed: false }), window, red, 200));
    const dashed = redness(drawOverlay(slice({ labels, dashed: true }), window, red, 200));
    const inked = (values: Float64Array) => values.filter((value) => value > 25).length;
    expect(solid[100 * 200 + 100]).toBe(0); // nothing inside of the label
    expect(inked(dashed)).toBeGreaterThan(0.2 * inked(solid));
    expect(inked(dashed)).toBeLessThan(0.7 * inked(solid));
    const around = (2 * Math.PI * 6.2 * 200) / (2.4 * 13); // pixels along the circle
    expect(inked(solid)).toBeGreaterThan(around);
    expect(inked(solid)).toBeLessThan(4 * around);
  });

  it('keeps lengths true where voxels are longer than wide, black beyond the slice', () => {
    const flat: OverlaySlice = { size: [20, 4], spacing: [1, 2], grey: new Float32Array(80).fill(30), outlines: [] };
    const { data } = drawOverlay(flat, window, red, 20);
    const column = Array.from({ length: 20 }, (_, y) => data[3 * (20 * y + 10)] > 0);
    expect(column.filter(Boolean)).toHaveLength(8);
    expect(column.indexOf(true)).toBe(6);
  });
});

describe('markSquare', () => {
  it('frames what a window shows, and darkens the rest', () => {
    const whole = { left: 0, top: 0, side: 40 };
    const labels = { labels: disc(10, 30, 3), dashed: false };
    const plain = drawOverlay(slice(labels), window, red, 80, whole);
    const marked = drawOverlay(slice(labels), window, red, 80, whole);
    const square = squareAround(slice(labels), 16);
    expect(square).toEqual({ left: 2.5, top: 22.5, side: 16 });
    markSquare(marked, whole, square);
    const [left, top] = [2 * (40 - 18.5), 2 * (40 - 38.5)]; // both axes are turned round
    const at = (x: number, y: number, picture = marked) => picture.data[3 * (y * 80 + x)];
    for (const corner of [0, 31]) expect(at(left + corner, top + corner)).toBe(255);
    expect(at(left + 12, top + 4)).toBe(at(left + 12, top + 4, plain)); // inside
    expect(at(left - 1, top + 4)).toBe(Math.floor(0.45 * at(left - 1, top + 4, plain)));
  });
});

describe('squareAround', () => {
  it('stays in the slice where it fits, and about its middle where it does not', () => {
    const corner = slice({ labels: disc(38, 1, 1), dashed: false });
    expect(squareAround(corner, 20)).toEqual({ left: 20, top: 0, side: 20 });
    expect(squareAround(corner, 60)).toEqual({ left: -10, top: -10, side: 60 });
    expect(squareAround(slice(), 20)).toEqual({ left: 10, top: 10, side: 20 });
  });
});
