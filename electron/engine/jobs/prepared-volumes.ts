/**
 * Stored volumes as slices, prepared when first asked for; the least recently used leave when there are too many bytes.
 */
import { statSync } from 'node:fs';
import { fault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import { prepareImage, prepareLabels } from '../../imaging/prepare.ts';
import type { LabelledSlices, SliceStack } from '../../learning/slices.ts';
import { readLabelFile, readVolume } from '../../storage/volume-file.ts';
import type { VolumeFiles } from '../jobs.ts';

const KEPT_BYTES = 256 * 2 ** 20; // a quarter of what a site's process may use; 550 volumes of 50 slices of 48 x 48

export class PreparedVolumes {
  readonly #limit: number;
  readonly #entries = new Map<string, SliceStack>(); // the most recently used last
  #bytes = 0;

  constructor(limit = KEPT_BYTES) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The volume's slices. Throws as `readVolume`. */
  image(files: VolumeFiles, plan: Plan): SliceStack {
    return this.#get(`${version(files.image)} ${settingsOf(plan)}`, () => prepareImage(readVolume(files.image), plan));
  }

  /** The volume's slices with their classes. Throws as `readVolume`, and `engine.no-slices` where it has no labels. */
  labelled(files: VolumeFiles, plan: Plan): LabelledSlices {
    const { image, labels } = files;
    if (labels === undefined) throw fault('engine.no-slices', { what: `volume ${files.id} has no labels` });
    const key = `${version(image)} ${version(labels)} ${settingsOf(plan)}`;
    return this.#get(key, () => {
      const slices = prepareImage(readVolume(image), plan);
      return { ...slices, classes: prepareLabels(readLabelFile(labels), plan) };
    }) as LabelledSlices;
  }

  #get(key: string, prepare: () => SliceStack): SliceStack {
    const entry = this.#entries.get(key) ?? prepare();
    if (!this.#entries.delete(key)) this.#bytes += bytesOf(entry);
    this.#entries.set(key, entry);
    for (const [oldest, stack] of this.#entries) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytesOf(stack);
    }
    return entry;
  }
}

function bytesOf(stack: SliceStack & Partial<LabelledSlices>): number {
  return stack.pixels.byteLength + (stack.classes?.byteLength ?? 0);
}

/** Names a file as it is now; a file that is not there gets a name as well, and its error when it is read. */
function version(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false });
  return `${file}@${status?.mtimeMs}:${status?.size}`;
}

/** The settings that prepared slices depend on. */
function settingsOf({ axis, spacing, inputSize, labels, normalisation, hounsfield }: Plan): string {
  return JSON.stringify([axis, spacing, inputSize, labels, normalisation, hounsfield]);
}
