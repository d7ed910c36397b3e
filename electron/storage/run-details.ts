/** What a run needs to go on, by its kind: which volumes, from which model, with whom. */
import { z } from 'zod';
import type { RunKind } from '../../shared/runs.ts';

const ids = z.array(z.string()); // of volumes
const cohort = z.string().optional(); // that the volumes were chosen from; absent: from all that may be learnt from

export const runDetailsSchemas = {
  /** Absent in runs of version 0.1: they learn from whatever volumes the site has. */
  pretrain: z.strictObject({ volumes: ids.optional(), cohort }),
  finetune: z.strictObject({
    from: z.string(), // id of a model, or 'random'
    volumes: ids,
    cohort,
    holdOut: ids.optional(), // kept apart to measure Dice; absent where none are
    validation: z.string().optional(), // cohort that these came from; absent: the labelled volumes
  }),
  segment: z.strictObject({ model: z.string(), volumes: ids }),
  federated: z.strictObject({
    federation: z.string(),
    coordinator: z.string(), // fingerprint
    invitation: z.string(), // hash of its token
    cohort,
  }),
} satisfies Record<RunKind, z.ZodType>;

export type RunDetails<Kind extends RunKind = RunKind> = z.infer<(typeof runDetailsSchemas)[Kind]>;
