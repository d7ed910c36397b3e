import { describe, expect, it } from 'vitest';
import type { LabelOrigin } from '../storage/catalogue.ts';
import { whyLeftOut } from './reference.ts';

const lineage = { ancestors: ['unet-start', 'encoder-1'], volumes: ['learnt'], complete: true };
const model = { id: 'unet-1', lineage };
const madeFrom = (...models: string[]): LabelOrigin => ({
  map: 'm',
  kind: 'drawing',
  models,
  person: 'anna',
  at: '2026-01-01T00:00:00Z',
});
const volume = (contentHash: string, labelOrigin: LabelOrigin | null = null) => ({ contentHash, labelOrigin });

describe('whyLeftOut', () => {
  it('lets a score count on what was never learnt from, against a reference that is somebody else’s', () => {
    expect(whyLeftOut(model, volume('new'))).toBeNull();
    expect(whyLeftOut(model, volume('new', madeFrom()))).toBeNull(); // drawn by a person
    expect(whyLeftOut(model, volume('new', madeFrom('unet-other')))).toBeNull();
  });

  it('leaves out what the model, or a model that it comes from, learnt from', () => {
    expect(whyLeftOut(model, volume('learnt'))).toBe('learnt');
  });

  it('leaves out references made from the output of the model or of one that it comes from', () => {
    expect(whyLeftOut(model, volume('new', madeFrom('unet-1')))).toBe('own-output');
    expect(whyLeftOut(model, volume('new', madeFrom('unet-other', 'unet-start')))).toBe('own-output');
    expect(whyLeftOut(model, volume('learnt', madeFrom('unet-1')))).toBe('own-output');
  });

  it('never takes what is not known for never learnt from, or for another’s work', () => {
    const partly = { id: 'unet-1', lineage: { ...lineage, complete: false } };
    expect(whyLeftOut(partly, volume('new'))).toBe('learnt-unknown');
    expect(whyLeftOut(partly, volume('learnt'))).toBe('learnt');
    expect(whyLeftOut(model, volume('new', { ...madeFrom(), models: null }))).toBe('reference-unknown');
  });
});
