import { Command } from 'commander';
import pc from 'picocolors';
import { examine } from '../../site/machine.ts';
import { run } from '../action.ts';

export function doctor(): Command {
  return new Command('doctor')
    .description('Check that this machine can do all that Isocenter needs, and say what to do where it cannot.')
    .option('--json', 'print the findings as JSON')
    .action((options: { json?: boolean }) =>
      run(options, async ({ output, signal }) => {
        const findings = await examine(signal);
        const lines = findings.map(({ name, good, found, next }) =>
          [`${good ? pc.green('✓') : pc.red('✗')} ${name.padEnd(12)} ${found}`, ...(good ? [] : [`  ${next}`])].join(
            '\n',
          ),
        );
        output.result({ good: findings.every(({ good }) => good), findings }, lines.join('\n'));
        if (findings.some(({ good }) => !good)) process.exitCode = 1;
      }),
    );
}
