/** What a table knows of a column, and how its values are put in order. */
export interface Identified {
  id: string;
}

export interface Column<Row> {
  key: string;
  title: string;
  width?: `${number}rem`; // what is left is shared by the columns without one
  right?: boolean; // numbers
  compare?: (a: Row, b: Row) => number; // in ascending order; without it the column cannot be sorted by
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** By a text as people count: "case 9" before "case 10". */
export function byText<Row>(of: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => natural.compare(of(a), of(b));
}

export function byNumber<Row>(of: (row: Row) => number): (a: Row, b: Row) => number {
  return (a, b) => of(a) - of(b);
}
