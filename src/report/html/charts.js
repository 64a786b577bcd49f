const root = document.documentElement;
window.addEventListener('error', (event) => { root.dataset.error = event.message; });

const data = JSON.parse(document.getElementById('data').textContent);
const PAD = { left: 52, right: 14, top: 10, bottom: 26 };
const charts = [];
let zoom = null; // what all charts over time show, in seconds

// A number as short as its size allows.
const number = (value) => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  const decimals = size === 0 ? 0 : size < 1 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
  return value.toFixed(decimals);
};
const tidy = (value) => String(Number(value.toPrecision(6)));
const clock = (s) => {
  if (s < 120) return tidy(s) + ' s';
  const [h, m, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s % 60)];
  const two = (n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(rest)}` : `${m}:${two(rest)}`;
};
const percent = (left) => {
  const decimals = Math.max(0, Math.ceil(-Math.log10(left) - 1e-9) - 2);
  return 'p' + ((1 - left) * 100).toFixed(decimals);
};

// Round steps from 0 to at least `top`.
const ticks = (top, wanted) => {
  const raw = (top || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((n) => n * power >= raw * 0.999) * power;
  const all = [];
  for (let n = 0; n === 0 || all[n - 1] < top; n += 1) all.push(n * step);
  return all;
};
// Steps of a clock between two times.
const seconds = (from, to, wanted) => {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const step = steps.find((n) => (to - from) / n <= wanted) || 604800;
  const all = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + 1e-9; n += 1) all.push(n * step);
  return all;
};

function draw(chart) {
  const { host, series } = chart;
  const [width, height] = [host.clientWidth, host.clientHeight];
  const shown = series.filter((one) => one.points.some(([, y]) => y !== null));
  if (shown.length === 0) {
    host.innerHTML = `<p class="empty">${chart.none}</p>`;
    return;
  }
  const [from, to] = chart.range();
  const scale = chart.log ? (x) => -Math.log10(x) : (x) => x;
  const [a, b] = [scale(from), scale(to)];
  const x = (value) => PAD.left + (scale(value) - a) / (b - a || 1) * (width - PAD.left - PAD.right);
  const within = ([at]) => scale(at) >= a - 1e-9 && scale(at) <= b + 1e-9;
  const ys = shown.flatMap((one) => one.points.filter(within).map(([, y]) => y || 0));
  const steps = ticks(Math.max(...ys, 0), height > 240 ? 5 : 4);
  const top = steps[steps.length - 1];
  const y = (value) => height - PAD.bottom - value / top * (height - PAD.top - PAD.bottom);
  const out = [];
  for (const step of steps) {
    out.push(`<line class="${step === 0 ? 'base' : 'grid'}" x1="${PAD.left}" x2="${width - PAD.right}" y1="${y(step)}" y2="${y(step)}"/>`);
    out.push(`<text x="${PAD.left - 8}" y="${y(step) + 4}" text-anchor="end">${tidy(step)}</text>`);
  }
  const marks = chart.log ? decades(from, to) : seconds(from, to, width / 90);
  let free = -Infinity; // where the next label may begin
  for (const mark of marks) {
    const label = chart.log ? percent(mark) : clock(mark);
    const anchor = x(mark) > width - 40 ? 'end' : x(mark) < PAD.left + 8 ? 'start' : 'middle';
    if (chart.log) out.push(`<line class="grid" x1="${x(mark)}" x2="${x(mark)}" y1="${PAD.top}" y2="${height - PAD.bottom}"/>`);
    if (x(mark) - 20 < free) continue;
    free = x(mark) + 20;
    out.push(`<text x="${x(mark)}" y="${height - 7}" text-anchor="${anchor}">${label}</text>`);
  }
  out.push(`<clipPath id="${host.id}-clip"><rect x="${PAD.left - 4}" y="0" width="${width - PAD.left - PAD.right + 8}" height="${height}"/></clipPath>`);
  out.push(`<g clip-path="url(#${host.id}-clip)">`);
  for (const one of shown) out.push(one.bars ? bars(one, x, y) : path(one, x, y));
  out.push(`</g><g class="over"></g>`);
  host.innerHTML = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.label}">${out.join('')}</svg>`;
  Object.assign(chart, { x, y, width, height, shown, within });
  legend(chart, null);
}

function decades(from, to) {
  const all = [];
  for (let left = 1; left >= to * 0.999; left /= 10) {
    for (const part of [1, 0.5]) if (left * part <= from * 1.001 && left * part >= to * 0.999) all.push(left * part);
  }
  return all.filter((left) => left === 1 || left === 0.5 || String(left).match(/^(0\.0*1|1e-\d+)$/) || Math.abs(Math.log10(left) % 1) < 1e-6);
}

const path = (one, x, y) => {
  let [line, pen] = ['', 'M'];
  const dots = [];
  for (const [at, value] of one.points) {
    if (value === null) { pen = 'M'; continue; }
    const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    line += pen + place;
    pen = 'L';
    if (one.points.length <= 30) dots.push(`<circle cx="${x(at)}" cy="${y(value)}" r="2.5" fill="var(${one.ink})"/>`);
  }
  return `<path class="line" d="${line}" stroke="var(${one.ink})"${one.thin ? ' style="stroke-width:1.25"' : ''}/>` + dots.join('');
};
const bars = (one, x, y) => one.points.filter(([, value]) => value > 0).map(([at, value]) => {
  const room = x(at + data.width_s / 2) - x(at - data.width_s / 2);
  const wide = Math.min(Math.max(1.5, room * 0.6), 18);
  return `<rect x="${x(at) - wide / 2}" width="${wide}" y="${y(value)}" height="${Math.max(1, y(0) - y(value))}" fill="var(${one.ink})"/>`;
}).join('');

// The names of the lines, and their values at one place.
function legend(chart, index) {
  const at = index === null ? null : chart.grid[index];
  const names = chart.shown.map((one) => {
    const value = at === null ? '' : ` <b>${number(one.at(at))}</b>`;
    return `<span><i style="background:var(${one.ink})"></i>${one.name}${value}</span>`;
  });
  if (at !== null) names.unshift(`<b>${chart.log ? percent(at) : clock(at - data.width_s / 2)}</b>`);
  document.getElementById(chart.host.id + '-legend').innerHTML = names.join('');
}

function nearest(chart, px) {
  let best = null;
  chart.grid.forEach((at, index) => {
    if (!chart.within([at])) return;
    const away = Math.abs(chart.x(at) - px);
    if (best === null || away < best.away) best = { index, away };
  });
  return best && best.index;
}

function point(chart, index) {
  const over = chart.host.querySelector('.over');
  if (!over) return;
  legend(chart, index);
  if (index === null) { over.innerHTML = ''; return; }
  const at = chart.grid[index];
  const dots = chart.shown.map((one) => [one, one.at(at)]).filter(([, value]) => value !== null && value !== undefined)
    .map(([one, value]) => `<circle cx="${chart.x(at)}" cy="${chart.y(value)}" r="4" fill="var(${one.ink})" stroke="var(--card)" stroke-width="2"/>`);
  over.innerHTML = `<line class="pointer" x1="${chart.x(at)}" x2="${chart.x(at)}" y1="${PAD.top}" y2="${chart.height - PAD.bottom}"/>` + dots.join('');
}

function listen(chart) {
  const { host } = chart;
  const peers = () => (chart.log ? [chart] : charts.filter((one) => !one.log));
  let start = null;
  const px = (event) => event.clientX - host.getBoundingClientRect().left;
  const move = (event) => {
    if (!chart.shown) return;
    const index = nearest(chart, px(event));
    peers().forEach((one) => one.shown && point(one, index));
    if (start !== null && Math.abs(px(event) - start) > 6) {
      const [left, right] = [Math.min(start, px(event)), Math.max(start, px(event))];
      host.querySelector('.over').innerHTML += `<rect class="zoom" x="${left}" width="${right - left}" y="${PAD.top}" height="${chart.height - PAD.top - PAD.bottom}"/>`;
    }
  };
  host.addEventListener('pointermove', move);
  host.addEventListener('pointerdown', (event) => {
    if (!chart.shown) return;
    start = px(event);
    move(event);
  });
  const leave = () => { start = null; peers().forEach((one) => one.shown && point(one, null)); };
  host.addEventListener('pointerleave', leave);
  host.addEventListener('pointercancel', leave);
  host.addEventListener('pointerup', (event) => {
    if (start === null) return;
    const [left, right] = [Math.min(start, px(event)), Math.max(start, px(event))];
    start = null;
    if (right - left < 12) return;
    const inside = chart.grid.filter((at) => chart.x(at) >= left && chart.x(at) <= right);
    if (inside.length < 2) return;
    const range = [inside[0], inside[inside.length - 1]];
    if (chart.log) chart.zoomed = range; else zoom = range;
    peers().forEach(draw);
  });
  host.addEventListener('dblclick', () => {
    if (chart.log) chart.zoomed = null; else zoom = null;
    peers().forEach(draw);
  });
}

function add(id, label, none, series, log) {
  const host = document.getElementById(id);
  if (!host) return;
  for (const one of series) {
    const known = new Map(one.points);
    one.at = log ? (at) => {
      // A distribution of fewer samples ends earlier.
      const beyond = one.points.find(([left]) => left <= at * 1.0001);
      return beyond ? beyond[1] : null;
    } : (at) => known.get(at);
  }
  const grid = [...new Set(series.flatMap((one) => one.points.map(([at]) => at)))].sort((a, b) => (log ? b - a : a - b));
  const chart = { host, label, none, series, log, grid, zoomed: null };
  chart.range = () => {
    const whole = log ? [1, Math.min(...grid)] : [0, Math.max(...grid) + data.width_s / 2];
    return (log ? chart.zoomed : zoom) || whole;
  };
  charts.push(chart);
  draw(chart);
  listen(chart);
}

// A slot is drawn at its middle.
const over = (values) => values.map((value, index) => [(index + 0.5) * data.width_s, value]);
