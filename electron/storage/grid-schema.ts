/** Grids as JSON, in file headers and in the catalogue. */
import { z } from 'zod';

const vector = z.tuple([z.number(), z.number(), z.number()]);
const side = z.int().positive();
const length = z.number().positive();

const gridSchema = z.strictObject({
  size: z.tuple([side, side, side]),
  spacing: z.tuple([length, length, length]),
  origin: vector,
  direction: z.tuple([...vector.def.items, ...vector.def.items, ...vector.def.items]),
});

/** The two grids of a volume or label map. */
export const gridsSchema = z.strictObject({ grid: gridSchema, sourceGrid: gridSchema });
