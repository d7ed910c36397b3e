/** Names and colours that this site gave to labels. Create it in a component. */
import type { LabelName } from '../../../shared/api/viewer.ts';
import { labelColour } from '../../../shared/label-colours.ts';
import { api } from '../../state/bridge.ts';
import { texts } from '../../texts/index.ts';

export class Labels {
  #known = $state.raw(new Map<number, LabelName>());

  /** Names are the same for every volume of a site; any one of them tells. */
  constructor(volume: () => string | undefined) {
    $effect(() => {
      const id = volume();
      if (id !== undefined) void this.#read(id);
    });
  }

  async #read(volume: string): Promise<void> {
    try {
      const { labelNames } = await api.openVolume(volume);
      this.#known = new Map(labelNames.map((name) => [name.label, name]));
    } catch {
      // Numbers do without names; what is wrong with the volume shows where it is opened.
    }
  }

  name(label: number): string {
    return this.#known.get(label)?.name ?? texts.review.labelName(label);
  }

  colour(label: number): string {
    return this.#known.get(label)?.colour ?? labelColour(label);
  }
}
