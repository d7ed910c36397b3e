/** Holds the house: who may import whom, and what only a few files may. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** For each folder: the project's folders and the packages that its files may import, besides itself and Node's own. */
const table: Record<string, { folders: string[]; packages: string[] }> = {
  shared: { folders: [], packages: ['zod', '@msgpack/msgpack'] },
  renderer: {
    folders: ['shared'],
    packages: ['svelte', '@lucide/svelte', '@fontsource-variable/inter', 'birpc', 'cornerstone-core', 'uplot', 'zod'],
  },
  'electron/imaging': { folders: ['shared'], packages: ['@itk-wasm/image-io', '@itk-wasm/dicom', 'birpc', 'itk-wasm'] },
  'electron/learning': { folders: ['shared'], packages: ['@tensorflow/tfjs'] },
  'electron/engine': {
    folders: ['electron/learning', 'electron/imaging', 'electron/storage', 'shared'],
    packages: [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      '7zip-bin',
      'birpc',
      'webgpu',
      'zod',
    ],
  },
  'electron/federation/wire': { folders: ['shared'], packages: ['ws', '@msgpack/msgpack'] },
  'electron/federation/coordinator': { folders: ['electron/federation/wire', 'shared'], packages: [] },
  'electron/federation/participant': { folders: ['electron/federation/wire', 'shared'], packages: [] },
  'electron/storage': { folders: ['shared'], packages: ['better-sqlite3', 'zod'] },
  'electron/site': {
    folders: ['electron/imaging', 'electron/engine', 'electron/federation', 'electron/storage', 'shared'],
    packages: ['@msgpack/msgpack', '@clack/prompts', 'zod', 'fast-png'],
  },
  'electron/workstation': {
    folders: ['electron/site', 'electron/storage', 'shared'],
    packages: ['zod', 'pdfkit'],
  },
  'electron/host': {
    folders: ['electron/workstation', 'electron/site', 'electron/federation', 'shared'],
    packages: ['ws', 'birpc'],
  },
  'electron/shell': { folders: ['electron/workstation', 'shared'], packages: ['electron', 'zod'] },
  'electron/main.ts': { folders: ['electron/shell', 'electron/workstation'], packages: ['electron'] },
  'electron/preload.ts': { folders: ['electron/shell', 'shared'], packages: ['electron'] },
  'electron/cli': {
    folders: ['electron/workstation', 'electron/site', 'electron/federation', 'electron/host', 'shared'],
    packages: ['commander', 'cli-progress', 'picocolors', 'birpc', 'fast-png', 'uplot'],
  },
};

/** What only these files may import from that file or package, seen from everywhere. */
const restricted: { what: RegExp; users: string[]; why: string }[] = [
  {
    what: /^ws(#WebSocketServer)?$/,
    users: ['electron/federation/wire/socket.ts', 'electron/host/connection.ts', 'electron/host/host.ts'],
    why: 'one file speaks to the network, and the host to the browser on this machine',
  },
  { what: /^cornerstone-core from (?!renderer\/viewer\/)/, users: [], why: 'the viewer alone knows its library' },
  {
    what: /^7zip-bin$/,
    users: ['electron/engine/tensorflow/setup/archive.ts'],
    why: 'a package of development that only the set-up of an engine needs, which the packaged app does not do',
  },
  {
    what: /^electron\/engine\/tensorflow\/setup\/.*from (?!electron\/engine\/tensorflow\/setup\/)/,
    users: [],
    why: 'what fetches from the network is a command of its own, never part of the app',
  },
  { what: /^uplot$/, users: ['renderer/ui/Chart.svelte'], why: 'one component draws charts' },
  {
    what: /^electron\/federation\/participant\/approved-payload\.ts#approve$/,
    users: ['electron/site/consent/gate.ts'],
    why: 'only the consent gate makes an ApprovedPayload',
  },
  {
    what: /^electron\/engine\/(?!client\.ts|launch\.ts|jobs\.ts|channel\.ts|preference\.ts).*from electron\/(site|workstation|cli)/,
    users: [],
    why: 'sites speak to the engine through its client, and know which one is liked best',
  },
  {
    what: /^electron\/storage\/(?!volume-file\.ts|weight-file\.ts|atomic-file\.ts).*from electron\/engine/,
    users: [],
    why: 'the trainer reads and writes files, never the site database',
  },
];

interface Import {
  file: string; // that imports, relative to the root
  target: string; // a file relative to the root, or a package
  names: string[];
}

const imports = sourceFiles().flatMap(importsOf);

describe('imports', () => {
  it('lead back to no file, in the project and in its tests', () => {
    expect(
      circlesOf(sourceFiles(['shared', 'electron', 'renderer', 'tests', 'resources'], /^$/).flatMap(importsOf)),
    ).toEqual([]);
  });

  it('are read at all', () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.some(({ target }) => target === 'shared/errors.ts')).toBe(true);
  });

  it('follow the table', () => {
    expect(imports.filter((entry) => !isAllowed(entry)).map(({ file, target }) => `${file} imports ${target}`)).toEqual(
      [],
    );
  });

  it.each(restricted)('$why', ({ what, users }) => {
    const found = imports.flatMap(({ file, target, names }) =>
      [target, ...names.map((name) => `${target}#${name}`), `${target} from ${file}`].some((used) => what.test(used))
        ? [file]
        : [],
    );
    expect(found.toSorted()).toEqual(users);
  });
});

function isAllowed({ file, target }: Import): boolean {
  const folder = Object.keys(table).find((name) => file === name || file.startsWith(`${name}/`));
  if (folder === undefined) return false; // a new folder needs a row
  if (target.startsWith('node:') || target.startsWith(`${folder}/`) || target === 'package.json') return true;
  const { folders, packages } = table[folder];
  return packages.includes(target) || folders.some((name) => target.startsWith(`${name}/`));
}

/** Sets of files that import each other, in however many steps (Tarjan, SIAM Journal on Computing 1972). */
function circlesOf(found: Import[]): string[][] {
  const targets = Map.groupBy(found, ({ file }) => file);
  const order = new Map<string, number>(); // in which files were come to
  const earliest = new Map<string, number>(); // that can be reached from a file
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    order.set(file, order.size);
    earliest.set(file, order.size - 1);
    path.push(file);
    for (const { target } of targets.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (path.includes(target)) earliest.set(file, Math.min(earliest.get(file)!, earliest.get(target)!));
    }
    if (earliest.get(file) !== order.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return circles;
}

/** Tests may reach further than what they test. */
function sourceFiles(
  folders = ['shared', 'electron', 'renderer'],
  leftOut = /\.test\.ts$|(^|\/)testing\.ts$|\/fixtures\//,
): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((file) => !leftOut.test(file)),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:type\s)?([^'";]*?)\sfrom\s'([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import\s'([^']+)'/g,
  );
  return [...statements].map(([, names = '', from, dynamic, bare]) => {
    const specifier = from ?? dynamic ?? bare;
    return {
      file,
      target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : packageOf(specifier),
      names: [...names.matchAll(/(type\s+)?([\w$]+)(?:\s+as\s+[\w$]+)?/g)]
        .filter(([, type]) => !type)
        .map(([, , name]) => name),
    };
  });
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
