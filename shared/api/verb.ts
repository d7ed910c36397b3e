/** How the api is written down: a verb is a schema of its arguments and the type of its answer. */
import { z } from 'zod';

export interface Verb<Args extends z.ZodTuple = z.ZodTuple, Answer = unknown> {
  args: Args;
  /** Only a type: what the site answers needs no check, the renderer trusts its own site. */
  answer?: Answer;
}

/** `verb<Answer>()(schemas...)`: the answer is given, the arguments are found out. */
export function verb<Answer = void>() {
  return <const Items extends [] | [z.ZodType, ...z.ZodType[]]>(
    ...items: Items
  ): Verb<z.ZodTuple<Items, null>, Answer> => ({
    args: z.tuple(items as never) as never,
  });
}

export const idSchema = z.string().regex(/^[\w-]{1,64}$/);
export const noteSchema = z.string().max(2000);
