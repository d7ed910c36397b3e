/** The verbs of cohorts. */
import type { cohortVerbs } from '../../../shared/api/cohorts.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { addToCohort, makeCohort } from '../../site/cohorts.ts';
import type { Site } from '../../site/site.ts';
import { learningSets, summariseCohorts, validationSets } from '../views/cohort-summary.ts';
import type { Windows } from '../windows.ts';

export function cohortsApi(site: () => Site, windows: Windows): Pick<SiteApi, keyof typeof cohortVerbs> {
  const folder = () => site().folder;
  const records = (ids: string[]) => ids.map((id) => folder().volumes.get(id));
  const changed = () => windows.changed('volumes');
  return {
    listCohorts: async () => summariseCohorts(folder()),
    makeCohort: async (name, role, ids) => {
      makeCohort(folder(), name, role, records(ids));
      changed();
    },
    putIntoCohort: async (name, ids) => {
      addToCohort(folder(), name, records(ids));
      changed();
    },
    takeOutOfCohort: async (name, ids) => {
      folder().cohorts.take(name, records(ids));
      changed();
    },
    removeCohort: async (name) => {
      folder().cohorts.remove(name);
      changed();
    },
    listLearningSets: async (from) => {
      const start = from === 'random' ? undefined : folder().models.get(from);
      return { learning: learningSets(folder(), start), validation: validationSets(folder(), start) };
    },
  };
}
