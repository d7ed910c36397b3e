/** Before the tests on one engine: where it is not there, each is reported as not run, with the reason. */
import { beforeEach } from 'vitest';
import { missing } from '../electron/engine/testing.ts';

beforeEach((test) => {
  if (missing !== undefined) test.skip(missing);
});
