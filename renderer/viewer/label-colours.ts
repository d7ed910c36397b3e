/** Colours of labels: a person's own, else steps round the colour circle that leave amber out, which means leaving. */

const FALLBACK = ['#ff6b81', '#4fd1c5', '#a78bfa', '#7dd3fc', '#f0abfc', '#86efac', '#c4b5a0', '#fda4af'];

/** #rrggbb of a label without a colour of its own. */
export function usualColour(label: number): string {
  return FALLBACK[(label - 1 + FALLBACK.length) % FALLBACK.length];
}

/** Red, green, blue and opacity, each 0 to 255. */
export type Rgba = [number, number, number, number];

export function rgbaOf(colour: string, opacity = 255): Rgba {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5), opacity];
}

/**
 * One colour for each value that a label map can hold: a label beyond the table would end Cornerstone's drawing for
 * good. Background and hidden labels are clear.
 */
export function colourTable(colourOf: (label: number) => string, isHidden: (label: number) => boolean): Rgba[] {
  return Array.from({ length: 256 }, (_, label) =>
    label === 0 || isHidden(label) ? [0, 0, 0, 0] : rgbaOf(colourOf(label)),
  );
}
