/**
 * The papers say what is there: every link and file that they name, every command with its options, every setting of
 * the plan.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../shared/plan.ts';
import { succeed } from './command.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = ['docs', 'electron', 'renderer', 'resources', 'shared', 'tests'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);
const papers = ['README.md', 'CHANGELOG.md', ...sources.filter((file) => file.endsWith('.md'))];

/** As GitHub names a heading in an address. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('papers', () => {
  it.each(papers)('%s links to what is there', (paper) => {
    const links = [...read(paper).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, link]) => link);
    const broken = links.filter((link) => {
      const [path, anchor] = link.split('#');
      const file = path === '' ? paper : relative(root, resolve(root, dirname(paper), path));
      return !existsSync(join(root, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('name files that are there', () => {
    const named = [...read('docs/architecture.md').matchAll(/`((?:electron|renderer|shared|tests)\/[\w./-]+)`/g)];
    expect(named.length).toBeGreaterThan(50);
    expect(named.map(([, file]) => file).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('count the files that they list', () => {
    const chapters = read('docs/architecture.md').split(/^## /m);
    for (const chapter of chapters.filter((text) => /, followed\n/.test(text))) {
      const rows = chapter.match(/^\| \d+ \| /gm) ?? [];
      expect(chapter).toContain(`${rows.length} files`);
    }
  });

  it('fit on a page where somebody decides', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });
});

it('the method has every section that the code cites', () => {
  const sections = [...read('docs/method.md').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number);
  const cited = sources
    .filter((file) => /^(electron|shared)\/.*\.ts$/.test(file))
    .flatMap((file) => [...read(file).matchAll(/docs\/method\.md,\s(?:\* )?sections? (\d+)(?: to (\d+))?/g)])
    .flatMap(([, first, last]) => [first, ...(last ? [last] : [])]);
  expect(cited.length).toBeGreaterThan(8);
  expect(cited.filter((section) => !sections.includes(section))).toEqual([]);
});

it('every command is told with every option', async () => {
  const commands = [...(await succeed('--help')).matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  expect(commands).toHaveLength(18);
  const chapters = new Map(
    read('docs/commands.md')
      .split(/^### /m)
      .map((chapter) => [chapter.slice(0, chapter.indexOf('\n')), chapter]),
  );
  for (const command of commands) {
    const help = await succeed(command, '--help');
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name);
    for (const option of options) {
      if (!['--help', '--json'].includes(option)) expect(chapters.get(command), command).toContain(`\`${option}`);
    }
  }
}, 180_000); // a process for each command

it('every setting of the plan is told with its default', () => {
  const rows = [...read('docs/plan.md').matchAll(/^\| `([\w.]+)` \| `?([^|`]+?)`? \| /gm)];
  const flat = Object.entries(planSchema.parse({})).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, setting]) => [`${name}.${inner}`, setting])
      : [[name, value]],
  );
  const listed = rows.filter(([, name]) => flat.some(([known]) => known === name));
  expect(Object.fromEntries(listed.map(([, name, value]) => [name, JSON.parse(value)]))).toEqual(
    Object.fromEntries(flat),
  );
});
