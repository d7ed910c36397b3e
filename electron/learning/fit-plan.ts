/**
 * Fits a plan to volumes and a machine, by rules (docs/method.md, section 11). They follow nnU-Net's (Isensee et al.,
 * Nature Methods 2021) where the method allows. Pure: the same fingerprint and resources give the same plan.
 */
import type { Fingerprint } from '../../shared/fingerprint.ts';
import type { FittedPlan, Reasons } from '../../shared/fitted-plan.ts';
import type { Plan } from '../../shared/plan.ts';
import type { Choice, Resources } from './fit-rule.ts';
import { choosePlane, fitPartitions, fitWindow } from './fit-slices.ts';
import { fitBatch, fitSteps } from './fit-steps.ts';
import { fitLabels, fitNormalisation } from './fit-values.ts';

/** `basis` gives all settings that are not fitted. */
export function fitPlan(fingerprint: Fingerprint, resources: Resources, basis: Plan): FittedPlan {
  const { plane, reason } = choosePlane(fingerprint);
  const rules: ((plan: Plan) => Choice)[] = [
    () => ({ settings: { axis: plane.name }, reasons: { axis: reason } }),
    () => fitPartitions(fingerprint, plane),
    (plan) => fitLabels(fingerprint, plan),
    (plan) => fitNormalisation(fingerprint, plan),
    (plan) => fitWindow(fingerprint, plane, resources, plan),
    (plan) => fitBatch(plan, resources),
    (plan) => fitSteps(plan, resources),
  ];
  let plan = basis;
  const reasons: Partial<Reasons> = {};
  for (const rule of rules) {
    const choice = rule(plan);
    plan = { ...plan, ...choice.settings };
    Object.assign(reasons, choice.reasons);
  }
  return { plan, reasons: reasons as Reasons }; // the rules together name every fitted setting
}
