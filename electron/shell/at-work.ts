/** What would stop if the window closed now, the weightiest first; null where nothing would. */
import type { Snapshot } from '../../shared/api.ts';

export type Work = 'run' | 'hosting' | 'membership' | 'task';

export function atWork({ activity, hosted, membership, tasks }: Snapshot): Work | null {
  if (hosted?.state === 'listening' || hosted?.state === 'running') return 'hosting'; // others wait for this machine
  if (activity) return 'run';
  if (membership && membership.connection !== 'over') return 'membership';
  return tasks.some(({ state }) => state === 'running') ? 'task' : null;
}
