/** The plan of a command that trains. */
import type { Plan } from '../../shared/plan.ts';
import type { Site } from '../site/site.ts';
import { type Context, readPlan } from './action.ts';

interface PlanOptions {
  plan?: string; // file
  from?: string; // model to begin with, or `random`
}

/**
 * What `--plan` names; else that of the model to begin with, whose weights fit no other network; else one that is
 * fitted to the site's volumes, which is said. Throws as `readPlan` and `Site.fitPlan`.
 */
export async function planOf(
  site: Site,
  { plan: file, from = 'random' }: PlanOptions,
  { output, signal }: Context,
): Promise<Plan> {
  if (file !== undefined) return readPlan(file);
  if (from !== 'random') return site.folder.models.get(from).plan;
  const { plan } = await site.fitPlan({ signal });
  output.note(
    `The plan is fitted to the volumes: ${plan.axis} slices, ${plan.spacing} mm, a window of ${plan.inputSize} pixels, ${plan.finetuneBatch} in a step. Why: isocenter plan ${site.folder.path}`,
  );
  return plan;
}
