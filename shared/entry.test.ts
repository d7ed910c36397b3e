import { describe, expect, it } from 'vitest';
import { entryBeside, unpacked } from './entry.ts';

describe('the script of another process', () => {
  it('is TypeScript in a checkout', () => {
    expect(entryBeside('trainer', 'file:///isocenter/electron/engine/launch.ts')).toBe(
      '/isocenter/electron/engine/trainer.ts',
    );
  });

  it('is JavaScript in a build, and can be found beside the archive of a packaged one', () => {
    const main = 'file:///a%20b/app.asar/dist/main/main.js';
    expect(entryBeside('trainer', main)).toBe('/a b/app.asar/dist/main/trainer.js');
    expect(entryBeside('worker', unpacked(main))).toBe('/a b/app.asar.unpacked/dist/main/worker.js');
  });
});
