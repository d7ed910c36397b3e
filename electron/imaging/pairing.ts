/**
 * Which label map belongs to which image, by name. Pure: paths in, pairs out.
 *
 * A file is a label map where it lies in a folder `labels` beside a folder `images` (or labelsTr beside imagesTr),
 * where it was named as one, or where its name ends in _seg, _label, -mask and the like. It belongs to the image of the
 * same name: at the same place below `images` or in the same folder, or else to the only image of that name anywhere.
 */
import { basename, dirname, join, sep } from 'node:path';

/** An image file, or a DICOM series, whose place and name are those of its folder. */
interface Named {
  path: string;
  isSeries: boolean;
}

interface LabelFile {
  path: string;
  candidates: string[]; // images it may belong to: none, one or, where names are not unique, several
}

const SUFFIX = /[_.-](seg|segmentation|label|labels|labelmap|mask)$/i;
const ENDING = /(\.nii\.gz|\.nii|\.nrrd|\.nhdr|\.mha|\.mhd|\.dcm|\.gz)$/i;

/** The name without folder and ending. */
export function stemOf(path: string): string {
  return basename(path).replace(ENDING, '');
}

/** Does the file look like a label map by its place or name? `folders` holds every folder that was walked. */
export function looksLikeLabels(path: string, folders: ReadonlySet<string>): boolean {
  return SUFFIX.test(stemOf(path)) || imagesFolderOf(path, folders) !== null;
}

/** For each label map, the images that its name fits. */
export function pairLabels(labels: string[], images: Named[], folders: ReadonlySet<string>): LabelFile[] {
  const byPlace = new Map<string, string[]>();
  const byName = new Map<string, string[]>();
  for (const { path, isSeries } of images) {
    const stem = isSeries ? basename(path) : stemOf(path);
    add(byPlace, join(dirname(path), stem), path);
    add(byName, stem, path);
  }
  return labels.map((path) => {
    const stems = [stemOf(path), stemOf(path).replace(SUFFIX, '')];
    const folder = imagesFolderOf(path, folders) ?? dirname(path);
    const found = [
      ...stems.map((stem) => byPlace.get(join(folder, stem))),
      ...stems.map((stem) => byName.get(stem)),
    ].find((candidates) => candidates !== undefined);
    return { path, candidates: found ?? [] };
  });
}

/** The folder below `images` that corresponds to the file's own below `labels`; null where there is none. */
function imagesFolderOf(path: string, folders: ReadonlySet<string>): string | null {
  const parts = dirname(path).split(sep);
  for (let depth = parts.length - 1; depth > 0; depth--) {
    const labels = /^labels(tr)?$/i.exec(parts[depth]);
    if (labels === null) continue;
    const parent = parts.slice(0, depth).join(sep);
    const wanted = `images${labels[1] ?? ''}`.toLowerCase();
    const images = [...folders].find(
      (folder) => dirname(folder) === parent && basename(folder).toLowerCase() === wanted,
    );
    if (images !== undefined) return join(images, ...parts.slice(depth + 1));
  }
  return null;
}

function add(map: Map<string, string[]>, key: string, path: string): void {
  map.set(key, [...(map.get(key) ?? []), path]);
}
