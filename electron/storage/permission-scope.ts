import { z } from 'zod';
import { payloadKinds } from '../../shared/consent.ts';
import { stages } from '../../shared/protocol/rounds.ts';

/** What a standing permission is for: payloads of one kind, in one stage of one run, asked for by one coordinator. */
export const scopeSchema = z.strictObject({
  run: z.string(),
  federation: z.string(),
  asker: z.string(), // the coordinator's fingerprint
  stage: z.enum(stages),
  kind: z.enum(payloadKinds),
});
export type PermissionScope = z.infer<typeof scopeSchema>;
