/** The words of a report, in one place, so that a second language is one more such file. */
import { en } from '../../../shared/texts/en.ts';
import { number } from '../../../shared/texts/numbers.ts';

export const words = {
  title: (model: string) => `Review of ${model}`,
  made: 'How the model was made',
  results: 'Results',
  dicePlot: 'Dice of each label',
  diceAxis: 'Dice',
  plotLegend: 'A dot is a volume; the line is the median.',
  hollow: 'Open dots are volumes that are left out of every number (marked * below).',
  noReference: 'No volume has a reference to compare with, so there are no scores.',
  perLabel: 'Per label',
  perVolume: 'Per volume',
  pictures: 'Pictures, the worst first',
  picturesLegend: 'The slice that shows most labels. Solid lines: predicted. Broken, pale lines: reference.',
  morePictures: (shown: number, all: number) => `${shown} of ${all} volumes are shown.`,
  figures: {
    volumes: 'volumes',
    reference: 'with a reference',
    dice: (volumes: number) => `median Dice of ${number(volumes)}`,
    confidence: 'mean certainty',
  },
  headline: en.review.headline,
  correctlyEmpty: 'correctly empty',
  verdicts: { accepted: 'accepted', corrected: 'corrected', rejected: 'rejected', open: 'not judged yet' },
  judged: (verdict: string, person: string, date: string) => `${verdict} by ${person}, ${date}`,
  facts: {
    model: 'Model',
    note: 'Trained on',
    madeAt: 'Made',
    slices: 'Slices',
    slicesOf: (axis: string, side: number, spacing: string) => `${axis}, ${side} × ${side} pixels of ${spacing} mm`,
    network: 'Network',
    networkOf: (levels: number, width: number) => `2-D U-Net, ${levels} levels, base width ${width}`,
    personNote: 'Note',
  },
  columns: {
    label: 'Label',
    scored: 'Scored',
    correctlyEmpty: 'Empty',
    dice: 'Dice',
    mean: 'Mean ± SD',
    median: 'Median',
    range: 'Lowest – highest',
    hausdorff95: 'HD 95, mm',
    assd: 'ASSD, mm',
    volume: 'Volume',
    verdict: 'Verdict',
    confidence: 'Certainty',
    predicted: 'Pred., ml',
    reference: 'Ref., ml',
  },
  leftOutNote:
    '* Left out of all numbers above: the model learnt from this volume or made its reference, or this is not known.',
  explained:
    'Dice: overlap from 0 to 1. HD 95: the distance within which 95 % of the two surfaces lie. ASSD: mean distance between ' +
    'the surfaces. Certainty: mean probability of the voxels that the model labelled. Pred. and ref.: volume of what was predicted and of the ' +
    'reference. Empty: volumes in which prediction and reference agree that the label is not there; they have no score. ' +
    'Distances are medians. A mean ± standard deviation is given from five volumes on.',
  disclaimer: 'Made with Isocenter, which is research software and no medical device. Not for diagnosis or treatment.',
  page: (page: number, pages: number) => `${page} of ${pages}`,
  none: '–',
};
