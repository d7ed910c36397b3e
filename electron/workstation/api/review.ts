/** The review's verbs: predictions of a model, and files to take away. */
import type { reviewVerbs } from '../../../shared/api/review.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Site } from '../../site/site.ts';
import type { Exports } from '../exports.ts';
import { exportLabelMap } from '../label-map-export.ts';
import { exportReview } from '../report/review-export.ts';
import { reviewModel } from '../review.ts';

export function reviewApi(site: () => Site, exports: Exports): Pick<SiteApi, keyof typeof reviewVerbs> {
  return {
    reviewModel: async (model) => reviewModel(site(), model),
    exportLabelMap: async (map, format) => exportLabelMap(site().folder, exports, map, format),
    exportReview: async (model, format) => exportReview(site(), exports, model, format),
  };
}
