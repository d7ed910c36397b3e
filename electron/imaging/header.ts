/**
 * Checks of a header before ITK reads the file. ITK fills in what a header lacks (a spacing of 0 becomes 1), pads what
 * a truncated NIfTI lacks and turns its NaN into 0, so a few fields at fixed places and of text headers are read here
 * as well; the rest is ITK's.
 *
 * Sources: nifti1.h and nifti2.h (nifti.nimh.nih.gov), the NRRD format definition (teem.sourceforge.net), MetaIO's
 * field names (itk.org).
 */
import { dirname, join } from 'node:path';
import { fault, type IsocenterError } from '../../shared/errors.ts';
import type { Matrix3 } from '../../shared/volume.ts';
import { contentOf, type FileHead } from './file-kind.ts';
import { axisDirection, isSheared, isSingular, SHEAR } from './geometry.ts';

/**
 * Throws `imaging.no-spacing`, `imaging.four-dimensional` and the other refusals that a header alone gives reason for.
 */
export async function checkHeader(file: string, name: string, head: FileHead): Promise<void> {
  if (head.kind === 'nifti') await checkNifti(file, name, head);
  if (head.kind === 'nrrd') checkNrrd(name, nrrdFields(head));
  if (head.kind === 'meta') checkMeta(name, metaFields(head));
}

/** The file beside it that holds the voxels, where the header names one. */
export function dataFile(file: string, head: FileHead): string | undefined {
  if (head.kind !== 'nrrd' && head.kind !== 'meta') return undefined;
  const fields = head.kind === 'nrrd' ? nrrdFields(head) : metaFields(head);
  const name = fields.get('data file') ?? fields.get('datafile') ?? fields.get('elementdatafile');
  return name === undefined || /^(LOCAL$|LIST)/i.test(name) ? undefined : join(dirname(file), name);
}

// Byte offsets of the fields in NIfTI-1 and NIfTI-2.
const nifti1 = { dim: 40, datatype: 70, bits: 72, pixdim: 76, start: 108, qform: 252, sform: 254, srow: 280 };
const nifti2 = { dim: 16, datatype: 12, bits: 14, pixdim: 104, start: 168, qform: 344, sform: 348, srow: 400 };
const SPACING_TOLERANCE = 0.01; // of the spacing; rounding of headers is far below
const SEVERAL_NUMBERS = [32, 128, 1792, 2048, 2304]; // NIfTI datatypes: complex and colour

async function checkNifti(file: string, name: string, { bytes, zipped }: FileHead): Promise<void> {
  const little = [348, 540].includes(bytes.readInt32LE(0));
  const second = (little ? bytes.readInt32LE(0) : bytes.readInt32BE(0)) === 540;
  if (bytes.length < (second ? 540 : 348)) throw fault('imaging.truncated', { file: name });

  const at = second ? nifti2 : nifti1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = (offset: number) => view.getInt16(offset, little);
  const real = (offset: number, index: number) =>
    second ? view.getFloat64(offset + 8 * index, little) : view.getFloat32(offset + 4 * index, little);
  const whole = (offset: number) => (second ? view.getInt32(offset, little) : short(offset));
  const dim = (index: number) =>
    second ? Number(view.getBigInt64(at.dim + 8 * index, little)) : short(at.dim + 2 * index);

  const dimensions = dim(0);
  if (dimensions < 1 || dimensions > 7) throw fault('imaging.unreadable', { file: name });
  const size = Array.from({ length: dimensions }, (_, index) => dim(index + 1));
  if (size.some((length) => length < 1)) throw fault('imaging.unreadable', { file: name });
  if (SEVERAL_NUMBERS.includes(short(at.datatype)) || (size[4] ?? 1) > 1) throw fault('imaging.colour', { file: name });
  checkSize(name, size);
  if ([1, 2, 3].some((axis) => !isLength(real(at.pixdim, axis)))) throw fault('imaging.no-spacing', { file: name });
  if (whole(at.sform) > 0) {
    const sform = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => real(at.srow, index)) as Matrix3;
    const spacing = [1, 2, 3].map((axis) => Math.abs(real(at.pixdim, axis)));
    checkSform(name, sform, spacing, whole(at.qform) > 0);
  }

  const start = second ? Number(view.getBigInt64(at.start, little)) : real(at.start, 0);
  const voxels = size.reduce((product, length) => product * length, 1);
  const smallest = second ? 544 : 352; // header and extension flags
  const needed = Math.max(start, smallest) + (voxels * short(at.bits)) / 8;
  const width = { 16: 4, 64: 8 }[short(at.datatype)]; // bytes of a float
  const found = await surveyVoxels(file, zipped, Math.max(start, smallest), width, little).catch(() => {
    throw fault('imaging.truncated', { file: name });
  });
  if (found.length < needed) throw fault('imaging.truncated', { file: name });
  if (found.notFinite > 0) throw fault('imaging.not-finite', { file: name, count: found.notFinite });
}

/**
 * Length of the unzipped file, and how many of its floats are not finite: ITK's NIfTI library turns those into 0.
 * Voxels begin at `start`; `width` is absent where they are whole numbers. Throws where unzipping fails.
 */
async function surveyVoxels(file: string, zipped: boolean, start: number, width: number | undefined, little: boolean) {
  let length = 0;
  let notFinite = 0;
  let rest: Buffer = Buffer.alloc(0); // bytes of a number that the next chunk completes
  for await (const chunk of contentOf(file, zipped)) {
    const voxels = chunk.subarray(Math.max(0, start - length));
    length += chunk.length;
    if (width === undefined || voxels.length === 0) continue;
    const bytes = rest.length > 0 ? Buffer.concat([rest, voxels]) : voxels;
    const end = bytes.length - (bytes.length % width);
    const [high, next] = little ? [width - 1, width - 2] : [0, 1];
    const exponent = width === 4 ? 0x80 : 0xf0; // its bits in the second highest byte; all set in NaN and infinity
    for (let at = 0; at < end; at += width) {
      if ((bytes[at + high] & 0x7f) === 0x7f && (bytes[at + next] & exponent) === exponent) notFinite++;
    }
    rest = bytes.subarray(end);
  }
  return { length, notFinite };
}

/**
 * ITK takes the axes of the sform and the spacing of pixdim, even where the sform's own spacing is another, and falls
 * back on the qform, where there is one, for an sform that is no rotation.
 */
function checkSform(name: string, sform: Matrix3, spacing: number[], hasQform: boolean): void {
  if (isSingular(sform)) {
    if (!hasQform) throw fault('imaging.singular-direction', { file: name });
  } else if (isSheared(sform, SHEAR)) {
    if (!hasQform) throw fault('imaging.sheared', { file: name });
  } else {
    const lengths = [0, 1, 2].map((axis) => Math.hypot(...axisDirection(sform, axis)));
    const differs = lengths.some((length, axis) => Math.abs(length / spacing[axis] - 1) > SPACING_TOLERANCE);
    if (differs) throw fault('imaging.spacing-conflict', { file: name });
  }
}

function checkNrrd(name: string, fields: Map<string, string>): void {
  const size = numbers(fields.get('sizes') ?? '');
  const kinds = (fields.get('kinds') ?? '').toLowerCase();
  if (/vector|color|matrix|complex|quaternion|normal|gradient/.test(kinds))
    throw fault('imaging.colour', { file: name });
  checkSize(name, size);
  const directions = fields.get('space directions');
  if (directions !== undefined) {
    const vectors = [...directions.matchAll(/\(([^)]*)\)/g)].map(([, text]) => numbers(text));
    const lengths = vectors.map((vector) => Math.hypot(...vector));
    if (lengths.length < 3 || !lengths.every(isLength)) throw fault('imaging.no-spacing', { file: name });
    if (isSingular(vectors.flat() as Matrix3)) throw fault('imaging.singular-direction', { file: name });
  } else {
    const spacings = numbers(fields.get('spacings') ?? '');
    if (spacings.length < 3 || !spacings.every(isLength)) throw fault('imaging.no-spacing', { file: name });
  }
}

function checkMeta(name: string, fields: Map<string, string>): void {
  if (Number(fields.get('elementnumberofchannels') ?? 1) > 1) throw fault('imaging.colour', { file: name });
  checkSize(name, numbers(fields.get('dimsize') ?? ''));
  const spacings = numbers(fields.get('elementspacing') ?? fields.get('elementsize') ?? '');
  if (spacings.length < 3 || !spacings.every(isLength)) throw fault('imaging.no-spacing', { file: name });
  const matrix = fields.get('transformmatrix') ?? fields.get('rotation') ?? fields.get('orientation');
  if (matrix !== undefined && isSingular(numbers(matrix) as Matrix3)) {
    throw fault('imaging.singular-direction', { file: name });
  }
}

/** Three axes of more than one voxel; a fourth of one voxel is only a way to write a volume. */
function checkSize(name: string, size: number[]): void {
  const refuse = (code: 'unreadable' | 'two-dimensional' | 'four-dimensional'): IsocenterError =>
    fault(`imaging.${code}`, { file: name });
  if (size.length === 0 || !size.every((length) => Number.isInteger(length) && length > 0)) throw refuse('unreadable');
  if (size.slice(3).some((length) => length > 1)) throw refuse('four-dimensional');
  if (size.length < 3 || size.slice(0, 3).some((length) => length === 1)) throw refuse('two-dimensional');
}

function nrrdFields({ bytes }: FileHead): Map<string, string> {
  const [header] = bytes.toString('latin1').split(/\r?\n\r?\n/, 1);
  return fieldsOf(header, /^([^#:=][^:=]*):(?!=) *(.*)$/);
}

function metaFields({ bytes }: FileHead): Map<string, string> {
  const text = bytes.toString('latin1');
  const end = /^ElementDataFile *=.*$/m.exec(text);
  return fieldsOf(end ? text.slice(0, end.index + end[0].length) : text, /^(\w+) *= *(.*)$/);
}

function fieldsOf(header: string, pattern: RegExp): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.split(/\r?\n/)) {
    const [, name, value] = pattern.exec(line) ?? [];
    if (name !== undefined) fields.set(name.trim().toLowerCase(), value.trim());
  }
  return fields;
}

function numbers(text: string): number[] {
  return text.split(/[\s,]+/).flatMap((word) => (word === '' ? [] : [Number(word)]));
}

/** A length in mm: ITK turns negative ones round, and 0 and NaN into 1. */
function isLength(value: number): boolean {
  return Number.isFinite(value) && value !== 0;
}
