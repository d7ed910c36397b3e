import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { ReviewRow } from '../../../shared/api/review.ts';
import { summariseScores } from '../../../shared/score-summary.ts';
import type { ReportFacts } from './facts.ts';
import { reportPdf } from './pdf.ts';

const row: ReviewRow = {
  map: 'map',
  volume: 'volume',
  volumeName: 'głowa',
  isDicom: false,
  verdict: 'open',
  judged: null,
  correction: null,
  confidence: 0.5,
  dice: null,
  leftOut: null,
  scores: [],
  volumes: [],
  thumbnail: '',
};
const facts = (site: string): ReportFacts => ({
  site,
  date: '2026-11-25T12:00:00Z',
  model: 'unet-3f2a',
  made: [['Note', 'İstanbul, Владимир, Ðorđe']],
  rows: [row],
  names: [],
  labels: [],
  headline: summariseScores([]).volumes,
  leftOut: 0,
  confidence: 0.5,
  verdicts: { open: 1, accepted: 0, corrected: 0, rejected: 0 },
  pictures: [],
});

/**
 * Every character that a reader of the file could copy out of its pages, by what the embedded fonts say of their
 * glyphs.
 */
function charactersIn(pdf: Uint8Array): Set<string> {
  const text = Buffer.from(pdf).toString('latin1');
  const streams = Array.from(text.matchAll(/FlateDecode\n>>\nstream\n([\s\S]*?)\nendstream/g), ([, packed]) =>
    inflateSync(Buffer.from(packed, 'latin1')).toString('latin1'),
  );
  const maps = streams.filter((stream) => stream.includes('beginbfrange'));
  const points = maps.flatMap((map) =>
    Array.from(map.slice(map.indexOf('beginbfrange')).matchAll(/<([0-9a-f]{4})>/g), ([, hex]) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
  return new Set(points);
}

it('writes names of every Latin, Greek and Cyrillic alphabet with its own font', async () => {
  const site = 'Szpital Łódź · Žižkov · Ελλάς';
  const pdf = await reportPdf(facts(site));
  const written = charactersIn(pdf);
  for (const character of `${site}głowaİstanbul, Владимир, Ðorđe`) expect(written).toContain(character);
  expect(written).not.toContain('?');
  expect(Buffer.from(pdf).toString('latin1')).not.toContain('/Helvetica'); // none that a reader has to have
});

it('puts a question mark for what the font has no glyph of', async () => {
  expect(charactersIn(await reportPdf(facts('東京')))).toContain('?');
});
