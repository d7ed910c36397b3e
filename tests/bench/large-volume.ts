/** A volume of the size of a chest CT, written as a hospital would hand it in, for measuring the viewer. */
import { writeFileSync } from 'node:fs';
import { niftiBytes } from '../../electron/imaging/fixtures/nifti.ts';
import { bytesOf } from '../../shared/bytes.ts';
import { seededRandom } from '../../shared/random.ts';

export const LARGE = { size: [512, 512, 200] as const, spacing: [0.7, 0.7, 1.25] as const };

/** int16, like Hounsfield units: air, a body of soft tissue with noise, and bones. */
export function writeLargeVolume(file: string): void {
  const [nx, ny, nz] = LARGE.size;
  const random = seededRandom('large-volume');
  const noise = Int16Array.from({ length: 65_537 }, () => Math.round((random() - 0.5) * 60));
  const voxels = new Int16Array(nx * ny * nz);
  let index = 0;
  for (let z = 0; z < nz; z++) {
    const girth = 0.75 + 0.2 * Math.sin((3 * z) / nz);
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        const radius = Math.hypot((x - nx / 2) / (0.48 * nx), (y - ny / 2) / (0.36 * ny)) / girth;
        const bone = Math.hypot(x - nx / 2, y - 0.3 * ny) < 22 || Math.abs(radius - 0.9) < 0.02;
        const value = radius > 1 ? -1000 : bone ? 700 : radius > 0.85 ? -90 : 45;
        voxels[index] = value + noise[(index * 7 + z) % noise.length];
      }
    }
  }
  const bytes = niftiBytes({ size: [...LARGE.size], pixdim: [...LARGE.spacing], values: [] });
  bytes.set(bytesOf(voxels), bytes.length - voxels.byteLength);
  writeFileSync(file, bytes);
}
