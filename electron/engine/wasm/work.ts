/**
 * Everything that a thread of the engine can do. This file and what it imports know no TensorFlow.js: threads start
 * fast.
 */

import { adamFunctions, adamRoutines } from './adam-work.ts';
import { addFunctions, addRoutines } from './add-work.ts';
import { copyFunctions, copyRoutines } from './copy-work.ts';
import { directConvolutionFunctions, directConvolutionRoutines } from './direct-convolution-work.ts';
import { joinFunctions, joinRoutines } from './join-work.ts';
import { normFunctions, normRoutines } from './norm-work.ts';
import { poolFunctions, poolRoutines } from './pool-work.ts';
import { segmentationFunctions, segmentationRoutines } from './segmentation-work.ts';
import type { Routine } from './thread-context.ts';
import { winogradRoutines } from './winograd-work.ts';

/** Assembled code but for the inner loops of convolution, which are compiled in another way (see wide.ts). */
export const workFunctions = [
  directConvolutionFunctions,
  normFunctions,
  joinFunctions,
  poolFunctions,
  adamFunctions,
  copyFunctions,
  segmentationFunctions,
  addFunctions,
].flat();

export const routines = {
  ...directConvolutionRoutines,
  ...winogradRoutines,
  ...normRoutines,
  ...joinRoutines,
  ...poolRoutines,
  ...adamRoutines,
  ...copyRoutines,
  ...segmentationRoutines,
  ...addRoutines,
} satisfies Record<string, Routine>;

export type RoutineName = keyof typeof routines;

/** In a fixed order, in which threads know them by number. */
export const routineList: Routine[] = Object.values(routines);
