import { expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { createSite } from '../../storage/site-folder.ts';
import { recordedRounds } from './recorded-rounds.ts';

const plan = planSchema.parse({ rounds: 2, finetuneRounds: 2 });

it('are those of one run, with its numbers and what came of its payloads last', () => {
  const folder = createSite(testFolder().path, 'A');
  const run = folder.runs.start('federated', plan, { federation: 'F', coordinator: 'aaaa', invitation: '01' });
  const party = { name: 'B', fingerprint: 'bbbb' };
  const payload = {
    kind: 'features' as const,
    federation: 'F',
    stage: 'pretraining' as const,
    round: 1,
    asker: party,
    recipients: [{ ...party, isNew: false }],
    bytes: 10,
    sha256: '',
    vectors: 1,
    vectorLength: 1,
    parameters: 0,
    volumes: 1,
    treatment: '',
  };
  const decide = (change: object, outcome: 'sent' | 'withheld' | 'failed', of = run.id) => {
    const about = { ...payload, ...change };
    const [decision] = folder.ledger.append({
      type: 'decision',
      run: of,
      payload: about,
      answer: 'allow-once',
      by: 'anna',
      reason: '',
    });
    folder.ledger.append({ type: 'outcome', decision, outcome, note: '' });
  };
  decide({}, 'withheld');
  decide({}, 'sent'); // asked again after a restart
  decide({}, 'withheld', 'another-run');
  decide({ kind: 'weights' }, 'failed');
  decide({ kind: 'weights', stage: 'finetuning', round: 1 }, 'sent');
  folder.runs.recordSteps(run.id, 1, 'loss', [9, 9]);
  folder.runs.record(run.id, { round: 1, step: 0 }, { loss: 0.5, seconds: 3, counted: 0, sites: 1, dice: 0.1 });
  folder.runs.count(run.id, { round: 1, step: 0 }, { 'bytes-up-features': 10, 'bytes-down-other': 7 });
  const none = { features: 0, weights: 0, other: 0 };
  expect(recordedRounds(folder, run)).toEqual([
    {
      stage: 'pretraining',
      round: 1,
      counted: false,
      sites: 1,
      loss: 0.5,
      seconds: 3,
      features: 'sent',
      weights: 'withheld',
      up: { ...none, features: 10 },
      down: { ...none, other: 7 },
      perSite: [],
    },
    {
      stage: 'finetuning',
      round: 1,
      counted: null,
      sites: 0,
      loss: null,
      seconds: null,
      features: null,
      weights: 'sent',
      up: none,
      down: none,
      perSite: [],
    },
  ]);
  expect(
    recordedRounds(
      folder,
      folder.runs.start('federated', plan, { federation: 'F', coordinator: 'aaaa', invitation: '01' }),
    ),
  ).toEqual([]);
  folder.close();
});
