import { z } from 'zod';

/** What a standing permission is for: payloads of one kind, in one stage of one run, asked for by one coordinator. */
export const scopeSchema = z.strictObject({
  run: z.string(),
  federation: z.string(),
  asker: z.string(), // the coordinator's fingerprint
  stage: z.enum(['pretraining', 'finetuning']),
  kind: z.enum(['features', 'weights']),
});
export type PermissionScope = z.infer<typeof scopeSchema>;
