/** Names and colours that this site gave to labels. */
import type { LabelName } from '../../../shared/api/viewer.ts';
import { labelColour } from '../../../shared/label-colours.ts';
import { texts } from '../../texts/index.ts';

export class Labels {
  #known: ReadonlyMap<number, LabelName>;

  constructor(names: LabelName[]) {
    this.#known = new Map(names.map((name) => [name.label, name]));
  }

  name(label: number): string {
    return this.#known.get(label)?.name ?? texts.review.labelName(label);
  }

  colour(label: number): string {
    return this.#known.get(label)?.colour ?? labelColour(label);
  }
}
