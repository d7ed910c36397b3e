/** Which engine is taken, and why: a pure function of what each of them finds on the machine. */
import type { DeviceKind, EngineChoice, EngineFound, EngineLook, EngineName } from '../../shared/engine.ts';

/** An engine and what it found. */
export type Looked = Pick<EngineFound, 'engine' | 'look'>;

interface Chosen {
  engine: EngineName | undefined; // undefined where none can be taken
  why: string; // a sentence or two, in plain words
}

/** What `auto` takes, the best first. Never a software adapter. */
const preferred: readonly DeviceKind[] = ['cuda', 'graphics', 'processor'];

/** Of two engines that compute on the processor the first here, as measured. */
const onProcessor: readonly EngineName[] = ['wasm', 'tensorflow'];

/** Nothing that another engine finds could be better. */
export function isBest(look: EngineLook): boolean {
  return look.usable && look.kind === preferred[0];
}

/** `looked`: in `auto`'s order. Engines that are not among them were not asked, or are not built in. */
export function choose(choice: EngineChoice, looked: readonly Looked[]): Chosen {
  if (choice !== 'auto') {
    const look = looked.find(({ engine }) => engine === choice)?.look;
    if (!look) return { engine: undefined, why: 'It is not built in.' };
    return look.usable ? { engine: choice, why: 'It was asked for.' } : { engine: undefined, why: look.reason };
  }
  const inOrder = looked.toSorted((a, b) => onProcessor.indexOf(a.engine) - onProcessor.indexOf(b.engine));
  for (const [place, kind] of preferred.entries()) {
    const found = inOrder.find(({ look }) => look.usable && look.kind === kind);
    if (found) return { engine: found.engine, why: whyBest(preferred.slice(0, place), looked) };
  }
  return { engine: undefined, why: `Nothing here can compute: ${missing(preferred, looked)}.` };
}

/** The sentence for `auto`, by the kinds of device that are better and not there. */
function whyBest(better: readonly DeviceKind[], looked: readonly Looked[]): string {
  if (better.length === 0) return 'The fastest there is: an NVIDIA graphics card with TensorFlow.';
  return `The fastest that works here: ${missing(better, looked)}.`;
}

function missing(kinds: readonly DeviceKind[], looked: readonly Looked[]): string {
  const played = looked.some(({ look }) => look.usable && look.kind === 'software');
  const words: Partial<Record<DeviceKind, string>> = {
    cuda: 'no NVIDIA graphics card with TensorFlow',
    graphics: played
      ? 'no graphics card for WebGPU but one that the processor plays'
      : 'no graphics card that WebGPU can use',
    processor: 'no processor that an engine can use',
  };
  return kinds.map((kind) => words[kind]).join(', ');
}
