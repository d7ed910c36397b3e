/** The few DICOM attributes that tell which files form a volume. Runs in the file worker. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Vector3 } from '../../shared/volume.ts';

/** One DICOM file with slices. No name, number or date of a patient is ever read. */
export interface SliceFile {
  file: string;
  series: string; // SeriesInstanceUID; used for grouping and then forgotten
  instance: string; // SOPInstanceUID, likewise
  modality: string;
  rows: number;
  columns: number;
  samples: number; // numbers a pixel: 3 for colour
  bits: number; // a number, as stored
  frames: number; // 1 for an ordinary slice
  spacing: number[]; // mm between rows and between columns; empty where missing
  position: Vector3 | null; // mm, LPS
  across: Vector3 | null; // direction along a row, LPS
  down: Vector3 | null; // direction along a column, LPS
}

/** A DICOM file of a picture that is too damaged for its attributes to be read. */
interface DamagedSlice {
  file: string;
  mentions: string[]; // the unique identifiers in what is left, its series' among them
}

/** A DICOM object without slices (a report, a directory of files) is null. */
export type TaggedFile = SliceFile | DamagedSlice | null;

const tags = {
  instance: '0008|0018',
  modality: '0008|0060',
  series: '0020|000e',
  position: '0020|0032',
  orientation: '0020|0037',
  samples: '0028|0002',
  frames: '0028|0008',
  rows: '0028|0010',
  columns: '0028|0011',
  spacing: '0028|0030',
  bits: '0028|0100',
};

/** What of itk-wasm's Node build is used here; see `loadReader`. */
interface Module {
  mountDir(folder: string): void;
  unmountDir(folder: string): void;
}
type LoadModule = (path: string) => Promise<Module>;
type RunPipeline = (
  module: Module,
  args: string[],
  outputs: { type: string }[],
  inputs: { type: string; data: unknown }[],
) => { returnValue: number; outputs: { data: [string, string][] }[] };

interface Reader {
  module: Module;
  run: RunPipeline;
}
let reader: Reader | undefined;

/** What each DICOM file is, in their order. */
export async function readSliceTags(files: string[]): Promise<TaggedFile[]> {
  const result: TaggedFile[] = [];
  for (const file of files) {
    reader ??= await loadReader();
    const values = readValues(reader, file);
    if (values === null) reader = undefined; // a pipeline that failed may have left its memory in any state
    result.push(values === null ? await damagedSlice(file) : sliceOf(file, values));
  }
  return result;
}

/**
 * `readDicomTagsNode` compiles its WebAssembly module anew for every file, which takes 35 ms; a series of 500 slices
 * would take 18 s. The package's browser build keeps the module from call to call, and so does this, with the same two
 * functions of itk-wasm that `readDicomTagsNode` calls: 2 ms a file. They are no public names, so the versions are
 * pinned.
 */
async function loadReader(): Promise<Reader> {
  const inside = (name: string, path: string) => new URL(path, import.meta.resolve(name));
  const load = await import(inside('itk-wasm', 'pipeline/internal/load-emscripten-module-node.js').href);
  const run = await import(inside('itk-wasm', 'pipeline/internal/run-pipeline-emscripten.js').href);
  const path = fileURLToPath(inside('@itk-wasm/dicom', 'pipelines/read-dicom-tags'));
  return { module: await (load.default as LoadModule)(path), run: run.default as RunPipeline };
}

function readValues({ module, run }: Reader, file: string): Map<string, string> | null {
  const folder = dirname(file);
  const output = { type: 'JsonCompatible' };
  const input = { type: 'JsonCompatible', data: { tags: Object.values(tags) } };
  module.mountDir(folder);
  try {
    const result = run(module, [file, '0', '--memory-io', '--tags-to-read', '0'], [output], [input]);
    return result.returnValue === 0 ? new Map(result.outputs[0].data) : null;
  } catch {
    return null;
  } finally {
    module.unmountDir(folder);
  }
}

/** Storage classes of pictures (DICOM PS3.4 annex B.5): CR, DX, CT, US, MR, NM, secondary capture, XA, VL, PET. */
const PICTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(1|2|3|4|6|7|12|20|77|128|130)(\.|$)/;
const STANDARD = '1.2.840.10008.'; // the first such identifier in a file is its own class (PS3.10 section 7.1)
const HEADER = 1 << 16; // bytes; attributes that come before the pixels are a few kB

/** A file that could not be read is a damaged slice where it says that it is a picture, and null where not. */
async function damagedSlice(file: string): Promise<DamagedSlice | null> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const mentions = bytes.toString('latin1', 0, HEADER).match(/\d+(\.\d+)+/g) ?? [];
  const own = mentions.find((identifier) => identifier.startsWith(STANDARD));
  return own !== undefined && PICTURE.test(own) ? { file, mentions } : null;
}

function sliceOf(file: string, values: Map<string, string>): SliceFile | null {
  const text = (tag: string) => (values.get(tag) ?? '').replaceAll('\0', '').trim();
  const numbers = (tag: string) => (text(tag) === '' ? [] : text(tag).split('\\').map(Number));
  const vector = (values: number[]) =>
    (values.length === 3 && values.every(Number.isFinite) ? values : null) as Vector3;
  const rows = numbers(tags.rows)[0] ?? 0;
  const columns = numbers(tags.columns)[0] ?? 0;
  if (!(rows > 0 && columns > 0)) return null;
  const orientation = numbers(tags.orientation);
  return {
    file,
    series: text(tags.series),
    instance: text(tags.instance),
    modality: text(tags.modality),
    rows,
    columns,
    samples: numbers(tags.samples)[0] ?? 1,
    bits: numbers(tags.bits)[0] ?? 16,
    frames: numbers(tags.frames)[0] ?? 1,
    spacing: numbers(tags.spacing),
    position: vector(numbers(tags.position)),
    across: vector(orientation.slice(0, 3)),
    down: vector(orientation.slice(3, 6)),
  };
}
