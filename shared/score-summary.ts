/** The scores of many volumes, summed up: the one way for windows, reports and commands (docs/method.md, section 9). */
import { type Distribution, distributionOf } from './distribution.ts';
import { meanOfKnown } from './mean.ts';
import type { LabelScores } from './scores.ts';

/** Of one label, or of whole volumes. Volumes that lack what a number needs are not in its distribution. */
export interface ScoreSummary {
  scored: number; // volumes that have a Dice
  correctlyEmpty: number; // volumes that have none, since prediction and reference agree that nothing is there
  dice: Distribution | null;
  hausdorff95: Distribution | null; // mm
  assd: Distribution | null; // mm
}

export interface LabelSummary extends ScoreSummary {
  label: number;
  volumeDifference: Distribution | null; // predicted less reference, as a share of the reference
}

export interface ScoresSummary {
  volumes: ScoreSummary; // a volume's number is the mean over its labels
  labels: LabelSummary[]; // ascending
}

/** Sums up volumes that were compared with a reference, each given as the scores of its labels. */
export function summariseScores(compared: LabelScores[][]): ScoresSummary {
  const labels = [...new Set(compared.flatMap((scores) => scores.map(({ label }) => label)))].sort((a, b) => a - b);
  return {
    volumes: {
      ...counts(compared.map(volumeDice)),
      hausdorff95: distributionOf(compared.map((scores) => meanOfKnown(scores.map((one) => one.hausdorff95)))),
      assd: distributionOf(compared.map((scores) => meanOfKnown(scores.map((one) => one.assd)))),
    },
    labels: labels.map((label) => {
      const found = compared.flatMap((scores) => scores.filter((one) => one.label === label));
      return {
        label,
        ...counts(found.map(({ dice }) => dice)),
        hausdorff95: distributionOf(found.map(({ hausdorff95 }) => hausdorff95)),
        assd: distributionOf(found.map(({ assd }) => assd)),
        volumeDifference: distributionOf(found.map(volumeDifference)),
      };
    }),
  };
}

/** Dice of one volume: the mean over the labels that have one; null where none has, or nothing was compared. */
export function volumeDice(scores: LabelScores[]): number | null {
  return meanOfKnown(scores.map(({ dice }) => dice));
}

function counts(dice: (number | null)[]): Pick<ScoreSummary, 'scored' | 'correctlyEmpty' | 'dice'> {
  const scored = dice.filter((value) => value !== null).length;
  return { scored, correctlyEmpty: dice.length - scored, dice: distributionOf(dice) };
}

function volumeDifference({ predictedVolume, referenceVolume }: LabelScores): number | null {
  return referenceVolume > 0 ? (predictedVolume - referenceVolume) / referenceVolume : null;
}
