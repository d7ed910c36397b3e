/**
 * Colours of labels on dark images. The first eight are told apart by people who see no red or no green (a test holds
 * that), and none is the accent or the colour of leaving. Beyond them the hue turns by the golden angle, in three
 * lightnesses.
 */
const first = ['#3ff2ad', '#e45e5d', '#9c83ff', '#e4f871', '#2861ff', '#e593e7', '#cafbff', '#c48320'];

/** The usual colour of a label (1 to 255), as #rrggbb. */
export function labelColour(label: number): string {
  if (label <= first.length) return first[label - 1];
  const index = label - first.length;
  return hslToHex((index * 137.508) % 360, 0.75, [0.66, 0.8, 0.55][index % 3]);
}

/** Red, green and blue of #rrggbb, each 0 to 255. */
export function rgbOf(colour: string): [number, number, number] {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

function hslToHex(hue: number, saturation: number, lightness: number): string {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (turn: number) => {
    const place = (turn + hue / 30) % 12;
    const value = lightness - chroma * Math.max(-1, Math.min(place - 3, 9 - place, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
