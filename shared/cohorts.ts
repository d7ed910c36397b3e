/** Named sets of a site's volumes. A volume may be in several of one role, but has one role only. */

/**
 * `training`: to learn from. `validation`: scored while a model learns, never learnt from. `held-out`: for the scores of
 * finished models, never learnt from by any run.
 */
export const cohortRoles = ['training', 'validation', 'held-out'] as const;
export type CohortRole = (typeof cohortRoles)[number];
