/** What --consent means: `ask` a person here, `refuse` everything, or the policy in a file. */
import { policyDecider } from '../site/consent/policy.ts';
import { refusal, refuseAll, terminalDecider } from '../site/consent/terminal.ts';
import type { JoinOptions } from '../site/runs/federated-run.ts';

export function consentOf(option: string): Pick<JoinOptions, 'decider' | 'rule'> {
  if (option === 'ask') return { decider: terminalDecider({ input: process.stdin, output: process.stderr }) };
  if (option === 'refuse') return { decider: refuseAll, rule: refusal };
  return { decider: policyDecider(option) };
}
