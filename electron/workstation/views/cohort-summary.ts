/** Cohorts as pages show them, and what a run could learn from. */
import type { CohortSummary, LearningSet, ValidationSet } from '../../../shared/api/cohorts.ts';
import { learnable, validatable } from '../../site/volumes.ts';
import type { Model } from '../../storage/models.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

/** By name. */
export function summariseCohorts({ cohorts, volumes }: SiteFolder): CohortSummary[] {
  const records = volumes.list();
  return cohorts.list().map(({ name, role, contents }) => ({
    name,
    role,
    volumes: records.filter(({ contentHash }) => contents.has(contentHash)).map(({ id }) => id),
  }));
}

/** All that may be learnt from first, then each training cohort. */
export function learningSets(folder: SiteFolder, start: Model | undefined): LearningSet[] {
  const names = folder.cohorts.list().flatMap(({ name, role }) => (role === 'training' ? [name] : []));
  return [null, ...names].map((cohort) => ({ cohort, ...learnable(folder, cohort ?? undefined, start) }));
}

export function validationSets(folder: SiteFolder, start: Model | undefined): ValidationSet[] {
  const names = folder.cohorts.list().flatMap(({ name, role }) => (role === 'validation' ? [name] : []));
  return names.map((cohort) => ({ cohort, ...validatable(folder, cohort, start) }));
}
