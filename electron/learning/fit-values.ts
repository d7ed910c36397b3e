/** Rules that fit what a network is shown and told: labels, intensities, augmentation. */
import type { Fingerprint } from '../../shared/fingerprint.ts';
import type { Augmentation, Plan } from '../../shared/plan.ts';
import { type Choice, rounded } from './fit-rule.ts';

const MOST_LABELS = 32; // of a plan
const FEW_LABELLED = 10; // volumes, below which augmentation is strong

/** What one labelled volume needs, and ten do not (docs/method.md, section 11). */
const strong: Augmentation = {
  ...{ rotation: 25, scale: 0.25, shift: 0.1, brightness: 0.2, contrast: 0.3, noise: 0.1 },
  ...{ bend: 0.06, gamma: 0.4, blur: 1 },
};

/** Those that are there; of too many the most common. */
export function fitLabels({ labels }: Fingerprint, { labels: usual }: Plan): Choice {
  if (labels.length === 0) {
    return { settings: { labels: usual }, reasons: { labels: 'no volume is labelled yet, and a plan names some' } };
  }
  const common = labels.toSorted((a, b) => b.volumes - a.volumes || a.label - b.label).slice(0, MOST_LABELS);
  const reason =
    common.length < labels.length
      ? `of ${labels.length} labels they are the most common, and a plan names ${MOST_LABELS} at most`
      : 'the label maps hold these';
  return {
    settings: { labels: common.map(({ label }) => label).toSorted((a, b) => a - b) },
    reasons: { labels: reason },
  };
}

/**
 * One scale for all where every volume is in Hounsfield units, from the values inside labels, as nnU-Net has it: air
 * and table, of which there may be any amount, have no say. Else each volume its own.
 */
export function fitNormalisation({ volumes, hounsfield, foreground, intensity }: Fingerprint, plan: Plan): Choice {
  if (hounsfield < volumes) {
    const unused = 'it is used with Hounsfield units only';
    const reason =
      hounsfield === 0
        ? 'values are no Hounsfield units, and mean something else in every scan'
        : `only ${hounsfield} of ${volumes} volumes are in Hounsfield units`;
    return {
      settings: { normalisation: 'volume', hounsfield: plan.hounsfield },
      reasons: {
        normalisation: reason,
        'hounsfield.low': unused,
        'hounsfield.high': unused,
        'hounsfield.mean': unused,
        'hounsfield.deviation': unused,
      },
    };
  }
  const values = foreground?.intensity ?? intensity;
  const where = foreground === null ? 'in the volumes' : 'inside the labels';
  const low = Math.round(values.low.median);
  return {
    settings: {
      normalisation: 'hounsfield',
      hounsfield: {
        low,
        high: Math.max(low + 1, Math.round(values.high.median)),
        mean: Math.round(values.mean.median),
        deviation: Math.max(1, Math.round(values.deviation.median)),
      },
    },
    reasons: {
      normalisation: 'every volume is in Hounsfield units, which mean the same in every scan',
      'hounsfield.low': `one value in 200 ${where} is lower`,
      'hounsfield.high': `one value in 200 ${where} is higher`,
      'hounsfield.mean': `it is the mean ${where}`,
      'hounsfield.deviation': `it is the deviation ${where}`,
    },
  };
}

/** Strong where there is little to learn from. Volumes without labels are learnt from too, with the usual one. */
export function fitAugmentation({ labelled }: Fingerprint, plan: Plan): Choice {
  const few = labelled > 0 && labelled < FEW_LABELLED;
  const reason = few
    ? `${labelled === 1 ? 'one volume is' : `${labelled} volumes are`} labelled, and of few a network learns more when they vary more`
    : labelled === 0
      ? 'no volume is labelled yet'
      : `${rounded(labelled)} volumes are labelled, and they vary by themselves`;
  return {
    settings: { augmentation: few ? strong : plan.augmentation },
    reasons: {
      'augmentation.rotation': reason,
      'augmentation.scale': reason,
      'augmentation.shift': reason,
      'augmentation.brightness': reason,
      'augmentation.contrast': reason,
      'augmentation.noise': reason,
      'augmentation.bend': reason,
      'augmentation.gamma': reason,
      'augmentation.blur': reason,
    },
  };
}
