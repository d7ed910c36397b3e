/**
 * A label map to a DICOM segmentation object (PS3.3 section A.51) that refers to the series it was drawn on, by dcmqi.
 * Runs in the file worker, whose silence it needs: dcmqi prints the series' identifiers. `files.ts` is the way in.
 */
import { access, constants, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeSegmentationNode } from '@itk-wasm/dicom';
import type { Image } from 'itk-wasm';
import { fault } from '../../shared/errors.ts';
import { rgbOf } from '../../shared/label-colours.ts';
import type { Grid } from '../../shared/volume.ts';
import { toItk } from './itk.ts';

interface Segment {
  label: number; // in the label map
  name: string;
  colour: string; // #rrggbb
}

/** What the object says of itself beside its voxels. */
export interface SegmentationInfo {
  description: string; // of the new series
  segments: Segment[]; // one for each label that the map has, ascending
  /** DICOM's words for who drew: nobody but a program, a person on what a program drew, or a person. */
  algorithm: 'AUTOMATIC' | 'SEMIAUTOMATIC' | 'MANUAL';
  algorithmName: string; // left out of a manual one, as the standard wants
}

const anatomy = { CodeValue: '91723000', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Anatomical Structure' };
const tissue = { CodeValue: '85756007', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Tissue' };
const SERIES_NUMBER = '300'; // far from those of a scanner, as dcmqi's own examples do

/**
 * `grid` is the series' own. Segment numbers count from 1 in the order of labels, as the standard wants. Throws
 * `imaging.missing` where a file of the series is gone, `imaging.series-not-segmentable` and `imaging.not-written`.
 */
export async function writeSegmentation(
  file: string,
  grid: Grid,
  voxels: Uint8Array,
  series: string[],
  info: SegmentationInfo,
): Promise<void> {
  for (const slice of series) {
    await access(slice).catch(() => {
      throw fault('imaging.missing', { file: basename(slice) });
    });
  }
  const temporary = join(dirname(file), `.${basename(file, '.dcm')}.${process.pid}.part.dcm`);
  const notWritten = () => fault('imaging.not-written', { file: basename(file) });
  await access(dirname(file), constants.W_OK).catch(() => {
    throw notWritten();
  });
  try {
    // Empty slices are written too: a reader then finds the whole grid, whatever it makes of gaps.
    await writeSegmentationNode(imageOf(grid, voxels), metaInfo(info), temporary, { refDicomSeries: series });
  } catch {
    await rm(temporary, { force: true });
    throw fault('imaging.series-not-segmentable', { count: series.length });
  }
  await rename(temporary, file).catch(() => {
    throw notWritten();
  });
}

/** dcmqi takes 16-bit labels alone. */
function imageOf(grid: Grid, voxels: Uint8Array): Image {
  const image = toItk(grid, voxels);
  return { ...image, imageType: { ...image.imageType, componentType: 'int16' }, data: Int16Array.from(voxels) };
}

/** In the words of dcmqi's JSON (https://qiicr.gitbook.io/dcmqi-guide). */
function metaInfo({ description, segments, algorithm, algorithmName }: SegmentationInfo) {
  return {
    ContentCreatorName: 'Isocenter',
    ClinicalTrialSeriesID: '1',
    ClinicalTrialTimePointID: '1',
    SeriesDescription: description,
    SeriesNumber: SERIES_NUMBER,
    InstanceNumber: '1',
    segmentAttributes: [
      segments.map(({ label, name, colour }) => ({
        labelID: label,
        SegmentLabel: name,
        SegmentDescription: `${name} (label ${label})`,
        SegmentAlgorithmType: algorithm,
        ...(algorithm === 'MANUAL' ? {} : { SegmentAlgorithmName: algorithmName }),
        SegmentedPropertyCategoryCodeSequence: anatomy,
        SegmentedPropertyTypeCodeSequence: tissue,
        recommendedDisplayRGBValue: rgbOf(colour),
      })),
    ],
  };
}
