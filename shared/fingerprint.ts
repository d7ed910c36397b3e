/**
 * What a plan is fitted to: numbers that describe volumes and their label maps, of one volume and of many together.
 * Numbers only, so that a person can read all of it before it goes anywhere.
 *
 * Axes are those of the volume in RAS+: x to the right, y forwards, z upwards.
 */
import { z } from 'zod';

const count = z.int().min(0);
const length = z.number().positive(); // mm
const perAxis = <Item extends z.ZodType>(item: Item) => z.tuple([item, item, item]);

/** How values are distributed: of the whole volume, or of what is labelled. In the volume's own unit. */
const intensitySchema = z.strictObject({
  low: z.number(), // 0.5th percentile
  median: z.number(),
  high: z.number(), // 99.5th percentile
  mean: z.number(),
  deviation: z.number().min(0),
});
export type Intensity = z.infer<typeof intensitySchema>;

/** Where labelled voxels lie. */
const extentSchema = z.strictObject({
  voxels: count,
  extent: perAxis(length), // mm from the first to the last voxel's outer face
  slices: perAxis(count), // slices across each axis that show it
});

const labelFingerprintSchema = extentSchema.extend({
  label: z.int().min(1).max(255),
  smallestPart: length, // mm3 of the smallest of its connected parts
});
export type LabelFingerprint = z.infer<typeof labelFingerprintSchema>;

/** Of one volume. */
export const volumeFingerprintSchema = z.strictObject({
  size: perAxis(z.int().positive()), // voxels
  spacing: perAxis(length),
  hounsfield: z.boolean(), // whether values are Hounsfield units
  intensity: intensitySchema,
  /** All labels together; null without a label map and with one that labels nothing. */
  labelled: extentSchema.extend({ intensity: intensitySchema }).nullable(),
  labels: z.array(labelFingerprintSchema), // ascending
});
export type VolumeFingerprint = z.infer<typeof volumeFingerprintSchema>;

/** How a number is distributed over volumes; of a single one all three are the same. */
const spreadSchema = z.strictObject({
  low: z.number(), // 10th percentile
  median: z.number(),
  high: z.number(), // 90th percentile
});
export type Spread = z.infer<typeof spreadSchema>;

const intensitySpreadSchema = z.strictObject({
  low: spreadSchema,
  median: spreadSchema,
  high: spreadSchema,
  mean: spreadSchema,
  deviation: spreadSchema,
});

/** Of the volumes of a site, or of some of them. */
export const fingerprintSchema = z.strictObject({
  volumes: count.min(1),
  labelled: count, // volumes with at least one labelled voxel
  hounsfield: count, // volumes in Hounsfield units
  size: perAxis(spreadSchema), // voxels
  spacing: perAxis(spreadSchema), // mm
  intensity: intensitySpreadSchema,
  /** All labels together, over the volumes that have some; null where none has. */
  foreground: z
    .strictObject({ extent: perAxis(spreadSchema), slices: perAxis(spreadSchema), intensity: intensitySpreadSchema })
    .nullable(),
  labels: z.array(
    z.strictObject({
      label: z.int().min(1).max(255),
      volumes: count, // that show it; extents and the smallest part are over these
      extent: perAxis(spreadSchema), // mm
      slices: perAxis(spreadSchema),
      smallestPart: length, // mm3, of all volumes
    }),
  ),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;
