import type { ErrorText } from './text.ts';

export const engineErrors = {
  'engine.not-usable': {
    message: 'The engine {engine} cannot be used on this machine: {reason}',
    next: '{next} Another one can compute instead: auto in the settings of the window, --engine auto with the command, or another one in the plan where it names this one. isocenter doctor lists them all.',
  },
  'engine.no-python': {
    message: '{python} could not be started: {reason}.',
    next: 'Name a Python that has PyTorch, as in --pytorch /usr/bin/python3.',
  },
  'engine.no-pytorch': {
    message: '{python} has no PyTorch.',
    next: 'Install it there, {python} -m pip install torch==2.13.0, and run the command again.',
  },
  'engine.pytorch-failed': {
    message: 'PyTorch did not do the steps: {reason}.',
    next: 'Mend what is said there, or leave --pytorch out.',
  },
  'engine.cancelled': {
    message: 'The {verb} job was cancelled.',
    next: 'Continue it or start it again: it goes on after its last finished step.',
  },
  'engine.job-failed': {
    message: 'The {verb} job failed: {reason}.',
    next: 'Continue the run: it goes on where it was last saved, some seconds before. If it fails again, measure the engine in the settings, or run isocenter doctor.',
  },
  'engine.trainer-died': {
    message: 'The trainer process ended unexpectedly ({how}). Its last words: {output}',
    next: 'Continue the run, or start it again: it goes on where it was last saved, some seconds before. If it ends again, lower the batch or the input size, or let another engine compute: isocenter doctor tries each.',
  },
  'engine.too-little-memory': {
    message: 'Even slice by slice, {what} by this plan needs {needed} of memory, and {device} has {memory} for it.',
    next: 'Lower inputSize or baseWidth in the plan, or take another engine or a machine with more memory.',
  },
  'engine.out-of-memory': {
    message: 'The memory of the engine {engine} ran out: {reason}.',
    next: 'Close other programs and continue the run: it goes on where it was last saved, some seconds before. If it happens again, let ISOCENTER_MEMORY_GB name fewer gigabytes, so that the batch is computed in more parts, or lower the batch, inputSize or baseWidth in the plan.',
  },
  'engine.thread-limit': {
    message: 'ISOCENTER_THREADS is no number of threads: {value}.',
    next: 'Set it to a whole number from 1 to {most}, as in ISOCENTER_THREADS=2, or take it away to let training use every core.',
  },
  'engine.memory-limit': {
    message: 'ISOCENTER_MEMORY_GB is no number of gigabytes: {value}.',
    next: 'Set it to a number above 0, as in ISOCENTER_MEMORY_GB=1.5, or take it away to let training use what is free.',
  },
  'engine.device-lost': {
    message: 'The graphics card {device} stopped computing: {why}.',
    next: 'Continue the run: it goes on where it was last saved, some seconds before. If it happens again, update the driver, let the processor compute (--engine wasm, or the settings of the window), or start a run with a smaller batch.',
  },
  'engine.diverged': {
    message: 'Training went astray: {what} became {value}.',
    next: 'Lower {setting} in the plan and start the run again.',
  },
  'engine.state-of-another-run': {
    message: '{file} belongs to another run: it was made with {what}.',
    next: 'Continue that run with its own plan and seed, or start this one with a state file of its own.',
  },
  'engine.no-slices': {
    message: 'There is nothing to train on: {what}.',
    next: 'Import volumes first, with labels for fine-tuning.',
  },
  'engine.weights-do-not-fit': {
    message: '{file} does not fit the plan: {reason}.',
    next: 'Use weights that were made with the same network settings (levels, baseWidth, featureLength, labels).',
  },
  'engine.grids-differ': {
    message: '{prediction} and {reference} lie on different grids ({reason}).',
    next: 'Compare label maps of the same image: same size, spacing, origin and direction.',
  },
} satisfies Record<`engine.${string}`, ErrorText>;
