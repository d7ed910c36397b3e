import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { planSchema } from '../../shared/plan.ts';
import { decodeSafetensors, encodeSafetensors, type WeightTensors } from '../../shared/safetensors.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { readWeights, writeWeights } from './weight-file.ts';

const folder = testFolder().path;
const file = join(folder, 'w.safetensors');
const plan = planSchema.parse({ rounds: 3 });
const weights: WeightTensors = {
  'encoder.level1.conv1.kernel': { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-20) },
  'encoder.level1.conv1.scale': { shape: [1], data: Float32Array.of(3) },
};

describe('weight files', () => {
  it('keep weights, plan, kind and notes', () => {
    writeWeights(file, weights, { plan, kind: 'encoder', notes: { round: '2' } });
    const read = readWeights(file);
    expect({ ...read.weights }).toEqual(weights);
    expect(read).toMatchObject({ plan, kind: 'encoder', notes: { round: '2' }, planHash: planHash(plan) });
  });

  it('hold the canonical plan and its SHA-256 in the header, for other programs', () => {
    writeWeights(file, weights, { plan, kind: 'unet' });
    const { metadata } = decodeSafetensors(readFileSync(file), file);
    expect(Object.keys(JSON.parse(metadata.plan))).toEqual(Object.keys(JSON.parse(metadata.plan)).sort());
    expect(metadata.planHash).toBe(createHash('sha256').update(metadata.plan).digest('hex'));
  });

  const header = () => decodeSafetensors(readFileSync(file), file).metadata;
  const forge = (metadata: Record<string, string>) => writeFileAtomic(file, encodeSafetensors(weights, metadata));
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');

  it.each([
    ['without a header', {}],
    ['whose plan was changed', { kind: 'unet', plan: '{"rounds":4}', planHash: planHash(plan) }],
    ['whose plan is no JSON', { kind: 'unet', plan: '{', planHash: hash('{') }],
    ['whose plan has unknown settings', { kind: 'unet', plan: '{"magic":1}', planHash: hash('{"magic":1}') }],
  ])('are refused %s', (_, metadata: Record<string, string>) => {
    forge(metadata);
    expect(() => readWeights(file)).toThrow(expect.objectContaining({ code: 'storage.not-a-model' }));
  });

  it('are refused with a number that is not finite', () => {
    writeWeights(file, weights, { plan, kind: 'unet' });
    const metadata = header();
    const broken = { a: { shape: [2], data: Float32Array.of(1, Number.NaN) } };
    writeFileAtomic(file, encodeSafetensors(broken, metadata));
    expect(() => readWeights(file)).toThrow(expect.objectContaining({ code: 'storage.safetensors-broken' }));
  });
});

describe('planHash', () => {
  it('is the same for the same settings in any order, and another for others', () => {
    const { rounds, seed, ...rest } = plan;
    expect(planHash({ seed, rounds, ...rest })).toBe(planHash(plan));
    expect(planHash({ ...plan, seed: 2 })).not.toBe(planHash(plan));
    expect(planHash(plan)).toMatch(/^[0-9a-f]{64}$/);
  });
});
