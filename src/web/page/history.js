// @ts-check
// History: all runs of this process and of the folder, opened, compared, and one of them pinned.

import { get, put } from './api.js';
import { el, say } from './dom.js';
import { count, moment, percent, rate, time } from './format.js';
import { store } from './store.js';

/** @type {[string, string, (run: any) => string][]} */
const COLUMNS = [
  ['started', 'started', (run) => moment(run.started)],
  ['plan', 'plan', (run) => run.plan],
  ['rps', 'rps', (run) => rate(run.rps)],
  ['fail_ratio', 'failed %', (run) => percent(run.fail_ratio)],
  ['p50_ms', 'p50', (run) => time(run.p50_ms)],
  ['p95_ms', 'p95', (run) => time(run.p95_ms)],
  ['p99_ms', 'p99', (run) => time(run.p99_ms)],
  ['pass', 'passed', (run) => count(run.pass)],
];
/** Sign of a verdict on a change. @type {Record<string, [string, string]>} */
const WORDS = { worse: ['worse', '✕'], better: ['better', '✓'], 'no difference': ['same', ''], 'cannot be told': ['untold', '?'] };

export class History {
  constructor() {
    /** @type {any[]} */
    this.runs = [];
    /** @type {string[]} */
    this.picked = [];
    this.sort = 'started';
    this.isDown = true;
    this.seen = '';
    this.compare = el('button', { type: 'button', id: 'compare', disabled: true, onclick: () => this.compareThem() }, 'Compare the two');
    this.head = el('tr', {});
    this.body = el('tbody', { id: 'runs' });
    this.result = el('section', { id: 'comparison' });
    this.hint = el('span', {});
    this.host = el('section', {}, el('div', { class: 'tools' }, this.hint, this.compare),
      el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'runs' }, el('thead', {}, this.head), this.body)), this.result);
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
    say(this.hint, `${where} Tick two to compare them; the pinned one is the base.`);
    void this.load();
  }

  async load() {
    this.runs = (await get('/runs')).runs;
    this.draw();
  }

  draw() {
    const sorter = (/** @type {string} */ key, /** @type {string} */ title) => el('th', { scope: 'col', class: key === 'plan' || key === 'started' ? 'text' : '' }, el('button', { type: 'button', class: 'sort', onclick: () => {
      if (this.sort === key) this.isDown = !this.isDown; else [this.sort, this.isDown] = [key, true];
      this.draw();
    } }, title + (this.sort === key ? (this.isDown ? ' ▾' : ' ▴') : '')));
    this.head.replaceChildren(el('th', { scope: 'col' }, 'run'), el('th', {}, ''), ...COLUMNS.map(([key, title]) => sorter(key, title)), el('th', { scope: 'col' }, 'base'));
    const sign = this.isDown ? -1 : 1;
    const sorted = [...this.runs].sort((a, b) => (a[this.sort] === b[this.sort] ? 0 : (a[this.sort] ?? -1) < (b[this.sort] ?? -1) ? -sign : sign));
    this.body.replaceChildren(...sorted.map((run) => this.row(run)));
    if (this.runs.length === 0) this.body.replaceChildren(el('tr', {}, el('td', { colspan: COLUMNS.length + 3 }, 'No run yet. Press New test.')));
  }

  /** @param {any} run */
  row(run) {
    const box = el('input', { type: 'checkbox', 'aria-label': `Compare ${run.name}`, 'data-pick': run.id, disabled: run.state !== 'stopped' });
    box.checked = this.picked.includes(run.id);
    box.addEventListener('change', () => {
      this.picked = box.checked ? [...this.picked, run.id].slice(-2) : this.picked.filter((id) => id !== run.id);
      this.compare.disabled = this.picked.length !== 2;
      this.draw();
    });
    const pin = el('button', { type: 'button', 'aria-pressed': String(run.is_baseline), title: 'Base of comparisons', 'data-pin': run.id, onclick: async () => {
      await put('/baseline', { run: run.is_baseline ? null : run.id });
      await this.load();
    } }, run.is_baseline ? 'pinned' : 'pin');
    const mark = run.is_good === null ? '' : run.is_good ? '✓ ' : '✕ ';
    const link = el('a', { href: `#/run/${encodeURIComponent(run.id)}/statistics`, 'data-run': run.id }, run.name);
    return el('tr', { class: run.is_good === false ? 'bad' : '' }, el('th', { scope: 'row', title: run.target }, mark, link), el('td', {}, box),
      ...COLUMNS.map(([key, , write]) => el('td', { class: key === 'plan' || key === 'started' ? 'text' : '', title: write(run) }, write(run))), el('td', {}, pin));
  }

  async compareThem() {
    const byAge = this.picked.map((id) => this.runs.find((run) => run.id === id)).sort((a, b) => (a.started < b.started ? -1 : 1));
    const [base, other] = byAge[1]?.is_baseline ? [byAge[1], byAge[0]] : byAge;
    try {
      const told = await get(`/compare?base=${encodeURIComponent(base.id)}&new=${encodeURIComponent(other.id)}`);
      this.drawComparison(told, base, other);
    } catch (error) {
      this.result.replaceChildren(el('p', { class: 'empty' }, error instanceof Error ? error.message : String(error)));
    }
    this.result.scrollIntoView({ block: 'nearest' });
  }

  /**
   * @param {any} told
   * @param {any} base
   * @param {any} other
   */
  drawComparison(told, base, other) {
    const heading = told.headline.charAt(0).toUpperCase() + told.headline.slice(1);
    const head = el('tr', {}, ...['', 'base', 'new', 'change', '95 % interval', ''].map((name, place) => el('th', { scope: 'col', class: place === 4 ? 'range' : '' }, name)));
    const change = (/** @type {any} */ one) => {
      const [kind, sign] = WORDS[one.verdict] ?? ['untold', '?'];
      return el('tr', { class: kind }, el('th', { scope: 'row' }, one.metric), el('td', {}, one.base), el('td', {}, one.new), el('td', { class: 'by' }, one.change),
        el('td', { class: 'range' }, one.interval_text ?? '–'), el('td', { class: 'word' }, `${sign} ${one.verdict}`));
    };
    const rows = told.rows.map((/** @type {any} */ row) => el('tbody', {}, el('tr', { class: 'name' }, el('th', { colspan: 6, scope: 'rowgroup' }, `${row.kind} ${row.name}`)), ...row.changes.map(change)));
    this.result.replaceChildren(el('h2', {}, `${other.name} against ${base.name}`), el('p', { class: 'title', id: 'comparison-verdict' }, heading),
      ...told.warnings.map((/** @type {string} */ text) => el('p', { class: 'warning' }, '! ', text)),
      el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'changes' }, el('thead', {}, head), ...rows)));
  }
}
