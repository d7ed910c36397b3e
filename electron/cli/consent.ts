/** What --consent means: `ask` a person here, `refuse` everything, or the policy in a file. */
import type { Decider } from '../../shared/consent.ts';
import { policyDecider } from '../site/consent/policy.ts';
import { refuseAll, terminalDecider } from '../site/consent/terminal.ts';

export function consentOf(option: string): Decider {
  if (option === 'ask') return terminalDecider({ input: process.stdin, output: process.stderr });
  if (option === 'refuse') return refuseAll;
  return policyDecider(option);
}
