/** One DICOM series to numbers on a grid, by ITK. Runs in the file worker; `files.ts` is the way in. */
import { readFile } from 'node:fs/promises';
import { readImageDicomFileSeriesNode } from '@itk-wasm/dicom';
import { fault } from '../../shared/errors.ts';
import { endsEarly } from './dicom-length.ts';
import type { Series } from './dicom-series.ts';
import { fromItk, type PlainImage } from './itk.ts';

/** Throws `imaging.missing`, `imaging.truncated`, `imaging.no-spacing` and what `fromItk` throws. */
export async function readPlainSeries({ name, slices }: Series): Promise<PlainImage> {
  for (const { file, rows, columns, samples, bits, frames } of slices) {
    const bytes = await readFile(file).catch(() => {
      throw fault('imaging.missing', { file: name });
    });
    if (endsEarly(bytes, Math.ceil((rows * columns * samples * frames * bits) / 8))) {
      throw fault('imaging.truncated', { file: name });
    }
  }
  const image = await readWithItk(
    slices.map(({ file }) => file),
    name,
  );
  // A multi-frame object may keep its geometry in sequences, where ITK looks; this is what ITK gives where there is
  // none.
  const unknown = slices[0].spacing.length < 2 && image.spacing.every((length) => length === 1);
  if (unknown && image.origin.every((value) => value === 0)) throw fault('imaging.no-spacing', { file: name });
  return fromItk(image, name);
}

async function readWithItk(inputImages: string[], name: string) {
  try {
    const { outputImage } = await readImageDicomFileSeriesNode({ inputImages, singleSortedSeries: true });
    return outputImage;
  } catch {
    throw fault('imaging.truncated', { file: name });
  }
}
