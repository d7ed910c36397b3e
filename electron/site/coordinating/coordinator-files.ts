/**
 * A federation that this site coordinates, on disk:
 *
 *     coordinator/federation.json   name, plan, address, how it listens: for `invite` elsewhere, and to go on
 *     coordinator/state.msgpack     the coordinator's state; gone when the federation is finished
 *     coordinator/rounds.json       the rounds so far as a window shows them
 *     coordinator/tokens/           an empty file for each issued token, named by its hash
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@msgpack/msgpack';
import { z } from 'zod';
import type { RoundRecord } from '../../../shared/api/federation.ts';
import { fault } from '../../../shared/errors.ts';
import { planSchema } from '../../../shared/plan.ts';
import { stages } from '../../../shared/protocol/rounds.ts';
import type { CoordinatorStore, SavedState } from '../../federation/coordinator/store.ts';
import { readWholeFile, writeFileAtomic } from '../../storage/atomic-file.ts';
import { parseJson } from '../../storage/json-text.ts';

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

const bytesSchema = z.strictObject({ features: z.number(), weights: z.number(), other: z.number() });
const handedSchema = z.enum(['sent', 'withheld']).nullable();
const trafficSchema = { features: handedSchema, weights: handedSchema, up: bytesSchema, down: bytesSchema };
const roundsSchema: z.ZodType<RoundRecord[]> = z.array(
  z.strictObject({
    stage: z.enum(stages),
    round: z.int(),
    counted: z.boolean().nullable(),
    sites: z.int(),
    loss: z.number().nullable(),
    seconds: z.number().nullable(),
    ...trafficSchema,
    perSite: z.array(
      z.strictObject({
        name: z.string(),
        fingerprint: z.string(),
        volumes: z.int().nullable(),
        ...trafficSchema,
      }),
    ),
  }),
);

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
    rmSync(this.#rounds, { force: true });
    rmSync(this.#tokens, { recursive: true, force: true });
    mkdirSync(this.#tokens);
  }

  /** As a window showed them; none where there is no such file, or it is broken: they are only shown. */
  rounds(): RoundRecord[] {
    if (!existsSync(this.#rounds)) return [];
    const parsed = roundsSchema.safeParse(parseJson(Buffer.from(readWholeFile(this.#rounds)).toString('utf8')));
    return parsed.data ?? [];
  }

  writeRounds(rounds: RoundRecord[]): void {
    writeFileAtomic(this.#rounds, JSON.stringify(rounds));
  }

  issueToken(hash: string): void {
    writeFileAtomic(join(this.#tokens, hash), '');
  }

  async issuedTokens(): Promise<string[]> {
    return readdirSync(this.#tokens).filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  async load(): Promise<SavedState | undefined> {
    if (!existsSync(this.#state)) return undefined;
    try {
      return decode(readWholeFile(this.#state)) as SavedState;
    } catch (error) {
      throw fault('site.coordinator-broken', { folder: this.#folder }, error);
    }
  }

  async save(state: SavedState): Promise<void> {
    writeFileAtomic(this.#state, encode(state));
  }

  get #about(): string {
    return join(this.#folder, 'federation.json');
  }

  get #state(): string {
    return join(this.#folder, 'state.msgpack');
  }

  get #rounds(): string {
    return join(this.#folder, 'rounds.json');
  }

  get #tokens(): string {
    return join(this.#folder, 'tokens');
  }
}
