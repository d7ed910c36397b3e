/**
 * With what a federated run that was cut off goes on, in its folder while it is not over. The file is readable by the
 * site's account alone, as everything of a site; and the token in it, once used, lets in nobody but this site's key.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fault } from '../../../shared/errors.ts';
import { readWholeFile, writeFileAtomic } from '../../storage/atomic-file.ts';
import type { Run } from '../../storage/runs.ts';

const keptSchema = z.strictObject({
  invitation: z.string(),
  ca: z.string().optional(), // path of a PEM file
  address: z.strictObject({ host: z.string(), port: z.int() }).optional(),
  labels: z.union([z.int(), z.literal('all')]).optional(),
  cohort: z.string().optional(),
});
export type KeptInvitation = z.infer<typeof keptSchema>;

export function keepInvitation(run: Run, { invitation, ca, address, labels, cohort }: KeptInvitation): void {
  writeFileAtomic(fileOf(run), JSON.stringify({ invitation, ca, address, labels, cohort }));
}

export function forgetInvitation(run: Run): void {
  rmSync(fileOf(run), { force: true });
}

export function isKept(run: Run): boolean {
  return existsSync(fileOf(run));
}

/** Throws `site.run-needs-invitation` where the run was begun by an early version, or the file is gone or broken. */
export function keptInvitation(run: Run): KeptInvitation {
  const lost = (cause?: unknown) => fault('site.run-needs-invitation', { run: run.id }, cause);
  if (!isKept(run)) throw lost();
  try {
    return keptSchema.parse(JSON.parse(Buffer.from(readWholeFile(fileOf(run))).toString('utf8')));
  } catch (error) {
    throw lost(error);
  }
}

function fileOf({ folder }: Run): string {
  return join(folder, 'invitation.json');
}
