/**
 * A federation that this site coordinates, on disk:
 *
 *     coordinator/federation.json   name, plan, address and how it listens: for `invite` in another process, and to go on
 *     coordinator/state.msgpack     the coordinator's state; gone when the federation is finished
 *     coordinator/tokens/           an empty file for each issued token, named by its hash
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@msgpack/msgpack';
import { z } from 'zod';
import { fault } from '../../shared/errors.ts';
import { planSchema } from '../../shared/plan.ts';
import type { CoordinatorState, CoordinatorStore } from '../federation/coordinator-state.ts';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file.ts';

const hostedSchema = z.strictObject({
  federation: z.string(),
  planHash: z.string(),
  address: z.string(), // ws://HOST:PORT/ or wss://HOST:PORT/
  finished: z.boolean(),
  /** With which it goes on; null in files of early versions. */
  request: z
    .strictObject({
      plan: planSchema,
      host: z.string(),
      port: z.int(),
      sites: z.int(),
      from: z.string().nullable(), // model
      tls: z.strictObject({ cert: z.string(), key: z.string() }).nullable(), // paths
    })
    .nullable()
    .default(null),
});
export type Hosted = z.infer<typeof hostedSchema>;

export class CoordinatorFiles implements CoordinatorStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(this.#tokens, { recursive: true });
  }

  /** Undefined where this site never coordinated. Throws `site.coordinator-broken`. */
  hosted(): Hosted | undefined {
    if (!existsSync(this.#about)) return undefined;
    try {
      return hostedSchema.parse(JSON.parse(Buffer.from(readWholeFile(this.#about)).toString('utf8')));
    } catch (error) {
      throw fault('site.coordinator-broken', { folder: this.#folder }, error);
    }
  }

  writeHosted(hosted: Hosted): void {
    writeFileAtomic(this.#about, `${JSON.stringify(hosted, null, 2)}\n`);
  }

  /** Forgets a federation that is finished or given up, before the next. */
  clear(): void {
    rmSync(this.#about, { force: true });
    rmSync(this.#state, { force: true });
    rmSync(this.#tokens, { recursive: true, force: true });
    mkdirSync(this.#tokens);
  }

  issueToken(hash: string): void {
    writeFileAtomic(join(this.#tokens, hash), '');
  }

  async issuedTokens(): Promise<string[]> {
    return readdirSync(this.#tokens).filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  async load(): Promise<CoordinatorState | undefined> {
    if (!existsSync(this.#state)) return undefined;
    try {
      return decode(readWholeFile(this.#state)) as CoordinatorState;
    } catch (error) {
      throw fault('site.coordinator-broken', { folder: this.#folder }, error);
    }
  }

  async save(state: CoordinatorState): Promise<void> {
    writeFileAtomic(this.#state, encode(state));
  }

  get #about(): string {
    return join(this.#folder, 'federation.json');
  }

  get #state(): string {
    return join(this.#folder, 'state.msgpack');
  }

  get #tokens(): string {
    return join(this.#folder, 'tokens');
  }
}
