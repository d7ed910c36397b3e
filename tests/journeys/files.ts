/** Files that journeys import: made here, and real scans too where they lie beside the project (never part of it). */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dicomBytes } from '../../electron/imaging/fixtures/dicom.ts';
import { writePhantoms } from '../phantom-site.ts';

const REAL = process.env.ISOCENTER_TEST_DATA ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data');

export interface UntidyFolder {
  path: string;
  volumes: number; // that can be read
  labelled: number; // of these
  leftOut: string[]; // names of files that cannot
}

/** A folder as people have it: labelled phantoms among files that are no scans, empty, cut off, or of another kind. */
export async function untidyFolder(path: string): Promise<UntidyFolder> {
  await writePhantoms(path, 0, 2);
  const junk = {
    'scan.nii': '',
    'notes.nii.gz': 'call Dr. Weber back\n',
    'cut.nrrd': 'NRRD0004\ntype: short\n',
    'readme.txt': 'old\n',
  };
  mkdirSync(join(path, 'old', 'copies'), { recursive: true });
  for (const [name, text] of Object.entries(junk)) writeFileSync(join(path, 'old', 'copies', name), text);
  return { path, volumes: 2, labelled: 2, leftOut: Object.keys(junk) };
}

/** A folder with one DICOM series: a real one where there is one beside the project, else one made at `path`. */
export function dicomSeries(path: string): string {
  const folder = join(REAL, 'dicom');
  const [first] = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  if (first !== undefined) return join(folder, first);
  mkdirSync(path, { recursive: true });
  for (let slice = 0; slice < 12; slice++) {
    const valueAt = (column: number, row: number) => 5 * column + 3 * row + 40 * slice;
    const place = { instance: `1.2.3.${slice + 1}`, position: [-40, -50, 3 * slice], spacing: [2, 2] };
    writeFileSync(join(path, `${slice}.dcm`), dicomBytes({ ...place, rows: 48, columns: 40, valueAt }));
  }
  return path;
}

/** Labelled volumes below `path`: of real hippocampi where they are, else phantoms of the scanner `site`. */
export async function labelledVolumes(path: string, site: number, count: number): Promise<string> {
  const folder = join(REAL, 'hippocampus');
  if (!existsSync(folder)) {
    await writePhantoms(path, site, count);
    return path;
  }
  const names = readdirSync(join(folder, 'labels'))
    .toSorted()
    .slice(site * count, (site + 1) * count);
  for (const kind of ['images', 'labels']) {
    mkdirSync(join(path, kind), { recursive: true });
    for (const name of names) cpSync(join(folder, kind, name), join(path, kind, name));
  }
  return path;
}
