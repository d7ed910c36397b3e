/** The README says what is there: every command, every setting of the plan with its default. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planSchema } from '../shared/plan.ts';
import { succeed } from './command.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

it('lists every command with every option', async () => {
  const help = await succeed('--help');
  const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  expect(commands).toHaveLength(16);
  for (const command of commands) {
    const [row] = readme.match(new RegExp(`^\\| \`isocenter ${command}\\b.*$`, 'm')) ?? [''];
    const options = [...(await succeed(command, '--help')).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(
      ([, name]) => name,
    );
    for (const option of options) {
      if (!['--help', '--json'].includes(option)) expect(row, `isocenter ${command}`).toContain(option);
    }
  }
});

it('lists every setting of the plan with its default', () => {
  const rows = [...readme.matchAll(/^\| `([\w.]+)` \| `?([^|`]+?)`? \| /gm)].map(([, name, value]) => [name, value]);
  const flat = Object.entries(planSchema.parse({})).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, setting]) => [`${name}.${inner}`, setting])
      : [[name, value]],
  );
  const listed = rows.filter(([name]) => flat.some(([known]) => known === name));
  expect(Object.fromEntries(listed.map(([name, value]) => [name, JSON.parse(value)]))).toEqual(
    Object.fromEntries(flat),
  );
});
