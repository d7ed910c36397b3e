/** How the report's page looks: ink on white, one accent, tables with thin lines; on paper it breaks between things. */
export const reportStyle = `
@page { size: A4; margin: 16mm 15mm; }
* { box-sizing: border-box; }
html { background: #eef1f4; }
body { max-width: 210mm; margin: 24px auto; padding: 16mm 15mm; background: #fff; color: #12151a;
  font: 10.5pt/1.5 "Inter Variable", Inter, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
header { border-bottom: 2px solid #12151a; padding-bottom: 12px; }
.eyebrow { display: flex; justify-content: space-between; margin: 0 0 16px; color: #4d5866; font-size: 9.5pt; }
h1 { margin: 0; font-size: 22pt; line-height: 1.2; letter-spacing: -0.02em; font-weight: 650; }
h2 { margin: 32px 0 8px; font-size: 12.5pt; font-weight: 650; break-after: avoid; }
p { margin: 8px 0; }
.quiet { color: #4d5866; font-size: 9pt; }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; margin-top: 24px; }
.figures div { border-left: 3px solid #1f6fc4; padding-left: 12px; }
.figures b { display: block; font-size: 20pt; line-height: 1.2; font-weight: 600; letter-spacing: -0.02em; }
.figures span { color: #4d5866; font-size: 9pt; }
.verdicts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-top: 16px; color: #4d5866; }
.verdicts b { color: #12151a; }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: 104px 1fr; padding: 3px 0; }
dt { color: #4d5866; }
dd { margin: 0; overflow-wrap: anywhere; }
svg { display: block; width: 100%; }
svg text { font-size: 9.5px; fill: #4d5866; }
svg .name { font-size: 11px; fill: #12151a; }
svg .grid { stroke: #e3e8ed; }
svg .base { stroke: #c3cbd5; }
svg .median { stroke: #12151a; stroke-width: 1.6; }
.swatch { display: inline-block; width: 9px; margin-right: 7px; }
table { width: 100%; border-collapse: collapse; margin-top: 12px; font-size: 9.5pt; }
th, td { padding: 5px 0 5px 12px; text-align: right; font-weight: 400; vertical-align: top; }
th:first-child { text-align: left; padding-left: 0; }
thead th { color: #4d5866; font-size: 8.5pt; border-bottom: 1px solid #12151a; vertical-align: bottom; }
tbody tr { border-bottom: 1px solid #e3e8ed; }
.volumes tbody { break-inside: avoid; border-bottom: 1px solid #c3cbd5; }
.volumes tbody tr { border: 0; }
.volumes tbody th { width: 32%; font-weight: 600; overflow-wrap: anywhere; }
.volumes small { display: block; font-weight: 400; font-size: 8.5pt; color: #4d5866; }
.volumes .label, .volumes thead th:nth-child(2), .none { text-align: left; }
.none { color: #4d5866; }
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; margin-top: 12px; }
figure { margin: 0; break-inside: avoid; }
figure img { display: block; width: 100%; border-radius: 4px; background: #000; }
figcaption { display: flex; justify-content: space-between; gap: 8px; margin-top: 5px; font-size: 8.5pt; }
figcaption b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
figcaption span { color: #4d5866; white-space: nowrap; }
footer { margin-top: 32px; padding-top: 12px; border-top: 1px solid #c3cbd5; color: #4d5866; font-size: 8.5pt; break-inside: avoid; }
footer strong { color: #12151a; font-weight: 600; }
@media print { html { background: none; } body { margin: 0; padding: 0; max-width: none; } }
`;
