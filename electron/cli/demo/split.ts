/** Splits cases among sites: who sees which volume, and which volumes nobody sees. */
import { seededRandom, shuffled } from '../../../shared/random.ts';

const LEAST_HELD_OUT = 8; // volumes; below that a mean says little

export interface Split<Case> {
  sites: Case[][];
  heldOut: Case[];
}

/**
 * A quarter of all used cases, at least 8, is held out. The held-out pool does not depend on the seed, so that runs
 * with different seeds are scored on the same volumes; who gets which of the rest does.
 *
 * @param cases in a stable order
 * @param volumes per site; without it, all that there are
 * @returns undefined where there are too few cases
 */
export function splitCases<Case>(
  cases: readonly Case[],
  { sites, volumes, seed }: { sites: number; volumes?: number; seed: number },
): Split<Case> | undefined {
  const mixed = shuffled(seededRandom('held-out'), cases);
  const used = volumes === undefined ? cases.length : Math.min(cases.length, Math.ceil((sites * volumes * 4) / 3));
  const heldOutCount = Math.max(LEAST_HELD_OUT, Math.round(used / 4));
  const pool = mixed.slice(Math.max(LEAST_HELD_OUT, Math.round(cases.length / 4)));
  const each = volumes ?? Math.floor(pool.length / sites);
  if (each < 1 || heldOutCount > mixed.length || pool.length < each * sites) return undefined;
  const mixedPool = shuffled(seededRandom('deal', seed), pool);
  return {
    sites: Array.from({ length: sites }, (_, site) => mixedPool.slice(site * each, (site + 1) * each)),
    heldOut: mixed.slice(0, heldOutCount),
  };
}
