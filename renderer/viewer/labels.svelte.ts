/**
 * Labels as they are shown: name, colour and visibility of each, how strong, filled or outlined, and which one draws.
 */
import type { LabelName } from '../../shared/api/viewer.ts';
import { labelColour } from '../../shared/label-colours.ts';
import { texts } from '../texts/index.ts';
import { colourTable, type Rgba } from './colour-table.ts';

export class Labels {
  names = $state.raw<LabelName[]>([]);
  hidden = $state.raw<ReadonlySet<number>>(new Set());
  opacity = $state(0.45); // of fills; outlines are always full
  look = $state<'fill' | 'outline'>('fill');
  shown = $state(true);
  current = $state(1); // what the brush draws

  constructor(names: LabelName[]) {
    this.names = names;
    this.current = names.length > 0 ? Math.min(...names.map(({ label }) => label)) : 1;
  }

  readonly colourOf = (label: number): string =>
    this.names.find((name) => name.label === label)?.colour ?? labelColour(label);

  readonly colours: Rgba[] = $derived(colourTable(this.colourOf, (label) => this.hidden.has(label)));

  nameOf(label: number): string {
    return this.names.find((name) => name.label === label)?.name ?? texts.viewer.labels.unnamed(label);
  }

  toggle(label: number): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(label)) hidden.add(label);
    this.hidden = hidden;
  }

  /** The next number that nothing uses; null where all 255 are taken. */
  free(used: number[]): number | null {
    const taken = new Set([...used, ...this.names.map(({ label }) => label)]);
    for (let label = 1; label < 256; label++) if (!taken.has(label)) return label;
    return null;
  }
}
