/** A review as a file to take away: a page, a PDF or a table. It names volumes as this site's catalogue does. */
import type { ExportedFile } from '../../../shared/api/review.ts';
import type { Scoring } from '../../site/scoring.ts';
import { writeFileAtomic } from '../../storage/atomic-file.ts';
import type { Exports } from '../exports.ts';
import { gatherFacts, predictedReview } from './facts.ts';
import { reportHtml } from './html.ts';
import { reportPdf } from './pdf.ts';
import { scoresCsv } from './scores-csv.ts';

/** Errors as `gatherFacts`. */
export async function exportReview(
  site: Scoring,
  exports: Exports,
  model: string,
  format: 'report-html' | 'report-pdf' | 'scores-csv',
): Promise<ExportedFile> {
  if (format === 'scores-csv') {
    const review = await predictedReview(site, model);
    return exports.make(`scores ${model}`, '.csv', (file) => writeFileAtomic(file, scoresCsv(review)));
  }
  const facts = await gatherFacts(site, model);
  const title = `report ${model}`;
  if (format === 'report-html') return exports.make(title, '.html', (file) => writeFileAtomic(file, reportHtml(facts)));
  const pdf = await reportPdf(facts);
  return exports.make(title, '.pdf', (file) => writeFileAtomic(file, pdf));
}
