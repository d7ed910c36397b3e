import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../../shared/plan.ts';
import { seededRandom } from '../../shared/random.ts';
import { changeClasses, changeWindow, drawChange, type WindowChange } from './augmentation.ts';

const SIDE = 16;
const unchanged: WindowChange = {
  rotation: 0,
  scale: 1,
  shift: [0, 0],
  contrast: 1,
  brightness: 0,
  noise: 0,
  bend: null,
  gamma: 1,
  blur: 0,
};

function slice(value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => value(pixel % SIDE, Math.floor(pixel / SIDE)));
}
const whole = { frame: { height: SIDE, width: SIDE }, place: { row: 0, column: 0 }, side: SIDE };

function changed(source: Float32Array, change: Partial<WindowChange>, seed = 1): Float32Array {
  const target = new Float32Array(SIDE * SIDE);
  changeWindow(source, target, whole, { ...unchanged, ...change }, seededRandom(seed));
  return target;
}
function expectClose(values: Float32Array, expected: Float32Array): void {
  values.forEach((value, pixel) => {
    expect(value).toBeCloseTo(expected[pixel], 4);
  });
}

describe('changeWindow', () => {
  it('leaves a slice as it is where nothing changes', () => {
    const source = slice((x, y) => Math.sin(x) + 3 * y);
    expect(changed(source, {})).toEqual(source);
  });

  it('shifts towards larger x and y and repeats the border', () => {
    const source = slice((x, y) => x + 100 * y);
    const expected = slice((x, y) => Math.max(x - 2, 0) + 100 * Math.min(y + 1, SIDE - 1));
    expectClose(changed(source, { shift: [2, -1] }), expected);
  });

  it('interpolates between pixels', () => {
    const source = slice((x, y) => x * y);
    const expected = slice((x, y) => Math.max(x - 0.5, 0) * Math.max(y - 0.25, 0));
    expectClose(changed(source, { shift: [0.5, 0.25] }), expected);
  });

  it('shows what lies beside a window that is moved, turned or shrunk', () => {
    const [height, width] = [40, 30];
    const source = Float32Array.from({ length: height * width }, (_, pixel) => pixel);
    const target = new Float32Array(SIDE * SIDE);
    const window = { frame: { height, width }, place: { row: 11, column: 7 }, side: SIDE };
    const change = { ...unchanged, shift: [3, -4] as [number, number] };
    changeWindow(source, target, window, change, seededRandom(1));
    expect(target[0]).toBe((11 + 4) * width + 7 - 3);
    expect(target[SIDE * SIDE - 1]).toBe((11 + 4 + SIDE - 1) * width + 7 - 3 + SIDE - 1);
  });

  it('turns about the centre: a quarter turn moves the x axis onto the y axis', () => {
    expectClose(
      changed(
        slice((x) => x),
        { rotation: Math.PI / 2 },
      ),
      slice((_, y) => y),
    );
  });

  it('enlarges about the centre', () => {
    const centre = (SIDE - 1) / 2;
    expectClose(
      changed(
        slice((x) => x),
        { scale: 2 },
      ),
      slice((x) => centre + (x - centre) / 2),
    );
  });

  it('multiplies by the contrast, adds the brightness, and adds noise of the given deviation', () => {
    const source = slice((x, y) => x - y);
    expectClose(
      changed(source, { contrast: 1.5, brightness: -2 }),
      slice((x, y) => 1.5 * (x - y) - 2),
    );
    const noise = changed(
      slice(() => 0),
      { noise: 0.5 },
    );
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.1);
    expect(
      changed(
        slice(() => 0),
        { noise: 0.5 },
      ),
    ).toEqual(noise);
    expect(
      changed(
        slice(() => 0),
        { noise: 0.5 },
        2,
      ),
    ).not.toEqual(noise);
  });
});

describe('stronger changes', () => {
  const ramp = slice((x) => x);

  it('bend parts of a window on their own, and keep what is not bent', () => {
    const bend = new Float32Array(50);
    expectClose(changed(ramp, { bend }), ramp);
    bend[2 * (2 * 5 + 2)] = 3; // the middle, along x
    const bent = changed(ramp, { bend });
    expect(bent[8 * SIDE + 8] - ramp[8 * SIDE + 8]).toBeGreaterThan(2);
    for (const corner of [0, SIDE - 1, SIDE * (SIDE - 1)]) expect(bent[corner]).toBeCloseTo(ramp[corner], 4);
  });

  it('raise grey values to a power over their range', () => {
    const raised = changed(ramp, { gamma: 2 });
    expect(raised[SIDE - 1]).toBeCloseTo(SIDE - 1, 4);
    expect(raised[5]).toBeCloseTo((5 / 15) ** 2 * 15, 4);
    expectClose(
      changed(
        slice(() => 3),
        { gamma: 2 },
      ),
      slice(() => 3),
    );
  });

  it('blur evenly along both sides, and keep a constant', () => {
    const dot = changed(
      slice((x, y) => (x === 8 && y === 8 ? 1 : 0)),
      { blur: 1 },
    );
    expect(dot[8 * SIDE + 9]).toBeCloseTo(dot[9 * SIDE + 8], 6);
    expect(dot[8 * SIDE + 8] / dot[8 * SIDE + 9]).toBeCloseTo(Math.exp(0.5), 3);
    expect(dot.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    expectClose(
      changed(
        slice(() => 2),
        { blur: 1.3 },
      ),
      slice(() => 2),
    );
  });
});

describe('changeClasses', () => {
  it('moves classes together with the pixels', () => {
    const inside = (x: number, y: number) => Math.hypot(x - 6, (y - 9) / 2) < 3;
    const image = slice((x, y) => (inside(x, y) ? 1 : 0));
    const change = { ...unchanged, rotation: 0.4, scale: 1.2, shift: [1.3, -0.7] as [number, number] };
    const target = new Uint8Array(SIDE * SIDE);
    changeClasses(Uint8Array.from(image), target, whole, change);
    const moved = changed(image, change);
    const agreeing = target.filter((value, pixel) => value === (moved[pixel] > 0.5 ? 1 : 0)).length;
    expect(target.filter((value) => value === 1).length).toBeGreaterThan(20);
    expect(agreeing / target.length).toBeGreaterThan(0.97);
  });
});

describe('drawChange', () => {
  it('stays within the bounds of the plan and uses all of them', () => {
    const bounds = augmentationSchema.parse({});
    const changes = Array.from({ length: 500 }, (_, seed) => drawChange(bounds, SIDE, seededRandom(seed)));
    const turns = changes.map(({ rotation }) => (rotation * 180) / Math.PI);
    expect(Math.max(...turns)).toBeLessThanOrEqual(bounds.rotation);
    expect(Math.max(...turns)).toBeGreaterThan(0.95 * bounds.rotation);
    expect(Math.min(...turns)).toBeLessThan(-0.95 * bounds.rotation);
    expect(changes.every(({ shift }) => shift.every((pixels) => Math.abs(pixels) <= bounds.shift * SIDE))).toBe(true);
    expect(changes.every(({ scale }) => Math.abs(scale - 1) <= bounds.scale)).toBe(true);
    expect(changes.every(({ contrast }) => Math.abs(contrast - 1) <= bounds.contrast)).toBe(true);
    expect(changes.every(({ brightness }) => Math.abs(brightness) <= bounds.brightness)).toBe(true);
  });
});
