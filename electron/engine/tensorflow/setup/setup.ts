/**
 * Sets the `tensorflow` engine up: fetches or takes the library, makes the addon, tries both, and only then puts them
 * in place.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ADDON,
  enginesFolder,
  hasPackage,
  installFolder,
  type Manifest,
  PACKAGE,
  readManifest,
} from '../installation.ts';
import { hasDriver } from '../nvidia.ts';
import type { Checked } from './check.ts';
import { run } from './command.ts';
import { compileAddon, findCompiler } from './compile.ts';
import { Problem } from './problem.ts';
import { type Filled, fillFromFiles, fillFromIndex, fillFromPublisher } from './sources.ts';

const GIGABYTE = 1e9; // bytes
const NEEDED = { processor: 2, cuda: 10 }; // gigabytes, downloads and what is unpacked of them together
const UNFINISHED = '.setting-up-'; // begins the names of folders that are not whole, with the number of the process

interface SetupOptions {
  /** Files or folders to take instead of downloading. */
  from: string[];
  /** What the one file of `from` must sum up to. */
  sum?: string;
  /** For NVIDIA cards, with CUDA. */
  cuda: boolean;
  /** Only the version that the tests know, whatever else is reached. */
  pinned?: boolean;
}

const NO_CARD = 'TensorFlow does not see the NVIDIA card of this machine. Look whether nvidia-smi shows it.';

/** Names of what is built for NVIDIA cards. */
const FOR_CARDS = /^(tensorflow|libtensorflow-gpu)-/;

interface Way {
  title: string;
  compiles: boolean; // else it brings the addon
  fill(folder: string, scratch: string): Promise<Filled>;
}

/** Throws a `Problem` where none of the ways works; what was there before is then still there. */
async function setUp(options: SetupOptions, say: (line: string) => void): Promise<Manifest> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem(
      `TensorFlow is set up on Linux with an x64 processor; this is ${process.platform} on ${process.arch}.`,
      'The engines webgpu and wasm need no set-up.',
    );
  }
  if (!hasPackage())
    throw new Problem(`The npm package ${PACKAGE} is not installed.`, 'Run npm ci, with optional packages.');
  try {
    mkdirSync(enginesFolder(), { recursive: true });
    removeUnfinished();
  } catch (error) {
    throw asProblem(error);
  }
  checkSpace(options.cuda ? NEEDED.cuda : NEEDED.processor);
  const ways = waysFor(options, say);
  const problems: Problem[] = [];
  for (const [index, way] of ways.entries()) {
    say(`${index + 1}. ${way.title}`);
    try {
      return await setUpBy(way, say);
    } catch (error) {
      const problem = asProblem(error);
      problems.push(problem);
      say(`   This does not work here: ${problem.message}`);
    }
  }
  throw problems[problems.length - 1];
}

function waysFor({ from, sum, cuda, pinned }: SetupOptions, say: (line: string) => void): Way[] {
  if (from.length > 0) {
    const title = `TensorFlow from ${from.join(', ')}`;
    return [{ title, compiles: true, fill: (folder, scratch) => fillFromFiles(from, sum, folder, scratch, say) }];
  }
  const index: Way = {
    title: `TensorFlow${cuda ? ' with CUDA' : ''} from PyPI or its mirror, through pip`,
    compiles: true,
    fill: (folder, scratch) => fillFromIndex(folder, scratch, say, cuda),
  };
  // What the package downloads is tied to CUDA 11.2, which no current card comes with.
  if (cuda || pinned) return [index];
  const publisher: Way = {
    title: 'The download of the npm package itself',
    compiles: false,
    fill: (folder, scratch) => fillFromPublisher(folder, scratch, say),
  };
  return [publisher, index];
}

async function setUpBy(way: Way, say: (line: string) => void): Promise<Manifest> {
  const compiler = way.compiles ? findCompiler() : undefined; // before anything large is fetched
  const work = mkdtempSync(join(enginesFolder(), `${UNFINISHED}${process.pid}-`));
  const folder = join(work, 'whole');
  const scratch = join(work, 'scratch');
  for (const each of [folder, scratch]) mkdirSync(each);
  try {
    const filled = await way.fill(folder, scratch);
    if (compiler && filled.headers) {
      say(`   ${compiler.join(' ')} compiles the part between Node and TensorFlow.`);
      await compileAddon(compiler, folder, filled.headers);
    }
    const addon = filled.addon ?? ADDON;
    const { tensorflow, card } = await check(folder, addon);
    const manifest: Manifest = {
      tensorflow,
      cuda: filled.files.some(({ file }) => FOR_CARDS.test(file)),
      addon,
      from: filled.files,
    };
    writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    openToAll(folder);
    putInPlace(folder, work);
    say(`   TensorFlow ${tensorflow} is in ${installFolder()}.`);
    say(`   It computes on ${card ? 'the NVIDIA card' : 'the processor'}.`);
    if (!card && hasDriver()) say(`   ${manifest.cuda ? NO_CARD : 'For the NVIDIA card of this machine add --cuda.'}`);
    return manifest;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Tries the library in a process of its own, where it may crash and prints nothing here. */
async function check(folder: string, addon: string): Promise<Checked> {
  const script = join(import.meta.dirname, 'check.ts');
  try {
    return JSON.parse(await run([process.execPath], [script, folder, addon], { captured: true }));
  } catch (error) {
    throw new Problem(`TensorFlow was made ready and does not compute. ${(error as Error).message}`);
  }
}

/**
 * Archives are unpacked for this account alone; others of the machine may share the folder. What runs may run for all.
 */
function openToAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = statSync(path);
    chmodSync(path, mode | 0o444 | (mode & 0o100 ? 0o111 : 0));
  }
}

/** A rename, so that there is never half of it. What was there before goes once the new one is there. */
function putInPlace(folder: string, work: string): void {
  if (existsSync(installFolder())) renameSync(installFolder(), join(work, 'before'));
  renameSync(folder, installFolder());
}

/** What set-ups that were killed left. Those that still run keep theirs. */
function removeUnfinished(): void {
  for (const name of readdirSync(enginesFolder())) {
    if (!name.startsWith(UNFINISHED)) continue;
    const process = Number(name.slice(UNFINISHED.length).split('-')[0]);
    if (!existsSync(`/proc/${process}`)) rmSync(join(enginesFolder(), name), { recursive: true, force: true });
  }
}

/** What the system refuses, such as a full disk or a folder that is not this account's, is a problem as well. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new Problem(`The system refuses: ${message}.`);
}

function checkSpace(needed: number): void {
  const { bavail, bsize } = statfsSync(enginesFolder());
  const free = (bavail * bsize) / GIGABYTE;
  if (free >= needed) return;
  throw new Problem(
    `Setting TensorFlow up takes ${needed} GB for a while; ${enginesFolder()} has ${free.toFixed(1)} GB.`,
    'Make room there, or name another folder in ISOCENTER_ENGINES.',
  );
}

const HELP = `npm run engine:tensorflow [-- OPTION...]

  --cuda          TensorFlow for NVIDIA cards, with NVIDIA's CUDA libraries; nothing but the driver must be installed
  --from PATH     a wheel or libtensorflow-*.tar.gz, or a folder of wheels, instead of a download; may be given again
  --sha256 SUM    what the file given with --from must sum up to
  --if-possible   for npm test: from PyPI, only where it is not set up yet, and ends well also where it cannot be
  --remove        takes it off this machine
`;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      cuda: { type: 'boolean', default: false },
      from: { type: 'string', multiple: true, default: [] },
      sha256: { type: 'string' },
      'if-possible': { type: 'boolean', default: false },
      remove: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => console.log(line);
  const there = readManifest();
  if (values.help) say(HELP);
  else if (values.remove) {
    rmSync(installFolder(), { recursive: true, force: true });
    say(`TensorFlow is not in ${installFolder()} any more.`);
  } else if (values['if-possible'] && there) {
    say(`TensorFlow ${there.tensorflow} is in ${installFolder()}.`);
  } else {
    try {
      const { from, sha256: sum, cuda } = values;
      await setUp({ from, sum, cuda, pinned: values['if-possible'] }, say);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(`TensorFlow is not set up. ${error.message} ${error.next}`.trim());
      if (!values['if-possible']) process.exitCode = 1;
    }
  }
}
