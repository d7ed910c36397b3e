/** Into how many sub-batches a batch is split, so that it fits into memory. */
import type { ComputedOn } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import type { Plan } from '../../shared/plan.ts';
import { methodOf } from '../learning/methods/index.ts';
import { WINDOWS_AT_ONCE } from '../learning/segmentation.ts';
import { splitBatch } from '../learning/sub-batches.ts';
import { type MemoryBudget, needOf, type Phase } from './memory.ts';

/** How a batch is computed. */
export interface BatchSplit {
  mostSlices: number; // at once
  subBatches: number;
  notice: string; // why there are several, a sentence; empty where there is one
}

/**
 * The fewest sub-batches that fit into what is free. Where not even a slice does, they are of one slice each, because
 * what others hold may come free; what the device lacks never will: throws `engine.too-little-memory`.
 */
export function splitToFit(budget: MemoryBudget, phase: Phase, plan: Plan, { engine, device }: ComputedOn): BatchSplit {
  const batch = slicesOf(phase, plan);
  const need = (slices: number) => needOf(phase, plan, engine, slices, slices < batch ? 2 : 1);
  let mostSlices = batch;
  while (mostSlices > 1 && need(mostSlices) > budget.free) mostSlices--;
  if (need(mostSlices) > budget.most) {
    const what = { pretraining: 'pre-training', finetuning: 'fine-tuning', segmentation: 'segmenting' }[phase];
    throw fault('engine.too-little-memory', {
      what,
      needed: byteText(need(mostSlices)),
      device,
      memory: byteText(budget.most),
    });
  }
  const subBatches = splitBatch(batch, mostSlices).length;
  const notice =
    subBatches === 1
      ? ''
      : `The batch of ${batch} slices is computed in ${subBatches} parts: at once it would need ${byteText(need(batch))}, and ${byteText(budget.free)} are free for it.`;
  return { mostSlices, subBatches, notice };
}

/** Slices of one step; in segmentation, of one pass. */
function slicesOf(phase: Phase, plan: Plan): number {
  if (phase === 'pretraining') return methodOf(plan).slicesPerStep(plan);
  return phase === 'finetuning' ? plan.finetuneBatch : WINDOWS_AT_ONCE;
}

function byteText(bytes: number): string {
  const left = Math.max(0, bytes);
  return left < 1e9 ? `${Math.round(left / 1e6)} MB` : `${(left / 1e9).toFixed(1)} GB`;
}
