import { describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import { splitToFit } from './batch-split.ts';
import { needOf } from './memory.ts';

const GB = 1e9;

describe('a batch', () => {
  const plan = planSchema.parse({ inputSize: 128, baseWidth: 32, finetuneBatch: 10 });
  const on = { engine: 'wasm' as const, device: 'a processor' };
  const need = (slices: number, subBatches: number) => needOf('finetuning', plan, 'wasm', slices, subBatches);
  const within = (free: number, most = free) => splitToFit({ free, most }, 'finetuning', plan, on);

  it('is computed at once where it fits, and else in as few sub-batches as fit', () => {
    expect(within(need(10, 1))).toEqual({ mostSlices: 10, subBatches: 1, notice: '' });
    expect(within(need(10, 1) - 1)).toMatchObject({ subBatches: 2 });
    expect(within(need(4, 3))).toMatchObject({ mostSlices: 4, subBatches: 3 });
    expect(within(need(4, 3) - 1)).toMatchObject({ mostSlices: 3, subBatches: 4 });
  });

  it('of which not even a slice fits into what is free goes slice by slice, since others may give memory back', () => {
    expect(within(0, 4 * GB)).toMatchObject({ mostSlices: 1, subBatches: 10 });
  });

  it('says how many sub-batches, how much it would need and how much there is', () => {
    const { notice } = within(1 * GB);
    expect(notice).toMatch(
      /^The batch of 10 slices is computed in \d parts: at once it would need 1\.\d GB, and 1\.0 GB/,
    );
  });

  it('of which not even a slice fits into the device is refused, with what it needs', () => {
    expect(() => within(need(1, 10) - 1)).toThrow(
      expect.objectContaining({
        code: 'engine.too-little-memory',
        details: expect.objectContaining({ what: 'fine-tuning', device: 'a processor' }),
      }),
    );
  });
});
