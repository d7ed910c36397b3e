/**
 * Licences of what Isocenter is made of: a file that packaging writes, in a checkout the installed packages themselves.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import type { LicenceText } from '../../../shared/api/settings.ts';

const FILE = join('resources', 'licences.json');
/** Built into the window or around it; what they depend on is for building, and not shipped. */
const BUILT_IN = ['electron', 'svelte', 'cornerstone-core', '@lucide/svelte', '@fontsource-variable/inter'];

const textsSchema = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }));
const packageSchema = z.object({
  version: z.string().default(''),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

export async function readLicences(): Promise<LicenceText[]> {
  const root = programFolder();
  const file = join(root, FILE);
  return existsSync(file) ? textsSchema.parse(JSON.parse(await readFile(file, 'utf8'))) : collectLicences(root);
}

/** Isocenter's own first, then every shipped package by name. What is not installed is left out. */
async function collectLicences(root: string): Promise<LicenceText[]> {
  const found = new Map<string, LicenceText>();
  const queue = [...Object.keys(packageJson.dependencies), ...BUILT_IN].map((name) => ({ name, from: root }));
  for (const { name, from } of queue) {
    const folder = packageFolder(name, from, root);
    if (folder === undefined) continue;
    const { version, license, dependencies } = packageSchema.parse(await readJson(join(folder, 'package.json')));
    const key = `${name} ${version}`;
    if (found.has(key)) continue;
    const licence = typeof license === 'string' ? license : (license?.type ?? 'see its text');
    found.set(key, { name, version, licence, text: await licenceText(folder) });
    if (BUILT_IN.includes(name)) continue;
    for (const dependency of Object.keys(dependencies)) queue.push({ name: dependency, from: folder });
  }
  const { version, license } = packageJson;
  const own = { name: 'Isocenter', version, licence: license, text: await licenceText(root) };
  return [own, ...[...found.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'))];
}

/** The checkout or the packaged app: the nearest folder above that holds the program's package.json. */
function programFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** As Node finds packages: in the nearest node_modules, from the folder upwards. */
function packageFolder(name: string, from: string, root: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root || dirname(folder) === folder) return undefined;
  }
}

async function licenceText(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|ofl|notice)/i.test(name)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.filter(Boolean).join('\n\n');
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
