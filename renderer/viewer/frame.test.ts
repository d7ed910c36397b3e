import { describe, expect, it } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { canvasToPixel, frameOf, panBy, pixelToCanvas, STILL, scaleBar, zoomAt } from './frame.ts';

const grid: Grid = {
  size: [100, 200, 10],
  spacing: [1, 0.5, 5],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const viewport = { width: 400, height: 300 };

describe('a frame', () => {
  it('shows millimetres evenly, whatever the voxels are', () => {
    const frame = frameOf(grid, 'coronal', viewport, STILL, 'radiological');
    const [a, b, c] = [
      { x: 0, y: 0 },
      { x: 10, y: 0 }, // 10 mm
      { x: 0, y: 2 }, // 10 mm
    ].map((pixel) => pixelToCanvas(frame, pixel));
    expect(Math.abs(b.x - a.x)).toBeCloseTo(Math.abs(c.y - a.y), 10);
  });

  it("has the patient's right on the left, and swaps for neurologists", () => {
    const right = { x: 99, y: 100 }; // x grows to the patient's right
    const radiological = pixelToCanvas(frameOf(grid, 'axial', viewport, STILL, 'radiological'), right);
    const neurological = pixelToCanvas(frameOf(grid, 'axial', viewport, STILL, 'neurological'), right);
    expect(radiological.x).toBeLessThan(200);
    expect(neurological.x).toBeGreaterThan(200);
  });

  it('has the face on the left of a sagittal slice in both conventions, and the head on top', () => {
    for (const convention of ['radiological', 'neurological'] as const) {
      const frame = frameOf(grid, 'sagittal', viewport, STILL, convention);
      expect(pixelToCanvas(frame, { x: 199, y: 5 }).x).toBeLessThan(200);
      expect(pixelToCanvas(frame, { x: 100, y: 9 }).y).toBeLessThan(150);
    }
  });

  it('goes from canvas to pixel and back', () => {
    const camera = { zoom: 2.5, pan: { x: 7, y: -3 } };
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const frame = frameOf(grid, plane, viewport, camera, 'radiological');
      const there = pixelToCanvas(frame, canvasToPixel(frame, { x: 123, y: 45 }));
      expect(there.x).toBeCloseTo(123, 9);
      expect(there.y).toBeCloseTo(45, 9);
    }
  });

  it('keeps what is under the pointer while it zooms', () => {
    const at = { x: 320, y: 80 };
    const before = frameOf(grid, 'axial', viewport, STILL, 'radiological');
    const pixel = canvasToPixel(before, at);
    const camera = zoomAt(STILL, before, 3, at);
    const after = pixelToCanvas(frameOf(grid, 'axial', viewport, camera, 'radiological'), pixel);
    expect(after.x).toBeCloseTo(at.x, 9);
    expect(after.y).toBeCloseTo(at.y, 9);
  });

  it('moves with the pointer, but never out of sight', () => {
    const frame = frameOf(grid, 'axial', viewport, STILL, 'radiological');
    const moved = panBy(STILL, frame, { x: 10, y: -20 });
    const middle = pixelToCanvas(frameOf(grid, 'axial', viewport, moved, 'radiological'), { x: 50, y: 100 });
    expect(middle.x).toBeCloseTo(210, 9);
    expect(middle.y).toBeCloseTo(130, 9);
    const far = panBy(STILL, frame, { x: 1e6, y: 0 });
    const edge = pixelToCanvas(frameOf(grid, 'axial', viewport, far, 'radiological'), { x: 100, y: 100 });
    expect(edge.x).toBeLessThanOrEqual(400 + 1e-9);
  });
});

describe('the scale bar', () => {
  it('has a round length that fits', () => {
    const frame = { ...frameOf(grid, 'axial', viewport, STILL, 'radiological'), pixelsPerMm: 2.7 };
    expect(scaleBar(frame, 120)).toEqual({ mm: 20, pixels: 54 });
    expect(scaleBar({ ...frame, pixelsPerMm: 70 }, 120)).toEqual({ mm: 1, pixels: 70 });
    expect(scaleBar({ ...frame, pixelsPerMm: 1.1 }, 120)).toEqual({ mm: 100, pixels: expect.closeTo(110, 9) });
  });
});
