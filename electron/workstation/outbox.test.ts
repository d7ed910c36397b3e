import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { SiteEvent } from '../../shared/api.ts';
import { Outbox } from './outbox.ts';

it('gathers what comes quickly, and tells the newest last', async () => {
  const told: SiteEvent[] = [];
  const before: string[][] = [];
  const outbox = new Outbox(
    (event) => told.push(event),
    (lists) => before.push([...lists]),
  );
  for (let count = 1; count <= 500; count++) {
    outbox.put({ person: `p${count}` });
    outbox.putList('volumes');
    if (count % 100 === 0) await setTimeout(1);
  }
  outbox.put({ version: '2' });
  await setTimeout(250);
  const snapshots = told.flatMap((event) => (event.type === 'snapshot' ? [event.changed] : []));
  expect(snapshots.length).toBeLessThan(5); // of 500
  expect(snapshots.at(-1)).toEqual({ person: 'p500', version: '2' });
  expect(told.filter(({ type }) => type === 'changed').length).toBe(snapshots.length);
  expect(before).toContainEqual(['volumes']);

  const silence = told.length;
  await setTimeout(220);
  expect(told.length).toBe(silence);
  outbox.put({ person: 'last' });
  outbox.flush();
  expect(told.at(-1)).toEqual({ type: 'snapshot', changed: { person: 'last' } });
});
