/** A strip of dots for each label, a dot a volume, for the page and for the PDF alike. Lengths are in points. */
import type { LabelFacts } from './facts.ts';

export interface DicePlot {
  width: number;
  height: number;
  left: number; // where Dice 0 stands
  right: number; // where Dice 1 stands
  strips: PlotStrip[];
  ticks: { x: number; text: string }[];
  bottom: number; // of the strips
}

interface PlotStrip {
  name: string;
  colour: string;
  middle: number; // height of the dots' line
  median: number | null; // where it stands; null where no volume counts
  dots: { x: number; y: number; open: boolean }[];
}

const STRIP = 34;
const NAMES = 128; // room for the labels' names
const RADIUS = 3;

export const dotRadius = RADIUS;

export function dicePlot(labels: LabelFacts[], width: number): DicePlot {
  const [left, right] = [NAMES, width - 12];
  const place = (dice: number) => left + dice * (right - left);
  const strips = labels.map(({ name, colour, summary, dots }, index): PlotStrip => {
    const middle = STRIP * (index + 0.5);
    const median = summary?.dice ? place(summary.dice.median) : null;
    return { name, colour, middle, median, dots: spread(dots, place, middle) };
  });
  const bottom = STRIP * labels.length;
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((dice) => ({ x: place(dice), text: dice.toFixed(1) }));
  return { width, height: bottom + 30, left, right, strips, ticks, bottom };
}

/** Dots that would lie on each other stand above and below in turn. */
function spread(dots: LabelFacts['dots'], place: (dice: number) => number, middle: number): PlotStrip['dots'] {
  const levels = [0, -1, 1, -2, 2].map((level) => ({
    y: middle + level * 2 * RADIUS,
    taken: Number.NEGATIVE_INFINITY,
  }));
  return dots.map(({ dice, counts }) => {
    const x = place(dice);
    const level = levels.find(({ taken }) => taken <= x - 2 * RADIUS) ?? levels[0];
    level.taken = x;
    return { x, y: level.y, open: !counts };
  });
}
