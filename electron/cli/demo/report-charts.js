// Runs in the report: draws every chart from the JSON beside it. `uPlot` is the library inlined before it.
const charts = JSON.parse(document.getElementById('charts').textContent);
for (const place of document.querySelectorAll('[data-chart]')) {
  const { x, y, from, series } = charts[place.dataset.chart];
  const steps = [...new Set(series.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  const columns = series.map((line) => {
    const at = new Map(line.points);
    return steps.map((step) => at.get(step) ?? null);
  });
  const grid = { stroke: '#e6e9ed', width: 1 };
  const axis = {
    stroke: '#57606a',
    grid,
    ticks: grid,
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
  };
  const whole = { ...axis, label: x, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000] };
  const size = () => ({ width: place.clientWidth, height: 260 });
  const chart = new uPlot(
    {
      ...size(),
      scales: {
        x: { time: false },
        y: from === undefined ? {} : { range: (_, low, high) => [Math.min(from, low), high + 0.05] },
      },
      axes: [whole, { ...axis, label: y, size: 52 }],
      legend: { show: false },
      series: [
        { label: x },
        ...series.map((line) => ({
          label: line.name,
          stroke: line.colour,
          width: 2,
          points: { size: 6, fill: '#fff' },
          spanGaps: true,
        })),
      ],
    },
    [steps, ...columns],
    place,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(place);
}
