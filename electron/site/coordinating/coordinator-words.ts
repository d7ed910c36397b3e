/** What happens at a coordinator, in words for a person. */

import type { CoordinatorEvent } from '../../../shared/protocol/coordinator-events.ts';
import type { Phase } from '../../../shared/protocol/rounds.ts';

const stageWords = { pretraining: 'Pre-training', finetuning: 'Fine-tuning' };

/** What waits for nobody needs no words. */
const phaseWords: Record<Phase, string | undefined> = {
  admit: undefined,
  announce: undefined,
  features: 'the sites may share features',
  training: 'the sites train',
  updates: 'the first weights are here',
  aggregate: undefined,
  finished: undefined,
};

export function unencryptedWords(host: string): string {
  return `NOT ENCRYPTED: listening on ${host} without a certificate. Whoever is on the way can read and change names and weights.`;
}

/** `loud` is for what must not be overlooked; undefined for what needs no words. */
export function coordinatorWords(event: CoordinatorEvent): { words: string; loud: boolean } | undefined {
  const say = (words: string) => ({ words, loud: false });
  const names = (parties: { name: string }[]) => parties.map(({ name }) => name).join(', ') || 'nobody';
  switch (event.type) {
    case 'listening':
      return say(`Listening on ${event.secure ? 'wss' : 'ws'}://${event.host}:${event.port}/`);
    case 'insecure':
      return { loud: true, words: unencryptedWords(event.host) };
    case 'admitted':
      return say(
        `${event.site.name} ${event.again ? 'is back' : `joined with ${event.volumes} volumes`} (${event.site.fingerprint}).`,
      );
    case 'terms-shown':
      return say(`Somebody at ${event.remote} read an invitation (key ${event.fingerprint}).`);
    case 'left':
      return say(`${event.site.name} left: ${event.reason || 'connection closed'}.`);
    case 'refused':
      return { loud: true, words: `Refused ${event.site?.name ?? event.remote}: ${event.why} (${event.detail}).` };
    case 'waiting':
      return say(`Waiting for sites: ${event.present.length} of ${event.needed} are here (${names(event.present)}).`);
    case 'phase': {
      const doing = phaseWords[event.phase];
      const where = `${stageWords[event.stage]} round ${event.round} of ${event.rounds}`;
      return doing === undefined ? undefined : say(`${where}: ${doing}, waiting for ${names(event.missing)}.`);
    }
    case 'heard':
      return undefined;
    case 'answered':
      return event.bytes === 0
        ? say(`${event.site.name} sent no ${event.about === 'features' ? 'features' : 'weights'}.`)
        : undefined;
    case 'round-finished': {
      const { stage, round, counted, participants } = event;
      const who = `${participants.length} sites`;
      return say(
        `${stageWords[stage]} round ${round} is over: ${counted ? `averaged ${who}` : `too few weights (${who}), nothing changed`}.`,
      );
    }
    case 'finished':
      return say('The last round is over.');
    case 'failed':
      return {
        loud: true,
        words: `The federation failed: ${event.error instanceof Error ? event.error.message : event.error}`,
      };
  }
}
