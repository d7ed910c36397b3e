/** JSON as it comes back from a disk: nothing is taken for what it should be. */
import type { ZodType } from 'zod';
import { fault } from '../../shared/errors.ts';

/** The value that a JSON text stands for, or undefined where it is no JSON; a schema checks it next. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** A JSON column of the database at `file`. Throws `storage.database-broken` where the schema refuses it. */
export function parseColumn<Value>(schema: ZodType<Value>, text: string, file: string): Value {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw fault('storage.database-broken', { file, reason: `a column does not read: ${path.join('.')} ${message}` });
  }
  return parsed.data;
}
