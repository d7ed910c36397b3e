/**
 * `npm run package`: builds the app, gathers the licences of all that is in it, and packages it as electron-builder.yml
 * says. Electron is downloaded unless its unpacked distribution is given, so that it also works without a network.
 *
 *     npm run package -- [--dir] [--target NAME]... [--electron-dist FOLDER] [--test-build]
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { path7za } from '7zip-bin';
import { build as buildPackage, type Configuration } from 'electron-builder';
import { createBuilder } from 'vite';
import { licencesOf, packageNotes } from './licences.ts';
import { copyRunTimePackages, runTimePackages } from './run-time-packages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const APP = join(ROOT, 'dist', 'app'); // what goes into the archive

interface PackageOptions {
  /** Only the folder as it would be installed. */
  dir?: boolean;
  /** Such as `tar.gz`; absent: what electron-builder.yml names for this system. */
  targets?: string[];
  /** An unpacked Electron for this system; absent: the one of the npm package's version is downloaded. */
  electronDist?: string;
  /** Leaves the debugger's arguments on, as Playwright needs them. Never give such a package away. */
  testBuild?: boolean;
}

async function packageApp({ dir, targets = [], electronDist, testBuild }: PackageOptions): Promise<void> {
  await assembleApp();
  chmodSync(path7za, 0o755); // npm unpacks it without
  process.env.ELECTRON_BUILDER_7ZIP_PATH ??= path7za; // else electron-builder downloads its own
  const config: Configuration = {
    extends: 'electron-builder.yml',
    electronVersion: JSON.parse(readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8')).version,
    ...(electronDist !== undefined && { electronDist: resolve(electronDist) }),
    ...fuses(electronDist, testBuild),
  };
  const system = ({ linux: 'linux', win32: 'win', darwin: 'mac' } as const)[process.platform as 'linux'];
  await buildPackage({ projectDir: ROOT, [system]: targets, dir, config, publish: 'never' });
}

/** The build, the packages that it finds at run time, the licences of both, and a package.json that says no more. */
async function assembleApp(): Promise<void> {
  const notes = packageNotes();
  rmSync(APP, { recursive: true, force: true });
  // Not by way of dist/renderer: a host may be serving it at this moment.
  const into = (folder: string) => ({ build: { outDir: join(APP, 'dist', folder) } });
  const builder = await createBuilder({
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [notes.plugin],
    environments: {
      client: into('renderer'),
      main: into('main'),
      fileThread: into('main'),
      engineThread: into('main'),
      preload: into('preload'),
    },
  });
  await builder.buildApp();
  mkdirSync(join(APP, 'resources'), { recursive: true });
  copyRunTimePackages(join(ROOT, 'node_modules'), join(APP, 'node_modules'));
  const licences = licencesOf(ROOT, [...notes.names, ...runTimePackages]);
  writeFileSync(join(APP, 'resources', 'licences.json'), JSON.stringify(licences));
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { name, productName, version, description, author, license, type, main, desktopName } = own;
  const versions = runTimePackages.map((name) => [name, '*']);
  const said = { name, productName, version, description, author, license, type, main, desktopName };
  writeFileSync(join(APP, 'package.json'), JSON.stringify({ ...said, dependencies: Object.fromEntries(versions) }));
}

/** What differs from electron-builder.yml. The executable of a stand-in is a script, in which no fuse can be set. */
function fuses(electronDist: string | undefined, testBuild: boolean | undefined): Configuration {
  const isScript = (file: string) => existsSync(file) && readFileSync(file).subarray(0, 2).toString() === '#!';
  if (electronDist !== undefined && isScript(join(electronDist, 'electron'))) return { electronFuses: null };
  return testBuild ? { electronFuses: { enableNodeCliInspectArguments: true } } : {};
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      dir: { type: 'boolean' },
      target: { type: 'string', multiple: true },
      'electron-dist': { type: 'string' },
      'test-build': { type: 'boolean' },
    },
  });
  await packageApp({
    dir: values.dir,
    targets: values.target,
    electronDist: values['electron-dist'] ?? process.env.ELECTRON_DIST,
    testBuild: values['test-build'],
  });
}
