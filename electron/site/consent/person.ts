import type { Decider } from '../../../shared/consent.ts';

/** A decider behind which a person sits, who saw the recipients' fingerprints and may grant a standing permission. */
export type PersonalDecider = Decider & { personal: true };

/** Marks a decider as a person's. What is not marked counts as automatic: it makes no recipient known to the person. */
export function personal(decider: Decider): PersonalDecider {
  return Object.assign<Decider, { personal: true }>((...question) => decider(...question), { personal: true });
}

export function isPersonal(decider: Decider): boolean {
  return 'personal' in decider && decider.personal === true;
}
