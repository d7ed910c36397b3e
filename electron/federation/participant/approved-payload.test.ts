import { describe, expect, it } from 'vitest';
import { approval } from '../testing.ts';
import { ApprovedPayload } from './approved-payload.ts';

const at = { federation: 'F', stage: 'pretraining' as const, round: 3, recipients: ['aa', 'bb'] };
const purpose = { kind: 'features' as const, federation: 'F', stage: 'pretraining' as const, round: 3 };
const refused = expect.objectContaining({ code: 'federation.not-approved' });

describe('approved payload', () => {
  it('gives its bytes for what was approved', () => {
    const approved = approval('features', Uint8Array.of(1, 2, 3), at);
    expect(ApprovedPayload.bytesFor(approved, { ...purpose, recipients: ['bb'] })).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('keeps them for every other recipient, kind, round, stage and federation', () => {
    const approved = approval('features', Uint8Array.of(1), at);
    for (const other of [
      { ...purpose, recipients: ['bb', 'cc'] },
      { ...purpose, recipients: ['aa'], kind: 'weights' as const },
      { ...purpose, recipients: ['aa'], round: 4 },
      { ...purpose, recipients: ['aa'], stage: 'finetuning' as const },
      { ...purpose, recipients: ['aa'], federation: 'G' },
    ]) {
      expect(() => ApprovedPayload.bytesFor(approved, other)).toThrow(refused);
    }
  });

  it('keeps a copy that the maker of the bytes cannot change', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const approved = approval('features', bytes, at);
    bytes[0] = 9;
    expect(ApprovedPayload.bytesFor(approved, { ...purpose, recipients: [] })).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('notices bytes that were changed after the decision', () => {
    const approved = approval('features', Uint8Array.of(1, 2, 3), at);
    ApprovedPayload.bytesFor(approved, { ...purpose, recipients: [] })[0] = 9;
    expect(() => ApprovedPayload.bytesFor(approved, { ...purpose, recipients: [] })).toThrow(refused);
  });

  it('cannot be made or imitated', () => {
    const fields = { kind: 'features' as const, ...at, bytes: new Uint8Array(1), sha256: '' };
    expect(() => new ApprovedPayload(Symbol('made by approve'), fields)).toThrow(refused);
    const imitation = Object.create(ApprovedPayload.prototype) as ApprovedPayload;
    expect(() => ApprovedPayload.bytesFor(imitation, { ...purpose, recipients: [] })).toThrow(refused);
  });
});
