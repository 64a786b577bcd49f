// @ts-check
// Charts: the run over time, and its times by percentile.

import { get, ofRun } from './api.js';
import { Chart, Group, followPaper } from './charts.js';
import { el, figure } from './dom.js';
import { exchangeList } from './exchange.js';
import { Series } from './series.js';
import { store } from './store.js';

const ASK_MS = 2000;
/** The distribution is read less often: it copies all that was counted. */
const DISTRIBUTION_MS = 10000;

export class OverTime {
  constructor() {
    this.group = new Group();
    this.percentiles = new Group();
    const pick = (/** @type {number} */ from, /** @type {number} */ to) => this.pick(from, to);
    this.of = 'all';
    this.log = el('input', { type: 'checkbox', id: 'log-scale' });
    const places = {
      rates: figure('rates', 'Answers and failures', 'per second'),
      times: figure('times', 'Response times', 'ms'),
      users: figure('users-chart', 'Users and requests in flight', 'count'),
      delays: figure('delays', "Client delay: the tester's own", 'ms'),
      distribution: figure('distribution', 'Times by percentile', 'ms'),
    };
    const chart = (/** @type {keyof typeof places} */ name, /** @type {string} */ label, /** @type {string} */ none) => {
      const { host, legend } = places[name];
      const isByPercentile = name === 'distribution';
      return new Chart(host, legend, isByPercentile ? this.percentiles : this.group, { label, none, percentiles: isByPercentile, pick: isByPercentile ? undefined : pick });
    };
    this.charts = {
      rates: chart('rates', 'Answers and failures per second', 'Nothing was answered yet.'),
      times: chart('times', 'Response times in milliseconds', 'No request was answered yet.'),
      users: chart('users', 'Users and requests in flight', 'Not known of one row.'),
      delays: chart('delays', 'Client delay in milliseconds', 'No answer carried a stamp of its arrival, so it is not known.'),
      distribution: chart('distribution', 'Times by percentile', 'There are no times yet.'),
    };
    this.rows = el('select', { id: 'row', 'aria-label': 'What the charts show' });
    this.rows.addEventListener('change', () => { this.of = this.rows.value; void this.load(); });
    this.overlays = el('select', { id: 'overlay', 'aria-label': 'Run that is laid over' }, el('option', { value: '' }, 'no other run'));
    this.overlays.addEventListener('change', () => this.lay());
    this.log.addEventListener('change', () => { this.charts.times.isLog = this.log.checked; this.charts.times.later(); });
    this.moment = el('section', { id: 'moment', hidden: true });
    /** @type {Series | null} */
    this.series = null;
    /** @type {Series | null} */
    this.over = null;
    this.asked = 0;
    /** Lines of the log when marks were asked for. @type {number} */
    this.lines = 0;
    /** The run was over at the last look. */
    this.isOver = false;
    this.readAt = 0;
    /** @type {any} */
    this.distribution = null;
    const tools = el('div', { class: 'tools' }, el('label', {}, 'Show', this.rows), el('label', {}, 'Lay over', this.overlays), el('label', {}, this.log, 'response times by their logarithm'), this.pngButton());
    const hint = el('p', { class: 'hint' }, 'Drag to zoom, double click for the whole run, click on a moment for its failures.');
    this.host = el('section', {}, tools, hint, el('div', { class: 'charts' }, places.rates.figure, places.times.figure, places.users.figure, places.delays.figure), this.moment, el('div', { class: 'charts wide' }, places.distribution.figure));
    followPaper([this.group, this.percentiles]);
  }

  pngButton() {
    return el('button', { type: 'button', onclick: async () => {
      for (const [name, chart] of Object.entries(this.charts)) {
        const file = await chart.png();
        if (!file) continue;
        const link = el('a', { href: URL.createObjectURL(file), download: `perfloop_${name}.png` });
        link.click();
        URL.revokeObjectURL(link.href);
      }
    } }, 'Save as PNG');
  }

  show() {
    const row = sessionStorage.getItem('perfloop.row');
    sessionStorage.removeItem('perfloop.row');
    if (row) this.of = row;
    void this.load();
    void this.listRuns();
  }

  async listRuns() {
    try {
      const { runs } = await get('/runs');
      const others = runs.filter((/** @type {any} */ run) => run.id !== store.shown?.run.id);
      const chosen = this.overlays.value;
      this.overlays.replaceChildren(el('option', { value: '' }, 'no other run'), ...others.map((/** @type {any} */ run) => el('option', { value: run.id }, `${run.name}: ${run.plan}`)));
      this.overlays.value = others.some((/** @type {any} */ run) => run.id === chosen) ? chosen : '';
    } catch {
      // Without the history there is nothing to lay over.
    }
  }

  async lay() {
    this.over = this.overlays.value ? new Series(this.overlays.value, 'all') : null;
    await this.over?.fetch();
    this.draw();
  }

  async load() {
    const run = store.shown?.run.id;
    if (!run) return;
    this.series = new Series(run, this.of);
    this.asked = Date.now();
    this.readAt = 0;
    await this.series.fetch();
    this.listRows();
    this.draw();
    void this.readDistribution(run);
  }

  async readDistribution(/** @type {string} */ run) {
    if (Date.now() - this.readAt < DISTRIBUTION_MS) return;
    this.readAt = Date.now();
    try {
      this.distribution = await get(ofRun(run, '/distribution'));
    } catch {
      return;
    }
    const { response, tpr, delay } = this.distribution;
    this.charts.distribution.set([
      { name: 'TPR of passes', ink: '--two', points: tpr, thin: true },
      { name: 'response time', ink: '--one', points: response },
      { name: 'client delay', ink: '--four', points: delay },
    ], 0);
  }

  listRows() {
    const rows = store.shown?.rows.filter((row) => !row.kind.startsWith('all')) ?? [];
    const ids = ['all', ...rows.map((row) => `${row.kind}:${row.name}`)];
    if ([...this.rows.options].map((option) => /** @type {any} */ (option).value).join('\n') !== ids.join('\n')) {
      this.rows.replaceChildren(el('option', { value: 'all' }, 'all'), ...rows.map((row) => el('option', { value: `${row.kind}:${row.name}` }, `${row.kind} ${row.name}`)));
    }
    this.rows.value = ids.includes(this.of) ? this.of : 'all';
  }

  async update() {
    const shown = store.shown;
    if (!shown) return;
    if (this.series?.run !== shown.run.id) return void this.load();
    const isAll = this.of === 'all';
    if (isAll && this.series.add(shown.points)) {
      // Whatever marks the charts stands in the log, too.
      if (shown.log_lines !== this.lines && !this.series.isFetching) {
        void this.series.fetch().then(() => {
          this.lines = shown.log_lines;
          this.draw();
        });
      }
    } else if (store.goesOn && (isAll || Date.now() - this.asked > ASK_MS)) {
      this.asked = Date.now();
      await this.series.fetch();
    } else if (!store.goesOn && this.isOver !== true) {
      await this.series.fetch();
    }
    this.isOver = !store.goesOn;
    this.listRows();
    this.draw();
    if (store.goesOn) void this.readDistribution(shown.run.id);
  }

  draw() {
    const { series, over } = this;
    if (!series) return;
    const marks = series.marks.map(({ at_s, text }) => ({ at: at_s, text }));
    /** @param {string} name @param {string} ink @param {any} column @param {object} [more] */
    const line = (name, ink, column, more = {}) => [
      { name, ink, points: series.line(column), ...more },
      ...(over ? [{ ...more, name: `${name}, other run`, ink, points: over.line(column), bars: false, dashed: true }] : []),
    ];
    const width = series.width;
    this.charts.rates.set([...line('answers', '--one', 'rps'), ...line('not passed', '--alarm', 'failures_per_s', { bars: true })], width, marks);
    this.charts.times.set([
      // It flattens the others.
      ...line('max', '--four', 'max_ms', { thin: true, off: true }),
      ...line('p99', '--three', 'p99_ms'),
      ...line('p95', '--two', 'p95_ms'),
      ...line('p50', '--one', 'p50_ms'),
    ], width, marks);
    this.charts.users.set([...line('users', '--four', 'users'), ...line('in flight', '--one', 'in_flight')], width, marks);
    this.charts.delays.set([...line('p99', '--three', 'delay_p99_ms'), ...line('p50', '--one', 'delay_p50_ms')], width, marks);
  }

  /**
   * Shows the failures of a moment, with their exchanges.
   * @param {number} from
   * @param {number} to
   */
  async pick(from, to) {
    const run = store.shown?.run.id;
    if (!run) return;
    const moment = await get(ofRun(run, `/moment?from_s=${from}&to_s=${to}`));
    const title = `Failures from ${from.toFixed(0)} s to ${to.toFixed(0)} s`;
    const close = el('button', { type: 'button', onclick: () => { this.moment.hidden = true; } }, 'Close');
    const none = moment.is_known ? 'Nothing failed then.' : 'What failed then was not kept: only the worst seconds are.';
    const groups = moment.failures.map((/** @type {any} */ group) => el('details', { class: 'group', open: true },
      el('summary', {}, el('span', { class: 'count' }, String(group.count)), el('span', { class: 'what' }, el('b', {}, group.outcome), ` in ${group.check}`, el('span', { class: 'message' }, group.message))),
      ...exchangeList(group.exchanges)));
    this.moment.replaceChildren(el('div', { class: 'row' }, el('h2', {}, title), close), ...(groups.length > 0 ? groups : [el('p', { class: 'empty' }, none)]));
    this.moment.hidden = false;
    this.moment.scrollIntoView({ block: 'nearest' });
  }
}
