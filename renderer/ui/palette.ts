/**
 * Colours of data, apart from the window's own two. Partitions lie in order along an axis, so theirs are steps of one
 * ramp of rising lightness, which also reads without colour vision; amber stays out, it means that something leaves.
 */
const RAMP = ['#8f7dff', '#5f96ff', '#3db4e6', '#3cc9b4', '#7fdc8f', '#d4ee8c'];

/** The colour (#rrggbb) of partition `index`, counted from 0, of `count`. */
export function partitionColour(index: number, count: number): string {
  const place = count > 1 ? (index / (count - 1)) * (RAMP.length - 1) : 0;
  const step = Math.min(RAMP.length - 2, Math.floor(place));
  return mix(RAMP[step], RAMP[step + 1], place - step);
}

function mix(a: string, b: string, share: number): string {
  const channel = (colour: string, at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) => Math.round(channel(a, at) + (channel(b, at) - channel(a, at)) * share))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}
