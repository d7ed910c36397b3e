/** The borders of labels in a slice, along the sides of pixels: drawn as lines, they stay thin at every zoom. */

/** For each label, lines as x1, y1, x2, y2 in pixel space. Lines that go on straight are one. */
export type Outlines = Map<number, number[]>;

export function outlinesOf(labels: Uint8Array, columns: number, rows: number): Outlines {
  const outlines: Outlines = new Map();
  walk(labels, { lines: rows, step: columns }, { places: columns, step: 1 }, (label, line, first, end) =>
    linesOf(outlines, label).push(first, line, end, line),
  );
  walk(labels, { lines: columns, step: 1 }, { places: rows, step: columns }, (label, line, first, end) =>
    linesOf(outlines, label).push(line, first, line, end),
  );
  return outlines;
}

/** Walks along every line between pixels, and gives the runs that have a label on one side only. */
function walk(
  labels: Uint8Array,
  across: { lines: number; step: number },
  along: { places: number; step: number },
  give: (label: number, line: number, first: number, end: number) => void,
): void {
  for (let line = 0; line <= across.lines; line++) {
    let above = 0; // of the run that goes on
    let below = 0;
    let first = 0;
    for (let place = 0; place <= along.places; place++) {
      const inside = place < along.places;
      const at = line * across.step + place * along.step;
      const a = inside && line > 0 ? labels[at - across.step] : 0;
      const b = inside && line < across.lines ? labels[at] : 0;
      if (a === above && b === below) continue;
      if (above !== below) {
        if (above !== 0) give(above, line, first, place);
        if (below !== 0) give(below, line, first, place);
      }
      above = a;
      below = b;
      first = place;
    }
  }
}

function linesOf(outlines: Outlines, label: number): number[] {
  const known = outlines.get(label);
  if (known) return known;
  const lines: number[] = [];
  outlines.set(label, lines);
  return lines;
}
