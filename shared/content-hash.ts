/** What an image is known by, whatever its file is called. Not for the window: it needs Node. */
import { createHash } from 'node:crypto';
import { bytesOf } from './bytes.ts';
import type { Volume } from './volume.ts';

/** SHA-256 (hex) of a volume's grid and voxels: equal for the same image under another file name or format. */
export function contentHash(volume: Volume): string {
  const { size, spacing, origin, direction } = volume.grid;
  return createHash('sha256')
    .update(JSON.stringify([size, spacing, origin, direction]))
    .update(bytesOf(volume.voxels))
    .digest('hex');
}
