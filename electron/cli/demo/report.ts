/** The demo's report: one HTML page that needs nothing else, made to be read, sent and printed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encode as encodePng } from 'fast-png';
import { type Distribution, distributionOf, FEW, isFew } from '../../../shared/distribution.ts';
import { computedOnText } from '../../../shared/engine.ts';
import { labelColour } from '../../../shared/label-colours.ts';
import { meanOfKnown } from '../../../shared/mean.ts';
import { byteText, durationText } from '../output.ts';
import { outlinePath } from './outline.ts';
import type { Picture } from './pictures.ts';
import {
  type Curve,
  heldOutDice,
  type Method,
  methods,
  methodWords,
  type Results,
  type RoundOfSite,
  type Score,
  scoresOf,
} from './results.ts';

const colours: Record<Method, string> = { random: '#7d8590', 'federated-without-exchange': '#c9741a', fcl: '#0f6fb8' };
const here = import.meta.url;

export function reportHtml(results: Results, pictures: Picture[]): string {
  const uplot = createRequire(here).resolve('uplot');
  const script = readFileSync(uplot.replace(/uPlot\.cjs\.js$/, 'uPlot.iife.min.js'), 'utf8');
  const chartStyle = readFileSync(uplot.replace(/uPlot\.cjs\.js$/, 'uPlot.min.css'), 'utf8');
  const style = readFileSync(new URL('report.css', here), 'utf8');
  const drawing = readFileSync(new URL('report-charts.js', here), 'utf8');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Isocenter: federated contrastive learning, compared</title>
<style>${chartStyle}${style}</style>
</head>
<body>
<main>
<header>
  <p class="brand">Isocenter</p>
  <h1>${headline(results)}</h1>
  <p class="lead">${setting(results)}</p>
</header>
${scoreSection(results, 'local', 'Dice on held-out volumes', 'Each site fine-tunes alone on its own labelled volumes; the same network, data, seed and number of steps for every method. Mean over the held-out volumes, the Dice of each being the mean over sites; in small type their median, the middle half of them, and the mean of the lowest and of the highest site.')}
${scoreSection(results, 'federated', 'Dice after federated fine-tuning', 'The sites fine-tune the whole U-Net together: they average its weights after every round.')}
<section>
  <h2>Dice against fine-tuning steps</h2>
  <p>How fast a segmentation becomes useful, from the same labelled volumes. Mean over sites and the first ${FEW} held-out volumes.</p>
  <div class="charts">${results.labelCounts.map((labels) => `<figure><figcaption>${volumesText(labels)} labelled at each site</figcaption><div class="chart" data-chart="dice-${labels}"></div></figure>`).join('')}</div>
  ${legend(methods)}
</section>
${pictureSection(results, pictures)}
${lossSection(results)}
${leavingSection(results)}
<section>
  <h2>How it was run</h2>
  ${provenance(results)}
</section>
</main>
<script>${script}</script>
<script type="application/json" id="charts">${chartData(results)}</script>
<script>${drawing}</script>
</body>
</html>
`;
}

/** One true sentence about who is ahead, made from the numbers. */
function headline(results: Results): string {
  const counts = results.labelCounts;
  const meanOf = (method: Method, labels: number) => meanOfMany(heldOutDice(results, method, labels));
  if (counts.some((labels) => methods.some((method) => meanOf(method, labels) === null)))
    return 'Too few held-out volumes have a Dice score to compare the methods.';
  const lead = (labels: number) =>
    (meanOf('fcl', labels) ?? 0) -
    Math.max(...methods.filter((method) => method !== 'fcl').map((method) => meanOf(method, labels) ?? 0));
  const ahead = counts.filter((labels) => lead(labels) > 0);
  if (ahead.length === 0) return 'In this run, exchanging features did not raise the mean Dice score.';
  const best = ahead.reduce((a, b) => (lead(a) >= lead(b) ? a : b));
  const where =
    ahead.length === counts.length ? 'at every label count' : `at ${ahead.length} of ${counts.length} label counts`;
  return `Exchanging features is ahead ${where}: by ${lead(best).toFixed(3)} mean Dice with ${volumesText(best)} labelled.`;
}

function setting(results: Results): string {
  const volumes = results.sites.map((site) => site.volumes);
  return (
    `${results.sites.length} sites with ${Math.min(...volumes) === Math.max(...volumes) ? volumes[0] : `${Math.min(...volumes)} to ${Math.max(...volumes)}`} volumes each ` +
    `trained together over real WebSockets for ${results.plan.rounds} rounds. ${results.heldOut} further volumes were kept from everyone and are scored here.`
  );
}

function scoreSection(results: Results, finetuning: 'local' | 'federated', title: string, words: string): string {
  const scores = results.scores.filter((score) => score.finetuning === finetuning);
  if (scores.length === 0) return '';
  const counts = [...new Set(scores.map((score) => score.labels))];
  const best = new Map(
    counts.map((labels) => [
      labels,
      Math.max(...methods.map((method) => meanOfMany(heldOutDice(results, method, labels, finetuning)) ?? 0)),
    ]),
  );
  const rows = methods.map((method) => {
    const cells = counts.map((labels) => {
      const dice = heldOutDice(results, method, labels, finetuning);
      const sites = scoresOf(results, method, labels, finetuning);
      const empty = (sites.at(0)?.volumes.length ?? 0) - (dice?.values.length ?? 0); // at every site
      const small = [diceSpread(dice), sitesText(sites), empty > 0 ? `${volumesText(empty)} correctly empty` : ''];
      const isBest = meanOfMany(dice) === best.get(labels);
      return `<td${isBest ? ' class="best"' : ''}>${meanText(dice)}${small
        .filter((text) => text !== '')
        .map((text) => `<small>${text}</small>`)
        .join('')}</td>`;
    });
    return `<tr><th scope="row"><i style="background:${colours[method]}"></i>${methodWords[method].title}<small>${methodWords[method].words}</small></th>${cells.join('')}</tr>`;
  });
  return `<section>
  <h2>${title}</h2>
  <p>${words}</p>
  <table><thead><tr><th></th>${counts.map((labels) => `<th scope="col">${volumesText(labels)} labelled</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>
  ${perLabelTable(results, finetuning, counts)}
</section>`;
}

function perLabelTable(results: Results, finetuning: 'local' | 'federated', counts: number[]): string {
  const rows = counts.flatMap((labels) =>
    results.plan.labels.flatMap((label) =>
      methods.map((method) => {
        const of = scoresOf(results, method, labels, finetuning).flatMap((score) =>
          score.perLabel.filter((entry) => entry.label === label),
        );
        const pooled = (what: 'dice' | 'hausdorff95' | 'assd') =>
          distributionOf(of.flatMap((entry) => entry[what]?.values ?? []));
        const dice = pooled('dice');
        const hasFew = of.every((entry) => entry.scored < FEW);
        const numbers = [
          String(dice?.values.length ?? 0),
          String(of.reduce((sum, { correctlyEmpty }) => sum + correctlyEmpty, 0)),
          dice === null || hasFew ? '–' : `${dice.mean.toFixed(3)} ± ${dice.deviation?.toFixed(3)}`,
          dice?.median.toFixed(3) ?? '–',
          pooled('hausdorff95')?.median.toFixed(1) ?? '–',
          pooled('assd')?.median.toFixed(2) ?? '–',
        ];
        return `<tr><td>${labels}</td><td>${label}</td><th scope="row"><i style="background:${colours[method]}"></i>${methodWords[method].title}</th>${numbers.map((text) => `<td>${text}</td>`).join('')}</tr>`;
      }),
    ),
  );
  return `<details><summary>Per label: Dice, Hausdorff 95 and surface distance</summary>
  <p>Of all sites on all held-out volumes together; distances are medians. Empty: reference and prediction agree that the label is not there, so there is no score.</p>
  <table class="fine"><thead><tr><th>Labelled volumes</th><th>Label</th><th></th><th>Scored</th><th>Empty</th><th>Dice, mean ± SD</th><th>Median</th><th>HD 95, mm</th><th>ASSD, mm</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

/** Null of few values: a mean of them says little. */
function meanOfMany(dice: Distribution | null): number | null {
  return dice === null || isFew(dice) ? null : dice.mean;
}

/** Of few values each one. */
function meanText(dice: Distribution | null): string {
  if (dice === null) return '–';
  return isFew(dice) ? dice.values.map((value) => value.toFixed(3)).join(', ') : dice.mean.toFixed(3);
}

function diceSpread(dice: Distribution | null): string {
  if (dice === null || isFew(dice)) return '';
  return `median ${dice.median.toFixed(3)}, half in ${dice.lower.toFixed(2)} – ${dice.upper.toFixed(2)}`;
}

/** The means of the lowest and the highest site; empty where one model stands for all, or a mean would be of few. */
function sitesText(scores: Score[]): string {
  const means = scores.map(({ dice }) => meanOfMany(dice)).filter((value) => value !== null);
  return means.length < 2 ? '' : `sites ${Math.min(...means).toFixed(2)} – ${Math.max(...means).toFixed(2)}`;
}

function lossSection(results: Results): string {
  if (!results.rounds.some((round) => round.stage === 'pretraining')) return '';
  return `<section>
  <h2>Pre-training loss</h2>
  <p>Contrastive loss of each round, mean over sites. With exchange the loss has a second part, the agreement with other sites' features, and more features to tell apart: the two curves are not to be compared in height.</p>
  <div class="charts"><figure><div class="chart" data-chart="loss"></div></figure></div>
  ${legend(methods.filter((method) => method !== 'random'))}
</section>`;
}

function leavingSection(results: Results): string {
  const rounds = results.rounds.filter((round) => round.method === 'fcl' && round.stage === 'pretraining');
  if (rounds.length === 0) return '';
  const total = (name: string, bytes: (site: RoundOfSite) => number) =>
    rounds
      .flatMap(({ sites }) => sites.filter(({ site }) => site === name))
      .reduce((sum, site) => sum + bytes(site), 0);
  const summary = results.sites.map(({ name }) => {
    const sums = [
      total(name, ({ upFeatures }) => upFeatures),
      total(name, ({ up, upFeatures }) => up - upFeatures),
      total(name, ({ down }) => down),
    ];
    const cells = sums.map((sum) => `<td>${byteText(sum / rounds.length)}</td><td>${byteText(sum)}</td>`);
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  const each = rounds.map(({ round, sites }) => {
    const cells = results.sites.map(({ name }) => {
      const found = sites.find(({ site }) => site === name);
      return found ? `<td>${byteText(found.up)}</td><td>${byteText(found.down)}</td>` : '<td>–</td><td>–</td>';
    });
    return `<tr><th scope="row">${round}</th>${cells.join('')}</tr>`;
  });
  const heads = (names: string[]) => names.map((name) => `<th colspan="2">${escapeHtml(name)}</th>`).join('');
  return `<section>
  <h2>What left each site</h2>
  <p>Feature vectors and network weights, each after a recorded consent; no pixel, name, path or identifier. Feature batches are sealed for the other sites: the coordinator relays what it cannot read.</p>
  <table class="fine"><thead><tr><th rowspan="2"></th>${heads(['Features sent', 'Weights sent', 'Received'])}</tr><tr>${'<th>a round</th><th>in all</th>'.repeat(3)}</tr></thead><tbody>${summary.join('')}</tbody></table>
  <details><summary>Every round</summary>
  <div class="wide"><table class="fine"><thead><tr><th rowspan="2">Round</th>${heads(results.sites.map(({ name }) => name))}</tr><tr>${'<th>sent</th><th>received</th>'.repeat(results.sites.length)}</tr></thead><tbody>${each.join('')}</tbody></table></div></details>
</section>`;
}

function pictureSection(results: Results, pictures: Picture[]): string {
  if (pictures.length === 0) return '';
  const keys = results.plan.labels
    .map((label) => `<span><i style="background:${labelColour(label)}"></i>label ${label}</span>`)
    .join('');
  const rows = pictures.map((picture) => {
    const png = Buffer.from(
      encodePng({ width: picture.width, height: picture.height, data: picture.image, channels: 1, depth: 8 }),
    ).toString('base64');
    const panels = picture.panels.map(({ title, dice, labels }) => {
      const outlines = results.plan.labels
        .map((label) => {
          const path = outlinePath(labels, picture.width, picture.height, label);
          return `<path d="${path}" stroke="${labelColour(label)}"/>`;
        })
        .join('');
      const score = dice === null ? '' : `<b>${dice.toFixed(2)}</b>`;
      const [across, down] = picture.pixel;
      return `<figure><svg viewBox="0 0 ${picture.width * across} ${picture.height * down}" role="img" aria-label="${escapeHtml(title)}"><g transform="scale(${across} ${down})"><image href="data:image/png;base64,${png}" width="${picture.width}" height="${picture.height}"/>${outlines}</g></svg><figcaption>${escapeHtml(title)}${score}</figcaption></figure>`;
    });
    return `<div class="row">${panels.join('')}</div>`;
  });
  return `<section>
  <h2>Held-out slices</h2>
  <p>The slice that shows most of the labels, in volumes that no site saw: the reference, then what the first site's model drew after fine-tuning on ${volumesText(results.labelCounts[0])}. The number is that volume's Dice.</p>
  <p class="legend">${keys}</p>
  <div class="pictures">${rows.join('')}</div>
</section>`;
}

function provenance(results: Results): string {
  const { plan } = results;
  const memory = results.memory.map((entry) => (entry.process + entry.trainer) / 1e6);
  const facts: [string, string][] = [
    ['Data', results.data === 'phantom' ? 'built-in phantom' : results.data],
    ['Computed on', computedOnText(results.computedOn)],
    ['Seed', String(results.seed)],
    [
      'Slices',
      `${plan.axis}, ${plan.inputSize} × ${plan.inputSize} pixels of ${plan.spacing} mm, ${plan.partitions} partitions`,
    ],
    ['Network', `U-Net, ${plan.levels} levels, base width ${plan.baseWidth}`],
    ['Pre-training', `${plan.rounds} rounds of ${plan.stepsPerRound} steps, ${plan.volumesPerStep} volumes a step`],
    ['Fine-tuning', `${plan.finetuneSteps} steps of ${plan.finetuneBatch} slices`],
    ['Time', durationText(results.seconds)],
    ['Memory', `at most ${Math.max(...memory).toFixed(0)} MB a site, trainer included`],
    ['Isocenter', results.version],
  ];
  return `<dl>${facts.map(([name, text]) => `<div><dt>${name}</dt><dd>${escapeHtml(text)}</dd></div>`).join('')}</dl>
  <details><summary>The whole plan</summary><pre>${escapeHtml(JSON.stringify(plan, null, 2))}</pre></details>`;
}

/** Series for report-charts.js. */
function chartData(results: Results): string {
  const charts: Record<string, unknown> = {};
  for (const labels of results.labelCounts) {
    const series = methods.map((method) => ({
      name: methodWords[method].title,
      colour: colours[method],
      points: meanCurve(results.curves.filter((curve) => curve.method === method && curve.labels === labels)),
    }));
    charts[`dice-${labels}`] = { x: 'fine-tuning steps', y: 'Dice', from: 0, series };
  }
  const pretrained = methods.filter((method) => method !== 'random');
  charts.loss = {
    x: 'round',
    y: 'loss',
    series: pretrained.map((method) => ({
      name: methodWords[method].title,
      colour: colours[method],
      points: results.rounds
        .filter((round) => round.method === method && round.stage === 'pretraining')
        .map((round) => [round.round, round.loss]),
    })),
  };
  return JSON.stringify(charts).replaceAll('<', '\\u003c');
}

function meanCurve(curves: Curve[]): [number, number | null][] {
  const steps = [...new Set(curves.flatMap((curve) => curve.points.map((point) => point.step)))].sort((a, b) => a - b);
  return steps.map((step) => {
    const points = curves.flatMap((curve) => curve.points.filter((point) => point.step === step));
    return [step, meanOfKnown(points.map(({ dice }) => dice))];
  });
}

function legend(shown: readonly Method[]): string {
  return `<p class="legend">${shown.map((method) => `<span><i style="background:${colours[method]}"></i>${methodWords[method].title}</span>`).join('')}</p>`;
}

function volumesText(count: number): string {
  return count === 1 ? '1 volume' : `${count} volumes`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
