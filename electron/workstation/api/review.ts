/** The review's verbs: predictions of a model, and files to take away. */
import type { reviewVerbs } from '../../../shared/api/review.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { exportLabelMap } from '../label-map-export.ts';
import { exportReview } from '../report/review-export.ts';
import { reviewModel } from '../review.ts';
import type { Workstation } from '../workstation.ts';

export function reviewApi(workstation: Workstation): Pick<SiteApi, keyof typeof reviewVerbs> {
  return {
    reviewModel: async (model) => reviewModel(workstation.site, model),
    exportLabelMap: async (map, format) => exportLabelMap(workstation.site.folder, workstation.exports, map, format),
    exportReview: async (model, format) => exportReview(workstation.site, workstation.exports, model, format),
  };
}
