/** Colours of a label map as Cornerstone takes them. */
import { rgbOf } from '../../shared/label-colours.ts';

/** Red, green, blue and opacity, each 0 to 255. */
export type Rgba = [number, number, number, number];

/**
 * One colour for each value that a label map can hold: a label beyond the table would end Cornerstone's drawing for
 * good. `colourOf` gives #rrggbb. Background and hidden labels are clear.
 */
export function colourTable(colourOf: (label: number) => string, isHidden: (label: number) => boolean): Rgba[] {
  return Array.from({ length: 256 }, (_, label) =>
    label === 0 || isHidden(label) ? [0, 0, 0, 0] : [...rgbOf(colourOf(label)), 255],
  );
}
