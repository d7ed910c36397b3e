/**
 * Electron's context bridge between the preload script's world and the page's: DOM events carry clones across,
 * functions and promises become numbers. The same function runs in both worlds, put there as it stands here.
 */
type Wrapped = { $: string; v?: unknown; id?: number };
type Note =
  | { kind: 'expose'; key: string; value: Wrapped }
  | { kind: 'call'; id: number; of: number; args: Wrapped[] }
  | { kind: 'answer'; id: number; ok: boolean; value: Wrapped };

export interface WorldBridge {
  expose(key: string, api: unknown): void;
  onExpose(listener: (key: string, api: unknown) => void): void;
}

export function makeBridge(secret: string, mine: string, theirs: string): WorldBridge {
  type Function = (...args: unknown[]) => unknown;
  type Call = { answer?: Note & { kind: 'answer' }; settle?: (answer: Note & { kind: 'answer' }) => void };
  const dispatch = globalThis.dispatchEvent.bind(globalThis);
  const functions = new Map<number, Function>();
  const calls = new Map<number, Call>();
  let numbers = 0;
  let exposed: (key: string, api: unknown) => void = () => {};

  const post = (note: Note) => dispatch(new CustomEvent(secret + theirs, { detail: note }));

  function keep(work: Function): number {
    functions.set(++numbers, work);
    return numbers;
  }

  function wrap(value: unknown): Wrapped {
    if (typeof value === 'function') return { $: 'function', id: keep(value as Function) };
    if (value instanceof Promise) return { $: 'promise', id: keep(() => value) };
    if (Array.isArray(value)) return { $: 'array', v: value.map(wrap) };
    if (value instanceof Error) return { $: 'error', v: value.message }; // as in Electron: nothing else gets across
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value)?.constructor?.name === 'Object') {
      return { $: 'object', v: Object.entries(value).map(([key, item]) => [key, wrap(item)]) };
    }
    return { $: 'value', v: typeof value === 'object' ? structuredClone(value) : value };
  }

  function unwrap({ $, v, id = 0 }: Wrapped): unknown {
    if ($ === 'function') return (...args: unknown[]) => call(id, args);
    if ($ === 'promise') return call(id, []);
    if ($ === 'array') return (v as Wrapped[]).map(unwrap);
    if ($ === 'error') return new Error(v as string);
    if ($ === 'object') return Object.fromEntries((v as [string, Wrapped][]).map(([key, item]) => [key, unwrap(item)]));
    return v;
  }

  /** Answers at once where the function does, else with a promise. */
  function call(of: number, args: unknown[]): unknown {
    const id = ++numbers;
    const pending: Call = {};
    calls.set(id, pending);
    post({ kind: 'call', id, of, args: args.map(wrap) });
    if (pending.answer) {
      calls.delete(id);
      if (pending.answer.ok) return unwrap(pending.answer.value);
      throw unwrap(pending.answer.value);
    }
    return new Promise((resolve, reject) => {
      pending.settle = ({ ok, value }) => {
        calls.delete(id);
        if (ok) resolve(unwrap(value));
        else reject(unwrap(value));
      };
    });
  }

  function answer(id: number, ok: boolean, value: unknown): void {
    post({ kind: 'answer', id, ok, value: wrap(value) });
  }

  globalThis.addEventListener(
    secret + mine,
    (event) => {
      event.stopImmediatePropagation();
      const note = (event as CustomEvent<Note>).detail;
      if (note.kind === 'expose') exposed(note.key, unwrap(note.value));
      else if (note.kind === 'answer') {
        const pending = calls.get(note.id);
        if (pending?.settle) pending.settle(note);
        else if (pending) pending.answer = note;
      } else {
        try {
          const result = functions.get(note.of)?.(...note.args.map(unwrap));
          if (!(result instanceof Promise)) answer(note.id, true, result);
          else
            result.then(
              (value) => answer(note.id, true, value),
              (error) => answer(note.id, false, error),
            );
        } catch (error) {
          answer(note.id, false, error);
        }
      }
    },
    true,
  );
  return {
    expose: (key, api) => post({ kind: 'expose', key, value: wrap(api) }),
    onExpose: (listener) => {
      exposed = listener;
    },
  };
}
