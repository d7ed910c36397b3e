import { createHash } from 'node:crypto';
import { type Plan, planText } from '../../shared/plan.ts';

/** SHA-256 (hex) of the plan's text: the same at every site whose plan says the same. */
export function planHash(plan: Plan): string {
  return sha256(planText(plan));
}

/** SHA-256 of a text (as UTF-8) or bytes, hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
