import { Command } from 'commander';
import type { LearnsFrom } from '../../../shared/api/federation.ts';
import { computedOnText, type EngineChoice } from '../../../shared/engine.ts';
import { Site } from '../../site/site.ts';
import { cohortOption, countOrAll, engineOption, hostAndPort, run } from '../action.ts';
import { consentOf } from '../consent.ts';
import { byteText } from '../output.ts';

interface Options {
  consent: string;
  address?: { host: string; port: number };
  ca?: string;
  labels: number | 'all';
  cohort?: string;
  engine?: EngineChoice;
  json?: boolean;
}

export function join(): Command {
  return new Command('join')
    .description('Join a federation and take part in its rounds. Nothing leaves without consent.')
    .argument('<site>', 'folder of the site')
    .argument('<invitation>', 'the text that the coordinator’s site sent')
    .option('--consent <ask|refuse|file>', 'who decides what may leave: you, nobody, or a policy file', 'ask')
    .option('--address <host:port>', 'connect here instead (a tunnel, a proxy); the key must still match', hostAndPort)
    .option('--ca <file>', 'certificate (PEM) that a wss:// coordinator’s own is checked against')
    .option('--labels <n|all>', 'labelled volumes to use where the federation fine-tunes together', countOrAll, 'all')
    .addOption(cohortOption())
    .addOption(engineOption())
    .option('--json', 'print the result as JSON')
    .action((folder: string, invitation: string, options: Options) =>
      run(options, async ({ output, signal }) => {
        await using site = Site.open(folder, options);
        const line = output.progress('round');
        const result = await site.join({
          invitation,
          ...consentOf(options.consent),
          address: options.address,
          ca: options.ca,
          labels: options.labels,
          cohort: options.cohort,
          signal,
          onEvent(event) {
            switch (event.type) {
              case 'joined':
                output.note(
                  `Joined “${event.federation}”, coordinated by ${event.coordinator.name} (${event.coordinator.fingerprint}).`,
                );
                output.note(learnsFromWords(event.learnsFrom));
                break;
              case 'news':
                if (event.loud) output.warn(event.news.words);
                else output.note(event.news.words);
                break;
              case 'asking':
                line.end(); // a bar would tear the question
                break;
              case 'progress':
                if (event.notice) output.note(event.notice);
                line.update(event.step, event.steps, event.words);
                break;
              case 'payload':
                output.note(
                  event.sent
                    ? `Round ${event.round}: sent ${event.kind}, ${byteText(event.bytes)} (${event.reason}).`
                    : `Round ${event.round}: ${event.kind} stayed here (${event.reason}).`,
                );
                break;
              case 'round':
                line.end();
                output.note(
                  `Round ${event.round} of ${event.rounds} (${event.stage}) done, loss ${event.loss.toFixed(3)}.`,
                );
                break;
            }
          },
        });
        line.end();
        const models = result.models.join(', ');
        output.result(
          result,
          result.left
            ? `Left the federation after ${result.rounds.length} rounds. Everything learnt here stays here.`
            : `The federation is finished; this site took part in ${result.rounds.length} rounds. Model: ${models}.\nComputed on ${computedOnText(result.computedOn)}.\nNext: isocenter finetune ${folder} --labels all --from ${models}`,
        );
      }),
    );
}

/** What this site takes part with. */
function learnsFromWords({ cohort, volumes, samples }: LearnsFrom): string {
  const which = cohort === null ? 'all that are not kept apart' : `the cohort ${cohort}`;
  return `This site learns from ${volumes} volumes${samples ? ', made-up samples' : ''} (${which}).`;
}
