/** Which values are black and which are white, and what a drag makes of it. */

export interface ValueWindow {
  low: number;
  high: number;
}

type PresetName = 'auto' | 'full' | 'brain' | 'bone' | 'lung' | 'softTissue';

export interface Preset extends ValueWindow {
  name: PresetName;
}

/** Windows that radiologists use on CT, in Hounsfield units. */
const CT: Preset[] = [
  { name: 'brain', low: 0, high: 80 },
  { name: 'softTissue', low: -160, high: 240 },
  { name: 'lung', low: -1350, high: 150 },
  { name: 'bone', low: -450, high: 1050 },
];

/** Air is -1000 HU and bone above 1000; no other modality looks like that. */
function looksLikeHounsfield({ least, most }: { least: number; most: number }): boolean {
  return least <= -900 && least >= -4100 && most >= 200 && most <= 32_767;
}

export function presetsOf(values: { least: number; most: number; window: ValueWindow }): Preset[] {
  return [
    { name: 'auto', ...soundWindow(values.window, values) },
    { name: 'full', ...soundWindow({ low: values.least, high: values.most }, values) },
    ...(looksLikeHounsfield(values) ? CT : []),
  ];
}

/** A window is never empty, not even of an image that has one value everywhere. */
export function soundWindow(window: ValueWindow, { least, most }: { least: number; most: number }): ValueWindow {
  const narrowest =
    Math.max((most - least) / 1000, Number.EPSILON * Math.max(Math.abs(least), Math.abs(most)) * 8) || 1;
  if (window.high - window.low >= narrowest) return window;
  const middle = (window.low + window.high) / 2;
  return { low: middle - narrowest / 2, high: middle + narrowest / 2 };
}

/** Right widens, up makes brighter: the drag that viewers share. `x` and `y` are CSS pixels. */
export function dragWindow(
  window: ValueWindow,
  by: { x: number; y: number },
  values: { least: number; most: number; window: ValueWindow },
): ValueWindow {
  const step = Math.max(values.window.high - values.window.low, (values.most - values.least) / 50, 1e-12) / 250;
  const centre = (window.low + window.high) / 2 + by.y * step;
  const width = Math.max(window.high - window.low + by.x * step, 0);
  return soundWindow({ low: centre - width / 2, high: centre + width / 2 }, values);
}
