import { fault } from '../../shared/errors.ts';
import { networkSettings, type Plan } from '../../shared/plan.ts';
import type { Model } from '../storage/models.ts';

/** Weights fit only the network they were made for. Throws `site.network-differs`. */
export function requireSameNetwork(model: Model, plan: Plan): void {
  const { levels, baseWidth } = networkSettings(plan);
  const own = networkSettings(model.plan);
  if (own.levels !== levels || own.baseWidth !== baseWidth) {
    throw fault('site.network-differs', {
      model: model.id,
      own: `${own.levels} levels, base width ${own.baseWidth}`,
      wanted: `${levels} levels, base width ${baseWidth}`,
    });
  }
}
