/** An import's report as text, to send to whoever exported the files. */
import type { ImportProblem, ImportSummary } from '../../../shared/api/volumes.ts';
import { texts } from '../../texts/index.ts';

/** What was left out before what was only noted; within each, as it was found. */
export function problemsFirst(problems: ImportProblem[]): ImportProblem[] {
  return problems.toSorted((a, b) => Number(a.notice) - Number(b.notice));
}

/** The counts in one sentence. */
export function reportLine({ imported, labelled, known, problems }: ImportSummary): string {
  return texts.report.line(imported, labelled, known, problems.filter(({ notice }) => !notice).length);
}

export function reportText(summary: ImportSummary): string {
  const problems = problemsFirst(summary.problems).map(({ name, message, next }) => `${name}\n  ${message}\n  ${next}`);
  return [reportLine(summary), ...problems].join('\n\n');
}
