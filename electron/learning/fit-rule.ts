/** What the rules that fit a plan are given and give; see fit-plan.ts. */
import type { DeviceKind } from '../../shared/engine.ts';
import type { Reasons } from '../../shared/fitted-plan.ts';
import type { Plan } from '../../shared/plan.ts';
import type { SliceAxis } from '../../shared/volume.ts';

/** What there is to compute with. */
export interface Resources {
  kind: DeviceKind;
  memory: number; // bytes that training may take
  /** Bytes that a step of fine-tuning takes which computes so many windows at once. */
  needOf(plan: Plan, windows: number): number;
  slicesPerSecond: number | null; // see `EngineSpeed`; null where it was not measured
  seconds: number | null; // that fine-tuning may take; null leaves its steps as they are
}

/** Settings that a rule decided, each with its reason. */
export interface Choice {
  settings: Partial<Plan>;
  reasons: Partial<Reasons>;
}

/** The axis that slices run along, and the two in plane. */
export interface Plane {
  name: SliceAxis;
  through: 0 | 1 | 2;
  within: readonly [0 | 1 | 2, 0 | 1 | 2];
  words: string;
}

/** At most so many digits as a person reads. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
}
