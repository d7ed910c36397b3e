/**
 * What the trainer process can be asked to do. It reads and writes files by path and knows no network; every job is
 * resumable or short. Paths are absolute and inside the site's folder.
 */
import type { ComputedOn, DeviceKind, EngineFound, EngineName } from '../../shared/engine.ts';
import type { FeatureBatch } from '../../shared/features.ts';
import type { Fingerprint } from '../../shared/fingerprint.ts';
import type { FittedPlan } from '../../shared/fitted-plan.ts';
import type { Plan } from '../../shared/plan.ts';
import type { LabelScores } from '../../shared/scores.ts';
import type { NetworkPart } from '../../shared/weight-shapes.ts';

/** A stored volume (safetensors of electron/storage), with its label map where there is one. */
export interface VolumeFiles {
  id: string; // catalogue id, for messages
  image: string;
  labels?: string;
}

export interface InitialiseJob {
  plan: Plan;
  parts: NetworkPart[];
  /** Weights to keep; parts they lack are drawn from the plan's seed. */
  from?: string;
  out: string; // safetensors
}

/**
 * `steps` contrastive steps (docs/method.md, sections 3 to 6) of one round, continued from `state` where that file
 * exists.
 */
export interface PretrainJob {
  plan: Plan;
  round: number; // from 1
  seed: number; // of this site
  volumes: VolumeFiles[];
  weights: string; // encoder and projection to begin the round with
  /** Momentum encoder, optimiser, memory bank and steps done; written every few seconds, read on a restart. */
  state: string;
  remote: FeatureBatch[]; // other sites' batches of this round
  out: string; // main encoder and projection after the round
}

/**
 * Begins the round as `PretrainJob` does, fills the memory bank where it is empty and gives what it holds. May be asked
 * for again at any time. Privacy treatment is applied by the site.
 */
export interface FeaturesJob {
  plan: Plan;
  round: number;
  seed: number;
  volumes: VolumeFiles[];
  weights: string;
  state: string;
}

export interface FinetuneJob {
  plan: Plan;
  seed: number;
  volumes: VolumeFiles[]; // each with labels
  weights: string; // whole U-Net to begin with
  fromStep: number; // steps already done before `weights`; > 0 in later rounds of a federated fine-tuning
  steps: number; // steps to do
  state: string; // U-Net, optimiser and steps done; written every few seconds, read on a restart
  out: string; // whole U-Net
  /** Scored for the learning curve, never trained on. */
  validation?: VolumeFiles[];
  validateAt?: number[]; // steps (counted with fromStep) after which to score
}

export interface SegmentJob {
  plan: Plan;
  weights: string;
  volumes: { image: string; out: string }[]; // out: stored label map on the volume's grid
}

export interface Segmented {
  slices: number;
  confidence: (number | null)[]; // of each volume: mean probability of the voxels it labels; null where it labels none
  seconds: number;
}

/** A plan fitted to volumes, and to the engine that computes here and its memory. */
export interface FitJob {
  fingerprint: Fingerprint;
  plan: Plan; // settings that are not fitted
  engines: EngineFound[]; // what is known of their speed
  seconds: number | null; // that fine-tuning may take; null leaves its steps as they are
}

export interface EvaluateJob {
  pairs: { prediction: string; reference: string }[]; // stored label maps
  labels: number[];
}

/** Dice of the validation volumes after a step; null where all that it speaks of is correctly empty. */
export interface ValidationPoint {
  step: number;
  dice: number | null; // mean over volumes
  perLabel: (number | null)[]; // mean over volumes, in the plan's order
  volumes: (number | null)[]; // of each volume, mean over labels, in the job's order
}

export interface Trained {
  steps: number;
  losses: number[]; // one a step, also of steps done before a restart
  dice: ValidationPoint[]; // learning curve on the volumes' own grids, empty without validation
  seconds: number; // in this process
  volumes: number; // trained on
  slices: number; // shown to the network in all steps together
  parts: number; // that a batch was computed in, one after the other, to fit into memory
  oneIsland: number[]; // labels of which segmentation keeps the largest island, since that helped on the validation volumes
}

export interface BenchJob {
  batch: number; // slices
  size: number; // pixels a side
  baseWidth: number;
  repeats: number;
}

export interface Timed {
  machine: { cpu: string; cores: number; node: string };
  settings: BenchJob;
  steps: {
    name: 'encoder' | 'unet';
    ms: number; // median
    min: number;
    max: number;
    parts: { name: string; ms: number }[]; // where a step's time goes; empty where an engine computes on the side
  }[];
}

export type BenchReport = ComputedOn & { kind: DeviceKind } & Timed;

/** To be asked of a trainer process that nobody else needs: an engine's native code may end it. */
export interface InspectJob {
  engine: EngineName;
  measure: boolean; // takes some seconds; a software adapter is never measured
}

export type EngineReport = Pick<EngineFound, 'look' | 'speed'>;

/** The verbs of the trainer; `electron/engine/client.ts` calls them from the site's process. */
export interface TrainerJobs {
  initialise(job: InitialiseJob): Promise<{ parameters: number }>;
  features(job: FeaturesJob): Promise<FeatureBatch>;
  pretrain(job: PretrainJob): Promise<Trained>;
  finetune(job: FinetuneJob): Promise<Trained>;
  segment(job: SegmentJob): Promise<Segmented>;
  fit(job: FitJob): Promise<FittedPlan>;
  evaluate(job: EvaluateJob): Promise<LabelScores[][]>; // [pair][label]
  bench(job: BenchJob): Promise<BenchReport>;
  inspect(job: InspectJob): Promise<EngineReport>;
}
