/** The isocenter command. Each subcommand is a file in commands/. */
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { bench } from './commands/bench.ts';
import { cohort } from './commands/cohort.ts';
import { coordinator } from './commands/coordinator.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/evaluate.ts';
import { finetune } from './commands/finetune.ts';
import { importVolumes } from './commands/import.ts';
import { init } from './commands/init.ts';
import { invite } from './commands/invite.ts';
import { join } from './commands/join.ts';
import { ledger } from './commands/ledger.ts';
import { models } from './commands/models.ts';
import { plan } from './commands/plan.ts';
import { pretrain } from './commands/pretrain.ts';
import { segment } from './commands/segment.ts';
import { serve } from './commands/serve.ts';
import { volumes } from './commands/volumes.ts';

const program = new Command('isocenter')
  .description('Train a segmentation model together with other hospitals. Volumes never leave this machine.')
  .version(packageJson.version)
  .showHelpAfterError('(run with --help for what is possible)')
  .exitOverride();

for (const add of [
  demo,
  serve,
  init,
  importVolumes,
  volumes,
  cohort,
  coordinator,
  invite,
  join,
  plan,
  pretrain,
  finetune,
  segment,
  evaluate,
  models,
  ledger,
  bench,
  doctor,
]) {
  program.addCommand(add().copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  // commander has already said what was wrong with the command line; help and version end with exit code 0
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else throw error;
}
