/** Cohorts: named sets of volumes, and which of them a run may learn from. */
import { z } from 'zod';
import { type CohortRole, cohortRoles } from '../cohorts.ts';
import { idSchema, verb } from './verb.ts';

/** What a person calls a cohort: 1 to 64 characters, none of them a control character. */
export const cohortNameSchema = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,64}$/u);

export interface CohortSummary {
  name: string;
  role: CohortRole;
  volumes: string[]; // ids of those that are here
}

/** What a run could learn from. */
export interface LearningSet {
  cohort: string | null; // null: all volumes that are in no validation or held-out cohort
  volumes: number;
  labelled: number; // of these
  unseen: number; // of the labelled ones, those that can be held out to validate: the start has nothing to do with them
  samples: boolean; // made up, to try Isocenter with
}

/** What a fine-tuning could be scored on while it learns. */
export interface ValidationSet {
  cohort: string;
  labelled: number;
  unseen: number; // of these, as above
}

const volumes = z.array(idSchema).min(1).max(10_000);

export const cohortVerbs = {
  listCohorts: verb<CohortSummary[]>()(),
  makeCohort: verb()(cohortNameSchema, z.enum(cohortRoles), volumes),
  putIntoCohort: verb()(cohortNameSchema, volumes),
  /** The volumes stay at the site. */
  takeOutOfCohort: verb()(cohortNameSchema, volumes),
  /** Its volumes stay at the site. */
  removeCohort: verb()(cohortNameSchema),
  /** For a run that begins with this model, or with `random` weights. */
  listLearningSets: verb<{ learning: LearningSet[]; validation: ValidationSet[] }>()(idSchema),
};
