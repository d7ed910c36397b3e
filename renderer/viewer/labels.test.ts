import { expect, it } from 'vitest';
import { SiteDatabase } from '../../electron/storage/database.ts';
import { LabelNames } from '../../electron/storage/label-names.ts';
import { rgbOf } from '../../shared/label-colours.ts';
import { Labels } from '../pages/review/labels.ts';
import { Labels as ViewedLabels } from './labels.svelte.ts';

it('colours labels as the report, the thumbnails and the review do, also beyond the colours that are listed', () => {
  const database = new SiteDatabase(':memory:', { create: true });
  const names = new LabelNames(database);
  names.name(2, 'Posterior', '#123456');
  const viewed = new ViewedLabels(names.of([]));
  const reviewed = new Labels(names.of([]));
  const labels = Array.from({ length: 255 }, (_, index) => index + 1);
  const reported = names.of(labels).map(({ colour }) => colour); // what the report and the thumbnails are drawn with
  database.close();
  expect(labels.map((label) => viewed.colourOf(label))).toEqual(reported);
  expect(viewed.colours).toEqual([[0, 0, 0, 0], ...reported.map((colour) => [...rgbOf(colour), 255])]);
  expect(labels.map((label) => reviewed.colour(label))).toEqual(reported);
});
