/** What people set for a site, and what was measured once: values by key, each JSON that its reader checks. */
import type { ZodType } from 'zod';
import type { Query, SiteDatabase } from './database.ts';
import { parseJson } from './json-text.ts';

export class StoredSettings {
  #read: Query<[string], { value: string }>;
  #write: Query<[string, string]>;

  constructor(database: SiteDatabase) {
    this.#read = database.query('SELECT value FROM settings WHERE key = ?');
    this.#write = database.query(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
  }

  /** Undefined where nothing was set, or what was set does not hold any more. */
  read<Value>(key: string, schema: ZodType<Value>): Value | undefined {
    const parsed = schema.safeParse(parseJson(this.#read.get(key)?.value));
    return parsed.success ? parsed.data : undefined;
  }

  write(key: string, value: unknown): void {
    this.#write.run(key, JSON.stringify(value));
  }
}
