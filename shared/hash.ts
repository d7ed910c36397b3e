/** SHA-256, and what a plan is known by. Not for the window: it needs Node. */
import { createHash } from 'node:crypto';
import { type Plan, planText } from './plan.ts';

/** SHA-256 of bytes or of a text (as UTF-8), 32 bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** As `sha256`, in hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 (hex) of the plan's text: the same at every site whose plan says the same. */
export function planHash(plan: Plan): string {
  return sha256Hex(planText(plan));
}
