import { Command } from 'commander';
import pc from 'picocolors';
import { type EngineFound, engineNames } from '../../../shared/engine.ts';
import { examine } from '../../site/machine.ts';
import { run } from '../action.ts';
import { byteText } from '../output.ts';

const INDENT = ' '.repeat(15);

export function doctor(): Command {
  return new Command('doctor')
    .description('Check that this machine can do all that Isocenter needs, and say what to do where it cannot.')
    .option('--json', 'print the findings as JSON')
    .action((options: { json?: boolean }) =>
      run(options, async ({ output, signal }) => {
        const line = output.progress('engines');
        const { findings, engines } = await examine({
          signal,
          onProgress: (engine, place) => line.update(place, engineNames.length, engine),
        });
        line.end();
        const good = findings.every((finding) => finding.good);
        const lines = [
          ...findings.flatMap(({ name, good, found, next }) => [
            `${good ? pc.green('✓') : pc.red('✗')} ${name.padEnd(12)} ${found}`,
            ...(good ? [] : [`${INDENT}${next}`]),
          ]),
          '',
          pc.bold('Engines'),
          ...engines.flatMap(engineLines),
        ];
        output.result({ good, findings, engines }, lines.join('\n'));
        if (!good) process.exitCode = 1;
      }),
    );
}

/** What an engine lacks is no failure, so it has no cross. */
function engineLines({ engine, look, speed }: EngineFound): string[] {
  if (!look.usable) {
    return [`${pc.dim('–')} ${engine.padEnd(12)} ${look.reason}`, ...(look.next ? [`${INDENT}${look.next}`] : [])];
  }
  const facts = [look.device, byteText(look.memory)];
  if (speed) {
    facts.push(`${speed.slicesPerSecond.toPrecision(3)} slices a second in training`);
    facts.push(`${speed.gflops.toPrecision(3)} GFLOPS`);
  }
  const line = (mark: string) => `${mark} ${engine.padEnd(12)} ${facts.join(', ')}`;
  if (look.kind !== 'software') return [line(pc.green('✓'))];
  return [
    line(pc.yellow('~')),
    `${INDENT}It works, but is a graphics card played by the processor: never chosen by itself.`,
  ];
}
