import { expect, it } from 'vitest';
import { picker } from './picker.svelte.ts';

it('gives what was chosen to whoever asked, and shows the question only until then', async () => {
  const chosen = picker.ask('scans');
  expect(picker.asking).toBe('scans');
  picker.answer(['/a', '/b']);
  expect(picker.asking).toBeNull();
  expect(await chosen).toEqual(['/a', '/b']);
});

it('lets an older question go unanswered when another one comes', async () => {
  const older = picker.ask('scans');
  const newer = picker.ask('folder');
  expect(await older).toBeNull();
  expect(picker.asking).toBe('folder');
  picker.answer(null);
  expect(await newer).toBeNull();
});
