/** Words of runs that site, storage and window share. */

const runKinds = ['pretrain', 'finetune', 'segment', 'federated'] as const;
export type RunKind = (typeof runKinds)[number];

/** `paused` and `failed` runs can go on; `finished` and `cancelled` ones are over. */
const runStates = ['running', 'paused', 'failed', 'finished', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

export function isOver({ state }: { state: RunState }): boolean {
  return state === 'finished' || state === 'cancelled';
}
