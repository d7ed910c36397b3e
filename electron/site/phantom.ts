/** The built-in phantom as files, for demos and tests: read back like any other volume. */
import { writeImage, writeLabelMap } from '../imaging/files.ts';
import { type PhantomOptions, phantomVolume } from '../imaging/phantom.ts';

/** Writes one phantom volume and its label map; the formats follow the endings. */
export async function writePhantom(options: PhantomOptions, files: { image: string; labels: string }): Promise<void> {
  const { volume, labels } = phantomVolume(options);
  await writeImage(files.image, volume);
  await writeLabelMap(files.labels, labels);
}
