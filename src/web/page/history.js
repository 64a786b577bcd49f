// @ts-check
// History: all runs of this process and of the folder, opened, compared, and one of them pinned.

import { get, look, put, reason } from './api.js';
import { Asking } from './asking.js';
import { el, notice, say } from './dom.js';
import { count, moment, percent, rate, span, time } from './format.js';
import { store } from './store.js';

/** @type {[string, string, (run: any) => string][]} */
const COLUMNS = [
  ['started', 'started', (run) => moment(run.started)],
  ['plan', 'plan', (run) => run.plan],
  ['tested_s', 'tested', (run) => span(run.tested_s)],
  ['rps', 'rps', (run) => rate(run.rps)],
  ['fail_ratio', 'failed %', (run) => percent(run.fail_ratio)],
  ['p50_ms', 'p50', (run) => time(run.p50_ms)],
  ['p95_ms', 'p95', (run) => time(run.p95_ms)],
  ['p99_ms', 'p99', (run) => time(run.p99_ms)],
  ['pass', 'passed', (run) => count(run.pass)],
];
const TEXTS = ['started', 'plan'];
/** Class and sign of a verdict on a change. @type {Record<string, [string, string]>} */
const WORDS = { worse: ['worse', '✕'], better: ['better', '✓'], 'no difference': ['same', ''], 'cannot be told': ['untold', '?'] };
/** Mood and sign of a verdict on all. @type {Record<string, [string, string]>} */
const MOODS = { worse: ['bad', '✕'], better: ['good', '✓'], 'no difference': ['good', '✓'], 'cannot be told': ['doubtful', '!'] };
/** How far bars of intervals reach to either side, as in the report. */
const REACHES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const [HALF, END] = [60, 6];
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Interval of a change as a bar around zero.
 * @param {any} change
 * @param {number} reach
 */
const intervalBar = (change, reach) => {
  if (!change.interval) return '–';
  const [low, high] = change.interval;
  /** @param {number} share */
  const x = (share) => Math.max(-1, Math.min(1, share / reach)) * (HALF - END);
  const svg = document.createElementNS(SVG, 'svg');
  /** @param {string} name @param {Record<string, any>} attributes */
  const add = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    svg.append(made);
  };
  svg.setAttribute('class', 'interval');
  svg.setAttribute('viewBox', `-${HALF} 0 ${2 * HALF} 18`);
  svg.setAttribute('aria-hidden', 'true');
  add('line', { class: 'zero', x1: 0, x2: 0, y1: 1, y2: 17 });
  add('line', { class: 'reach', x1: x(low), x2: x(high), y1: 9, y2: 9 });
  for (const end of [low, high].filter((one) => Math.abs(one) > reach)) {
    const [tip, foot] = [Math.sign(end) * HALF, Math.sign(end) * (HALF - END)];
    add('polygon', { points: `${tip},9 ${foot},4 ${foot},14` });
  }
  const middle = (low + high) / 2;
  if (Math.abs(middle) <= reach) add('circle', { cx: x(middle), cy: 9, r: 4 });
  return svg;
};

export class History {
  constructor() {
    /** @type {any[]} */
    this.runs = [];
    /** @type {string[]} */
    this.picked = [];
    this.sort = 'started';
    this.isDown = true;
    this.seen = '';
    this.asking = new Asking(() => this.load());
    this.compare = el('button', { type: 'button', id: 'compare', disabled: true, onclick: () => this.compareThem() }, 'Compare the two');
    this.head = el('tr', {});
    this.body = el('tbody', { id: 'runs' });
    this.result = el('section', { id: 'comparison', 'aria-live': 'polite' });
    this.hint = el('p', { class: 'hint' });
    this.none = el('p', { class: 'empty', hidden: true }, 'No run yet. Press New test.');
    this.table = el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'runs' }, el('thead', {}, this.head), this.body));
    this.host = el('section', {}, this.hint, this.none, this.table, el('div', { class: 'tools under' }, this.compare), this.result);
  }

  show() {
    this.seen = '';
    this.update();
  }

  update() {
    const seen = JSON.stringify([store.server, store.live?.run.state]);
    if (seen === this.seen) return;
    this.seen = seen;
    const folder = store.server?.history_folder;
    const where = folder ? `Runs of this process, and reports in ${folder}.` : 'Runs of this process. With --history DIR those of earlier ones are here, too.';
    say(this.hint, `${where} Tick two to compare them; the pinned one is the base, or else the older one.`);
    this.asking.want();
  }

  async load() {
    const answer = await look('/runs');
    if (!answer) return;
    this.runs = answer.runs;
    this.draw();
  }

  draw() {
    this.none.hidden = this.runs.length > 0;
    this.table.hidden = this.runs.length === 0;
    this.compare.hidden = this.runs.length < 2;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.sortRuns;
    const sorter = (/** @type {string} */ key, /** @type {string} */ title) => {
      const button = el('button', { type: 'button', class: 'sort', 'data-sort-runs': key, onclick: () => {
        if (this.sort === key) this.isDown = !this.isDown; else [this.sort, this.isDown] = [key, true];
        this.draw();
      } }, title + (this.sort === key ? (this.isDown ? ' ▾' : ' ▴') : ''));
      const order = this.sort !== key ? 'none' : this.isDown ? 'descending' : 'ascending';
      return el('th', { scope: 'col', 'aria-sort': order, class: TEXTS.includes(key) ? 'text' : '' }, button);
    };
    this.head.replaceChildren(sorter('name', 'run'), el('th', { scope: 'col' }, 'compare'), ...COLUMNS.map(([key, title]) => sorter(key, title)), el('th', { scope: 'col' }, 'base'));
    if (focused) this.head.querySelector(`[data-sort-runs="${focused}"]`)?.focus();
    const sign = this.isDown ? -1 : 1;
    const sorted = [...this.runs].sort((a, b) => (a[this.sort] === b[this.sort] ? 0 : (a[this.sort] ?? -1) < (b[this.sort] ?? -1) ? -sign : sign));
    this.body.replaceChildren(...sorted.map((run) => this.row(run)));
    this.table.dataset.wide = String(this.table.scrollWidth > this.table.clientWidth + 1);
  }

  /** @param {any} run */
  row(run) {
    const box = el('input', { type: 'checkbox', 'aria-label': `Compare ${run.name}`, 'data-pick': run.id, disabled: run.state !== 'stopped' });
    box.checked = this.picked.includes(run.id);
    box.addEventListener('change', () => this.tick(run.id, box.checked));
    const pin = el('button', { type: 'button', class: 'pin', 'aria-pressed': String(run.is_baseline), 'aria-label': `${run.name} as the base of comparisons`, title: 'Base of comparisons', 'data-pin': run.id, onclick: () => this.pin(run) }, run.is_baseline ? '★ pinned' : '☆ pin');
    const mark = run.is_good === null ? '' : run.is_good ? '✓ ' : '✕ ';
    const link = el('a', { href: `#/run/${encodeURIComponent(run.id)}/statistics`, 'data-run': run.id }, run.name);
    const isShown = run.id === store.shown?.run.id;
    const name = el('th', { scope: 'row', title: `${run.name}: ${run.target}` }, el('span', { class: run.is_good === false ? 'ill' : 'well', 'aria-label': mark ? (run.is_good ? 'good' : 'bad') : '' }, mark), link, isShown ? el('span', { class: 'quiet' }, ' shown') : null);
    return el('tr', { class: isShown ? 'shown' : '' }, name, el('td', {}, box),
      ...COLUMNS.map(([key, , write]) => el('td', { class: TEXTS.includes(key) ? 'text' : '', title: TEXTS.includes(key) ? write(run) : undefined }, write(run))), el('td', {}, pin));
  }

  /**
   * @param {string} id
   * @param {boolean} isOn
   */
  tick(id, isOn) {
    this.picked = isOn ? [...this.picked, id].slice(-2) : this.picked.filter((other) => other !== id);
    this.compare.disabled = this.picked.length !== 2;
    for (const box of this.body.querySelectorAll('[data-pick]')) box.checked = this.picked.includes(box.dataset.pick);
  }

  /** @param {any} run */
  async pin(run) {
    try {
      await put('/baseline', { run: run.is_baseline ? null : run.id });
    } catch (error) {
      notice(reason(error));
    }
    await this.load();
    this.body.querySelector(`[data-pin="${CSS.escape(run.id)}"]`)?.focus();
  }

  async compareThem() {
    const byAge = this.picked.map((id) => this.runs.find((run) => run.id === id)).sort((a, b) => (a.started < b.started ? -1 : 1));
    const [base, other] = byAge[1]?.is_baseline ? [byAge[1], byAge[0]] : byAge;
    try {
      const told = await get(`/compare?base=${encodeURIComponent(base.id)}&new=${encodeURIComponent(other.id)}`);
      this.drawComparison(told, base, other);
    } catch (error) {
      this.result.replaceChildren(el('h2', {}, `${other.name} against ${base.name}`), el('p', { class: 'empty' }, reason(error)));
    }
    this.result.scrollIntoView({ block: 'start' });
  }

  /**
   * @param {any} told
   * @param {any} base
   * @param {any} other
   */
  drawComparison(told, base, other) {
    const heading = told.headline.charAt(0).toUpperCase() + told.headline.slice(1);
    const ends = told.rows.flatMap((/** @type {any} */ row) => row.changes.flatMap((/** @type {any} */ one) => (one.interval ?? []).map(Math.abs)));
    const reach = REACHES.find((one) => one >= Math.max(...ends, 0)) ?? 1;
    const columns = [['', ''], ['base', ''], ['new', ''], ['change', ''], [`±${Math.round(reach * 100)} %`, 'bar'], ['95 % interval', 'range'], ['', '']];
    const head = el('tr', {}, ...columns.map(([name, kind]) => el('th', { scope: 'col', class: kind }, name)));
    const change = (/** @type {any} */ one) => {
      const [kind, sign] = WORDS[one.verdict] ?? ['untold', '?'];
      return el('tr', { class: kind }, el('th', { scope: 'row' }, one.metric), el('td', {}, one.base), el('td', {}, one.new), el('td', { class: 'by' }, one.change),
        el('td', { class: 'bar' }, intervalBar(one, reach)), el('td', { class: 'range' }, one.interval_text ?? '–'),
        el('td', { class: 'word' }, el('span', { class: 'told', 'aria-hidden': 'true' }, sign), el('span', { class: 'words' }, one.verdict)));
    };
    const rows = told.rows.map((/** @type {any} */ row) => el('tbody', {}, el('tr', { class: 'name' }, el('th', { colspan: columns.length, scope: 'rowgroup' }, `${row.kind} ${row.name}`)), ...row.changes.map(change)));
    const [mood, sign] = MOODS[told.verdict] ?? MOODS['cannot be told'];
    const warnings = told.warnings.map((/** @type {string} */ text) => el('li', { class: 'doubtful' }, el('span', { class: 'sign', 'aria-hidden': 'true' }, '!'), el('b', {}, 'Warning'), el('div', {}, text)));
    this.result.replaceChildren(el('h2', {}, `${other.name} against ${base.name}`),
      el('div', { class: 'verdicts' }, el('div', { class: `headline ${mood}` }, el('span', { class: 'sign', 'aria-hidden': 'true' }, sign), el('p', { class: 'title', id: 'comparison-verdict' }, heading)), el('ul', { class: 'lines' }, ...warnings)),
      el('p', { class: 'hint' }, 'At full load; times in ms. Bars are 95 % intervals of the change, each for itself alone.'),
      el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'changes' }, el('thead', {}, head), ...rows)));
  }
}
