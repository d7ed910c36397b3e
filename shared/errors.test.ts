import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTexts, fault, IsocenterError, isFault } from './errors.ts';

const codes = Object.keys(errorTexts).sort() as ErrorCode[];

describe('error texts', () => {
  it('are listed in ERRORS.md', async () => {
    const list = codes.map((code) => {
      const { message, next } = errorTexts[code];
      return `## ${code}\n\n${message}\n\n*Next:* ${next}`;
    });
    const head = [
      '# Errors',
      'Every error that a person may see, by its stable code: what happened, and what to do next. `{name}` stands for a detail.',
      'This list is written from `errors/*.ts` by `npx vitest run shared --update`.',
    ].join('\n\n');
    await expect(`${[head, ...list].join('\n\n')}\n`).toMatchFileSnapshot('./ERRORS.md');
  });

  it.each(codes)('%s says what happened and what to do', (code) => {
    const { message, next } = errorTexts[code];
    expect(code).toMatch(/^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const text of [message, next]) expect(text.trim()).toMatch(/^\S.{9,}/s); // a sentence, not a word
  });
});

describe('fault', () => {
  it('fills in details, keeps the code and the cause', () => {
    const cause = new Error('below');
    const error = fault('storage.not-a-site', { folder: '/a {reason} b' }, cause);
    expect(error).toBeInstanceOf(IsocenterError);
    expect(error).toMatchObject({ code: 'storage.not-a-site', name: 'IsocenterError', cause });
    expect(error.message).toBe('/a {reason} b is not a site folder.');
    expect(error.next).toContain('isocenter init /a {reason} b');
  });

  it('leaves a detail that is missing visible', () => {
    expect(fault('storage.not-a-site').message).toBe('{folder} is not a site folder.');
  });
});

describe('isFault', () => {
  it('knows our errors, and their codes', () => {
    const error: unknown = fault('storage.not-a-site', { folder: 'x' });
    expect(isFault(error)).toBe(true);
    expect(isFault(error, 'storage.not-a-site')).toBe(true);
    expect(isFault(error, 'storage.disk-full')).toBe(false);
    expect(isFault(new Error('x'))).toBe(false);
    expect(isFault({ code: 'storage.not-a-site' }, 'storage.not-a-site')).toBe(false);
  });
});
