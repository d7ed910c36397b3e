/** Rules that fit what a network is shown and told: labels and intensities. */
import type { Fingerprint } from '../../shared/fingerprint.ts';
import type { Plan } from '../../shared/plan.ts';
import type { Choice } from './fit-rule.ts';

const MOST_LABELS = 32; // of a plan

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
