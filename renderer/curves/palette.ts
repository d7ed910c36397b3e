/** How curves are told apart: by colour, and by the dash for whoever does not see the colour. */
const DATA_COLOURS = 6;

const dashes: number[][] = [[], [8, 4], [2, 4], [12, 4, 2, 4], [5, 3], [14, 6]];

export interface CurveLook {
  colour: string;
  dash: number[]; // CSS pixels drawn and left out; empty is a whole line
}

/** The look of the curve at this place; after six it begins again. */
export function lookOf(place: number): CurveLook {
  const index = place % DATA_COLOURS;
  return { colour: `var(--data-${index + 1})`, dash: dashes[index] };
}
