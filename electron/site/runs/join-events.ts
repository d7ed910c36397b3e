/** What a federation's participant tells while it takes part. */
import type { LearnsFrom } from '../../../shared/api/federation.ts';
import type { Party, PayloadKind } from '../../../shared/consent.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { ParticipantNews, ParticipantState } from '../../../shared/protocol/participant-events.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import type { Traffic } from '../../../shared/protocol/traffic.ts';

export type JoinEvent =
  | { type: 'joined'; run: string; federation: string; coordinator: Party; plan: Plan; learnsFrom: LearnsFrom }
  | { type: 'news'; news: ParticipantNews; loud: boolean }
  | ParticipantState
  // Steps of all rounds
  | { type: 'progress'; step: number; steps: number; loss?: number; notice?: string; words: string }
  | { type: 'asking'; kind: PayloadKind; round: number } // the decider is about to be asked
  | {
      type: 'payload';
      kind: PayloadKind;
      stage: Stage;
      round: number;
      sent: boolean;
      bytes: number;
      reason: string;
    }
  | ({ type: 'round'; traffic: Traffic } & RoundSummary); // traffic since the round before;

export interface RoundSummary {
  stage: Stage;
  round: number;
  rounds: number; // of this stage
  loss: number; // mean of the steps done here
  seconds: number;
  up: number; // bytes of features and weights sent
  upFeatures: number; // of these, features
  down: number; // bytes of features and weights received
}
