/**
 * Decisions by a policy file, where nobody sits at a screen: `{"allow": ["features", "weights"], "vectors": 256}`.
 *
 * The coordinator receives the weights and the other sites the features; `recipients` names the fingerprints of those
 * who may. A policy without `recipients` leaves that to the federation: it covers every site that the coordinator
 * admits, also one that joins later, and each decision in the ledger says so. A policy that names them covers those
 * alone, whether or not a person here has approved them before.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Decider, type Policy, policySchema } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import { boundsInWords, brokenBound } from './bounds.ts';

/**
 * A decider that follows the policy in `file`, read now and not again: a policy changed later needs a new start, so
 * that the hash in the ledger is that of the policy that decided.
 *
 * Throws `consent.policy-unreadable` or `consent.policy-invalid`.
 */
export function policyDecider(file: string): Decider {
  const bytes = readPolicyFile(file);
  const policy = parsePolicy(bytes.toString('utf8'), file);
  const by = `policy ${basename(file)} sha256:${sha256Hex(bytes)}`; // never the path, which may name a person
  return async (payload) => {
    if (!policy.allow.includes(payload.kind)) {
      const allowed = policy.allow.length === 0 ? 'nothing' : `only ${policy.allow.join(' and ')}`;
      return { answer: 'refuse', by, reason: `allow: the policy lets ${allowed} leave` };
    }
    const broken = brokenBound(policy, payload, new Date());
    if (broken !== undefined) return { answer: 'refuse', by, reason: broken };
    const who =
      policy.recipients === undefined ? '; recipients not bounded: every site that the federation admits' : '';
    return { answer: 'allow-once', by, reason: `the policy allows ${payload.kind}, ${boundsInWords(policy)}${who}` };
  };
}

function readPolicyFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fault('consent.policy-unreadable', { file, reason }, error);
  }
}

function parsePolicy(text: string, file: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fault('consent.policy-invalid', { file, problems: 'it is not JSON' }, error);
  }
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
  throw fault('consent.policy-invalid', { file, problems });
}
