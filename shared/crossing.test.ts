import { createBirpc } from 'birpc';
import { describe, expect, it } from 'vitest';
import { crossing } from './crossing.ts';
import { fault, IsocenterError } from './errors.ts';

const verbs = {
  add: async (a: number, b: number) => a + b,
  refuse: async (folder: string): Promise<never> => {
    throw fault('storage.not-a-site', { folder });
  },
  fail: async (): Promise<never> => {
    throw new TypeError('of the program');
  },
};

/** Two ends between which everything is cloned, as between processes. */
function call() {
  const listeners: ((message: unknown) => void)[] = [];
  const end = (own: number) => ({
    ...crossing,
    post: (message: unknown) => listeners[1 - own](structuredClone(message)),
    on: (listener: (message: unknown) => void) => {
      listeners[own] = listener;
    },
  });
  createBirpc<object, typeof verbs>(verbs, end(0));
  return createBirpc<typeof verbs>({}, end(1));
}

describe('across processes', () => {
  it('an answer comes back', async () => {
    expect(await call().add(2, 3)).toBe(5);
  });

  it('a fault is thrown as it was, with class, code, details, message and next step', async () => {
    const error = await call()
      .refuse('/a')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IsocenterError);
    const { code, details, message, next } = fault('storage.not-a-site', { folder: '/a' });
    expect(error).toMatchObject({ code, details, message, next });
  });

  it('an error without a code keeps its message', async () => {
    await expect(call().fail()).rejects.toThrow('of the program');
  });
});
