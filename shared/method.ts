/**
 * The pretext tasks that pre-training may learn from, by the names that a plan gives them. electron/learning/methods
 * has them.
 */

export const methodNames = ['fcl'] as const;
export type MethodName = (typeof methodNames)[number];

/** Federated contrastive learning; the method of every plan that names none. */
export const usualMethod: MethodName = 'fcl';
