/** Words of a round that sites, coordinator and window share. */

/** Pre-training comes first; federated fine-tuning follows where the plan has rounds of it. */
export const stages = ['pretraining', 'finetuning'] as const;
export type Stage = (typeof stages)[number];

/** In this order; `finished` is said of a whole federation. */
export const phases = ['admit', 'announce', 'features', 'training', 'updates', 'aggregate', 'finished'] as const;
export type Phase = (typeof phases)[number];

/** What a site is asked for in a round: a feature batch, then its update of the weights. */
export const answerSubjects = ['features', 'update'] as const;
export type AnswerSubject = (typeof answerSubjects)[number];
