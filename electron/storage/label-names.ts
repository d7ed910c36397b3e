/**
 * What the labels of a site are called and how they are coloured; "Label 3" in its usual colour until a person says so.
 */
import type { LabelName } from '../../shared/api/viewer.ts';
import { labelColour } from '../../shared/label-colours.ts';
import type { Query, SiteDatabase } from './database.ts';

export class LabelNames {
  #set: Query<[number, string, string]>;
  #all: Query<[], LabelName>;

  constructor(database: SiteDatabase) {
    this.#set = database.query(
      `INSERT INTO label_names (label, name, colour) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, colour = excluded.colour`,
    );
    this.#all = database.query('SELECT label, name, colour FROM label_names ORDER BY label');
  }

  name(label: number, name: string, colour: string): void {
    this.#set.run(label, name, colour);
  }

  /** Names of these labels, and of those that a person named, ascending. */
  of(labels: Iterable<number>): LabelName[] {
    const named = new Map(this.#all.all().map((row) => [row.label, row]));
    return [...new Set([...labels, ...named.keys()])]
      .sort((a, b) => a - b)
      .map((label) => named.get(label) ?? { label, name: `Label ${label}`, colour: labelColour(label) });
  }
}
