/** The report as one page without scripts: light, to be read on a screen or printed on A4. */
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
import { reportStyle } from './style.ts';
import { words } from './words.ts';

const PLOT_WIDTH = 660;

export function reportHtml(facts: ReportFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(words.title(facts.model))}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
  <p class="eyebrow">${escapeHtml(facts.site)}<span>${dateText(facts.date)}</span></p>
  <h1>${escapeHtml(words.title(facts.model))}</h1>
</header>
${figures(facts)}
<section>
  <h2>${words.made}</h2>
  <dl>${facts.made.map(([what, how]) => `<div><dt>${what}</dt><dd>${escapeHtml(how)}</dd></div>`).join('')}</dl>
</section>
<section>
  <h2>${words.dicePlot}</h2>
  ${facts.labels.length === 0 ? `<p>${words.noReference}</p>` : plot(facts) + perLabel(facts)}
</section>
<section>
  <h2>${words.pictures}</h2>
  <p class="quiet">${words.picturesLegend} ${facts.pictures.length < facts.rows.length ? words.morePictures(facts.pictures.length, facts.rows.length) : ''}</p>
  <div class="pictures">${facts.pictures.map(picture).join('')}</div>
</section>
<section>
  <h2>${words.perVolume}</h2>
  ${perVolume(facts)}
</section>
<footer>
  <p>${words.explained}</p>
  <p><strong>${words.disclaimer}</strong></p>
</footer>
</body>
</html>
`;
}

function figures(facts: ReportFacts): string {
  const { rows, headline, confidence, verdicts } = facts;
  const figure = (value: string | number, name: string) => `<div><b>${value}</b><span>${name}</span></div>`;
  const { figures: names, verdicts: verdictNames } = words;
  const { dice } = headline;
  return `<section class="figures">
${figure(rows.length, names.volumes)}${figure(rows.filter(isCompared).length, names.reference)}${dice === null ? '' : figure(dice.median.toFixed(3), names.dice(headline.scored))}${figure(confidence.toFixed(2), names.confidence)}
</section>
<p class="verdicts">${(['accepted', 'corrected', 'rejected', 'open'] as const)
    .map((verdict) => `<span><b>${verdicts[verdict]}</b> ${verdictNames[verdict]}</span>`)
    .join('')}</p>${facts.labels.length === 0 ? '' : `<p>${words.headline(headline, facts.leftOut)}</p>`}`;
}

function plot({ labels }: ReportFacts): string {
  const { width, height, left, right, strips, ticks, bottom } = dicePlot(labels, PLOT_WIDTH);
  const grid = ticks.map(
    ({ x, text }) =>
      `<line x1="${x}" x2="${x}" y1="0" y2="${bottom}" class="grid"/><text x="${x}" y="${bottom + 14}" text-anchor="middle">${text}</text>`,
  );
  const drawn = strips.map(({ name, colour, middle, median, dots }) => {
    const circles = dots.map(
      ({ x, y, open }) =>
        `<circle cx="${x.toFixed(1)}" cy="${y}" r="${dotRadius}" fill="${open ? '#fff' : colour}" stroke="${open ? colour : '#12151a'}" stroke-width="${open ? 1.4 : 0.5}"/>`,
    );
    const line =
      median === null
        ? ''
        : `<line x1="${median.toFixed(1)}" x2="${median.toFixed(1)}" y1="${middle - 13}" y2="${middle + 13}" class="median"/>`;
    return `<text x="0" y="${middle + 4}" class="name">${escapeHtml(shortened(name))}</text><line x1="${left}" x2="${right}" y1="${middle}" y2="${middle}" class="base"/>${line}${circles.join('')}`;
  });
  const open = labels.some(({ dots }) => dots.some(({ counts }) => !counts)) ? ` ${words.hollow}` : '';
  const told = labels.map(({ name, summary }) => `${name}: median ${numberText(summary?.dice?.median, 3)}`).join('; ');
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${words.dicePlot}. ${told}`)}">${grid.join('')}${drawn.join('')}<text x="${(left + right) / 2}" y="${bottom + 28}" text-anchor="middle">${words.diceAxis}</text></svg>
<p class="quiet">${words.plotLegend}${open}</p>`;
}

function perLabel({ labels }: ReportFacts): string {
  const { columns } = words;
  const rows = labels.map(
    (label) =>
      `<tr><th scope="row">${swatch(label.colour)}${escapeHtml(label.name)}</th>${labelCells(label)
        .map((cell) => `<td>${cell}</td>`)
        .join('')}</tr>`,
  );
  return `<table><thead><tr><th scope="col">${columns.label}</th>${labelColumns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function picture({ row, png }: ReportFacts['pictures'][number]): string {
  return `<figure><img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${escapeHtml(row.volumeName)}"><figcaption><b>${escapeHtml(row.volumeName)}${row.leftOut ? '*' : ''}</b><span>${qualityText(row)}</span></figcaption></figure>`;
}

function perVolume({ rows, labels, names }: ReportFacts): string {
  const { columns } = words;
  const colourOf = new Map(labels.map(({ label, colour, name }) => [label, { colour, name }]));
  const head = [columns.label, columns.dice, columns.hausdorff95, columns.assd, columns.predicted, columns.reference];
  const body = rows.map((row) => {
    const lines =
      row.scores.length > 0 ? row.scores.map((scores) => ({ ...scores, name: colourOf.get(scores.label) })) : null;
    const span = lines?.length ?? 1;
    const about = `<th scope="rowgroup" rowspan="${span}">${escapeHtml(row.volumeName)}${row.leftOut ? '*' : ''}<small>${escapeHtml(verdictText(row))}<br>${columns.confidence.toLowerCase()} ${row.confidence.toFixed(2)}</small></th>`;
    if (!lines)
      return `<tbody><tr>${about}<td class="none" colspan="${head.length}">${escapeHtml(volumesText(row, names))}</td></tr></tbody>`;
    const trs = lines.map(({ name, dice, hausdorff95, assd, predictedVolume, referenceVolume }, index) => {
      const compared =
        dice === null
          ? `<td class="none" colspan="3">${words.correctlyEmpty}</td>`
          : [dice.toFixed(3), numberText(hausdorff95, 2), numberText(assd, 2)]
              .map((cell) => `<td>${cell}</td>`)
              .join('');
      const volumes = [predictedVolume, referenceVolume].map((mm3) => `<td>${(mm3 / 1000).toFixed(2)}</td>`).join('');
      return `<tr>${index === 0 ? about : ''}<td class="label">${swatch(name?.colour ?? '#888888')}${escapeHtml(name?.name ?? '')}</td>${compared}${volumes}</tr>`;
    });
    return `<tbody>${trs.join('')}</tbody>`;
  });
  const note = rows.some(({ leftOut }) => leftOut) ? `<p class="quiet">${words.leftOutNote}</p>` : '';
  return `<table class="volumes"><thead><tr><th scope="col">${columns.volume}</th>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>${body.join('')}</table>${note}`;
}

function swatch(colour: string): string {
  return `<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="4.2" fill="${colour}" stroke="#12151a" stroke-width="0.6"/></svg>`;
}

export function shortened(name: string): string {
  return name.length > 23 ? `${name.slice(0, 22)}…` : name;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
