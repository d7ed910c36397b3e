/** Packages the app as it stands, before journeys run through it. */
import { test } from '@playwright/test';
import { packageForTests } from '../electron-standin/packaged-app.ts';

test('package the app', () => packageForTests());
