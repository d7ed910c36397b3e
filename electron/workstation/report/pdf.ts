/** The report as a PDF on A4, drawn with PDFKit. Lengths are in points. */
import PDFDocument from 'pdfkit';
import type { ReviewRow } from '../../../shared/api/review.ts';
import { isCompared } from '../../../shared/headline.ts';
import { dicePlot, dotRadius } from './dice-plot.ts';
import {
  dateText,
  labelCells,
  labelColumns,
  numberText,
  qualityText,
  type ReportFacts,
  verdictText,
  volumesText,
} from './facts.ts';
import { shortened } from './html.ts';
import { BODY, BOLD, writable } from './typeface.ts';
import { words } from './words.ts';

const MARGIN = 44;
const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - 60; // where a page ends, above its number
const INK = '#12151a';
const QUIET = '#4d5866';
const LINE = '#c3cbd5';
const FAINT = '#e3e8ed';
const ACCENT = '#1f6fc4';
const EVEN: PDFKit.Mixins.OpenTypeFeatures[] = ['tnum']; // digits of one width, so that numbers of a column compare

type Pdf = PDFKit.PDFDocument;
type Align = 'left' | 'right' | 'center';

export function reportPdf(facts: ReportFacts): Promise<Uint8Array> {
  const title = words.title(facts.model);
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    bufferPages: true,
    font: BODY,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Author: facts.site, Creator: 'Isocenter' },
  });
  const chunks: Buffer[] = [];
  const finished = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  head(pdf, facts, title);
  figures(pdf, facts);
  made(pdf, facts);
  results(pdf, facts);
  pictures(pdf, facts);
  perVolume(pdf, facts);
  foot(pdf);
  numberPages(pdf);
  pdf.end();
  return finished;
}

function head(pdf: Pdf, { site, date }: ReportFacts, title: string): void {
  write(pdf, site, MARGIN, MARGIN, { size: 9, colour: QUIET });
  write(pdf, dateText(date), MARGIN, MARGIN, { size: 9, colour: QUIET, width: WIDTH, align: 'right' });
  write(pdf, title, MARGIN, MARGIN + 22, { size: 21, bold: true });
  rule(pdf, MARGIN + 54, INK, 1.2);
  pdf.y = MARGIN + 72;
}

function figures(pdf: Pdf, facts: ReportFacts): void {
  const { rows, headline, confidence, verdicts, labels } = facts;
  const { figures: names, verdicts: verdictNames } = words;
  const { dice } = headline;
  const all: [string, string][] = [
    [String(rows.length), names.volumes],
    [String(rows.filter(isCompared).length), names.reference],
    ...(dice === null ? [] : [[dice.median.toFixed(3), names.dice(headline.scored)] as [string, string]]),
    [confidence.toFixed(2), names.confidence],
  ];
  const top = pdf.y;
  for (const [index, [value, name]] of all.entries()) {
    const left = MARGIN + (index * WIDTH) / 4;
    pdf.rect(left, top, 2, 36).fill(ACCENT);
    write(pdf, value, left + 10, top - 1, { size: 19, bold: true });
    write(pdf, name, left + 10, top + 24, { size: 8.5, colour: QUIET });
  }
  let left = MARGIN;
  for (const verdict of ['accepted', 'corrected', 'rejected', 'open'] as const) {
    write(pdf, String(verdicts[verdict]), left, top + 54, { size: 9.5, bold: true });
    left += pdf.widthOfString(String(verdicts[verdict])) + 4;
    write(pdf, verdictNames[verdict], left, top + 54, { size: 9.5, colour: QUIET });
    left += pdf.widthOfString(verdictNames[verdict]) + 18;
  }
  pdf.y = top + 76;
  if (labels.length === 0) return;
  pdf.font(BODY).fontSize(9.5).fillColor(INK);
  pdf.text(words.headline(headline, facts.leftOut), MARGIN, pdf.y, { width: WIDTH, lineGap: 1.5 });
}

function made(pdf: Pdf, { made: facts }: ReportFacts): void {
  heading(pdf, words.made, 60);
  for (const [what, how] of facts) {
    const top = pdf.y;
    write(pdf, what, MARGIN, top, { size: 9.5, colour: QUIET });
    pdf.font(BODY).fontSize(9.5).fillColor(INK);
    pdf.text(writable(pdf, how), MARGIN + 84, top, { width: WIDTH - 84 });
    pdf.y += 4;
  }
}

function results(pdf: Pdf, facts: ReportFacts): void {
  const { labels } = facts;
  if (labels.length === 0) {
    heading(pdf, words.dicePlot, 40);
    write(pdf, words.noReference, MARGIN, pdf.y, { size: 9.5 });
    pdf.y += 18;
    return;
  }
  const plot = dicePlot(labels, WIDTH);
  heading(pdf, words.dicePlot, Math.min(plot.height + 30, 500));
  const top = pdf.y;
  for (const { x, text } of plot.ticks) {
    line(pdf, MARGIN + x, top, MARGIN + x, top + plot.bottom, FAINT);
    write(pdf, text, MARGIN + x - 20, top + plot.bottom + 5, { size: 8, colour: QUIET, width: 40, align: 'center' });
  }
  for (const { name, colour, middle, median, dots } of plot.strips) {
    const y = top + middle;
    write(pdf, shortened(name), MARGIN, y - 5, { size: 9.5 });
    line(pdf, MARGIN + plot.left, y, MARGIN + plot.right, y, LINE);
    if (median !== null) line(pdf, MARGIN + median, y - 13, MARGIN + median, y + 13, INK, 1.5);
    for (const dot of dots) {
      pdf.circle(MARGIN + dot.x, top + dot.y, dotRadius);
      if (dot.open) pdf.lineWidth(1.3).fillAndStroke('#ffffff', colour);
      else pdf.lineWidth(0.5).fillAndStroke(colour, INK);
    }
  }
  write(pdf, words.diceAxis, MARGIN + plot.left, top + plot.bottom + 17, {
    size: 8,
    colour: QUIET,
    width: plot.right - plot.left,
    align: 'center',
  });
  pdf.y = top + plot.height + 4;
  const open = labels.some(({ dots }) => dots.some(({ counts }) => !counts)) ? ` ${words.hollow}` : '';
  write(pdf, `${words.plotLegend}${open}`, MARGIN, pdf.y, { size: 8.5, colour: QUIET });
  pdf.y += 20;
  perLabel(pdf, facts);
}

function perLabel(pdf: Pdf, { labels }: ReportFacts): void {
  const { columns } = words;
  const rights = [0.31, 0.38, 0.55, 0.64, 0.79, 0.895, 1].map((share) => MARGIN + share * WIDTH);
  room(pdf, 24 + 18 * labels.length);
  const top = pdf.y;
  write(pdf, columns.label, MARGIN, top, { size: 8, colour: QUIET });
  cells(pdf, labelColumns, rights, top, 8, QUIET);
  rule(pdf, top + 13, INK, 0.8);
  pdf.y = top + 18;
  for (const label of labels) {
    const y = pdf.y;
    swatch(pdf, label.colour, MARGIN + 4, y + 5);
    write(pdf, shortened(label.name), MARGIN + 14, y, { size: 9.5 });
    cells(pdf, labelCells(label), rights, y, 9.5, INK);
    rule(pdf, y + 15, FAINT, 0.6);
    pdf.y = y + 19;
  }
}

function pictures(pdf: Pdf, { pictures: all, rows }: ReportFacts): void {
  const gap = 12;
  const side = (WIDTH - 2 * gap) / 3;
  heading(pdf, words.pictures, side + 42);
  const more = all.length < rows.length ? ` ${words.morePictures(all.length, rows.length)}` : '';
  write(pdf, `${words.picturesLegend}${more}`, MARGIN, pdf.y, { size: 8.5, colour: QUIET });
  pdf.y += 18;
  for (let start = 0; start < all.length; start += 3) {
    room(pdf, side + 24);
    const top = pdf.y;
    for (const [index, { row, png }] of all.slice(start, start + 3).entries()) {
      const left = MARGIN + index * (side + gap);
      pdf.image(Buffer.from(png), left, top, { width: side, height: side });
      const told = qualityText(row);
      write(pdf, told, left, top + side + 5, { size: 8, colour: QUIET, width: side, align: 'right' });
      const free = side - pdf.widthOfString(told) - 8;
      write(pdf, fitted(pdf, volumeName(row), free, { size: 8 }), left, top + side + 5, { size: 8, bold: true });
    }
    pdf.y = top + side + 26;
  }
}

function perVolume(pdf: Pdf, { rows, labels, names }: ReportFacts): void {
  const { columns } = words;
  const nameOf = new Map(labels.map((label) => [label.label, label]));
  const label = MARGIN + 0.31 * WIDTH;
  const rights = [0.62, 0.725, 0.83, 0.92, 1].map((share) => MARGIN + share * WIDTH);
  const tableHead = () => {
    const top = pdf.y;
    write(pdf, columns.volume, MARGIN, top, { size: 8, colour: QUIET });
    write(pdf, columns.label, label, top, { size: 8, colour: QUIET });
    const head = [columns.dice, columns.hausdorff95, columns.assd, columns.predicted, columns.reference];
    cells(pdf, head, rights, top, 8, QUIET);
    rule(pdf, top + 13, INK, 0.8);
    pdf.y = top + 19;
  };
  heading(pdf, words.perVolume, 100);
  tableHead();
  for (const row of rows) {
    const height = Math.max(42, 14 * row.scores.length + 6);
    if (room(pdf, height)) tableHead();
    const top = pdf.y;
    write(pdf, fitted(pdf, volumeName(row), 0.29 * WIDTH, { size: 9 }), MARGIN, top, { size: 9, bold: true });
    const verdict = fitted(pdf, verdictText(row), 0.29 * WIDTH, { size: 8, bold: false });
    write(pdf, verdict, MARGIN, top + 13, { size: 8, colour: QUIET });
    const confidence = `${columns.confidence.toLowerCase()} ${row.confidence.toFixed(2)}`;
    write(pdf, confidence, MARGIN, top + 25, { size: 8, colour: QUIET });
    if (row.scores.length === 0) {
      const predicted = fitted(pdf, volumesText(row, names), 0.69 * WIDTH, { size: 9, bold: false });
      write(pdf, predicted, label, top, { size: 9, colour: QUIET });
    }
    for (const [index, scores] of row.scores.entries()) {
      const y = top + 14 * index;
      const name = nameOf.get(scores.label);
      swatch(pdf, name?.colour ?? LINE, label + 4, y + 5);
      write(pdf, shortened(name?.name ?? ''), label + 13, y, { size: 9 });
      if (scores.dice === null) cells(pdf, [words.correctlyEmpty], rights.slice(2, 3), y, 9, QUIET);
      else {
        const compared = [scores.dice.toFixed(3), numberText(scores.hausdorff95, 2), numberText(scores.assd, 2)];
        cells(pdf, compared, rights, y, 9, INK);
      }
      const volumes = [scores.predictedVolume, scores.referenceVolume].map((mm3) => (mm3 / 1000).toFixed(2));
      cells(pdf, volumes, rights.slice(3), y, 9, INK);
    }
    rule(pdf, top + height - 3, FAINT, 0.6);
    pdf.y = top + height + 2;
  }
  if (rows.some(({ leftOut }) => leftOut)) {
    write(pdf, words.leftOutNote, MARGIN, pdf.y + 2, { size: 8.5, colour: QUIET });
    pdf.y += 18;
  }
}

function foot(pdf: Pdf): void {
  room(pdf, 80);
  pdf.y += 14;
  rule(pdf, pdf.y, LINE, 0.8);
  pdf.font(BODY).fontSize(8).fillColor(QUIET);
  pdf.text(words.explained, MARGIN, pdf.y + 8, { width: WIDTH, lineGap: 1.5 });
  pdf.font(BOLD).fontSize(8).fillColor(INK);
  pdf.text(words.disclaimer, MARGIN, pdf.y + 5, { width: WIDTH });
}

function numberPages(pdf: Pdf): void {
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(page);
    const options = { size: 8, colour: QUIET, width: WIDTH, align: 'right' as Align };
    write(pdf, words.page(page + 1, count), MARGIN, BOTTOM + 22, options);
  }
}

function heading(pdf: Pdf, text: string, needed: number): void {
  room(pdf, needed + 44);
  pdf.y += 18;
  write(pdf, text, MARGIN, pdf.y, { size: 12, bold: true });
  pdf.y += 22;
}

/** Goes to a new page where less than `needed` is left; says whether it did. */
function room(pdf: Pdf, needed: number): boolean {
  if (pdf.y + needed <= BOTTOM) return false;
  pdf.addPage();
  pdf.y = MARGIN;
  return true;
}

/** One line; leaves the place where the next thing is written alone. */
function write(
  pdf: Pdf,
  text: string,
  x: number,
  y: number,
  {
    size,
    bold = false,
    colour = INK,
    width,
    align = 'left',
    features,
  }: {
    size: number;
    bold?: boolean;
    colour?: string;
    width?: number;
    align?: Align;
    features?: PDFKit.Mixins.OpenTypeFeatures[];
  },
): void {
  const before = pdf.y;
  pdf
    .font(bold ? BOLD : BODY)
    .fontSize(size)
    .fillColor(colour);
  pdf.text(writable(pdf, text), x, y, { lineBreak: false, width, align, features });
  pdf.y = before;
}

function cells(pdf: Pdf, texts: string[], rights: number[], y: number, size: number, colour: string): void {
  for (const [index, text] of texts.entries()) {
    write(pdf, text, rights[index] - 120, y, { size, colour, width: 120, align: 'right', features: EVEN });
  }
}

function rule(pdf: Pdf, y: number, colour: string, width: number): void {
  line(pdf, MARGIN, y, MARGIN + WIDTH, y, colour, width);
}

function line(pdf: Pdf, x1: number, y1: number, x2: number, y2: number, colour: string, width = 0.8): void {
  pdf.moveTo(x1, y1).lineTo(x2, y2).lineWidth(width).stroke(colour);
}

function swatch(pdf: Pdf, colour: string, x: number, y: number): void {
  pdf.circle(x, y, 3.6).lineWidth(0.5).fillAndStroke(colour, INK);
}

function volumeName(row: ReviewRow): string {
  return `${row.volumeName}${row.leftOut ? '*' : ''}`;
}

/** The text, cut where it is wider than `width`. */
function fitted(
  pdf: Pdf,
  text: string,
  width: number,
  { size, bold = true }: { size: number; bold?: boolean },
): string {
  pdf.font(bold ? BOLD : BODY).fontSize(size);
  let cut = writable(pdf, text);
  if (pdf.widthOfString(cut) <= width) return cut;
  while (cut.length > 1 && pdf.widthOfString(`${cut}…`) > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}
