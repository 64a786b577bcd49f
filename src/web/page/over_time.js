// @ts-check
// Charts: the run over time, and its times by percentile.

import { get, look, ofRun, reason } from './api.js';
import { Asking } from './asking.js';
import { Chart, Group, followSize } from './charts.js';
import { el, figure, notice } from './dom.js';
import { exchangeList } from './exchange.js';
import { count, moment as wallTime, span } from './format.js';
import { Series } from './series.js';
import { store } from './store.js';

const ASK_MS = 2000;
/** The distribution is read less often: it copies all that was counted. */
const DISTRIBUTION_MS = 10000;
const NO_STAMPS = 'No answer carried a stamp of its arrival, so it is not known.';
const OF_ALL = 'Known of the run as a whole alone: show all to see it.';

/** Charts: id, title, unit, what it says without data. @type {Record<string, [string, string, string, string]>} */
const CHARTS = {
  rates: ['rates', 'Answers and failures', 'per second', 'Nothing was answered yet.'],
  times: ['times', 'Response times', 'ms', 'No request was answered yet.'],
  users: ['users-chart', 'Users and requests in flight', 'count', 'There were no users yet.'],
  delays: ['delays', "Client delay: the tester's own", 'ms', NO_STAMPS],
  distribution: ['distribution', 'Times by percentile', 'ms', 'There are no times yet.'],
};

/** What a reader chose stays when another run is shown. */
const kept = { isLog: false, switched: /** @type {Record<string, Map<string, boolean>>} */ ({}) };

/** Lines of the distribution. @type {['tpr' | 'response' | 'delay', string, string, object][]} */
const BY_PERCENTILE = [['tpr', 'TPR of passes', '--two', { thin: true }], ['response', 'response time', '--one', {}], ['delay', 'client delay', '--four', {}]];

export class OverTime {
  constructor() {
    this.group = new Group();
    this.percentiles = new Group();
    this.of = 'all';
    this.log = el('input', { type: 'checkbox', id: 'log-scale' });
    this.log.checked = kept.isLog;
    /** @type {Record<string, HTMLElement>} */
    this.figures = {};
    /** @type {Record<string, Chart>} */
    this.charts = {};
    for (const name of Object.keys(CHARTS)) this.make(name);
    this.rows = el('select', { id: 'row' });
    this.rows.addEventListener('change', () => { this.of = this.rows.value; this.load(); void this.lay(); });
    this.overlays = el('select', { id: 'overlay' }, el('option', { value: '' }, 'no other run'));
    this.overlays.addEventListener('change', () => this.lay());
    this.log.addEventListener('change', () => { kept.isLog = this.log.checked; this.charts.times.isLog = this.log.checked; this.charts.times.later(); });
    this.charts.times.isLog = kept.isLog;
    this.moment = el('section', { id: 'moment', 'aria-live': 'polite', hidden: true });
    /** @type {Series | null} */
    this.series = null;
    /** @type {Series | null} */
    this.over = null;
    this.overName = '';
    this.asking = new Asking(() => this.ask(), ASK_MS);
    this.reading = new Asking(() => this.readDistribution(), DISTRIBUTION_MS);
    /** Lines of the log when marks were asked for. @type {number} */
    this.lines = 0;
    /** The run was over when all was asked for. */
    this.isOver = false;
    /** @type {any} */
    this.distribution = null;
    /** @type {any} */
    this.overDistribution = null;
    const tools = el('div', { class: 'tools' }, el('label', {}, 'Show', this.rows), el('label', {}, 'Lay over', this.overlays));
    const hint = el('p', { class: 'hint' }, 'Click on a moment for its failures. Drag to zoom; double click for the whole run. Names switch lines on and off.');
    const { rates, times, users, delays, distribution } = this.figures;
    this.host = el('section', {}, tools, hint, el('div', { class: 'charts' }, rates, times, users, delays), this.moment, el('div', { class: 'charts wide' }, distribution));
    followSize([this.group, this.percentiles]);
  }

  /** @param {string} name */
  make(name) {
    const [id, title, unit, none] = CHARTS[name];
    const isByPercentile = name === 'distribution';
    const png = el('button', { type: 'button', class: 'quiet-button', title: `Save "${title}" as PNG`, 'data-png': id, onclick: () => this.save(name) }, 'PNG');
    const more = name === 'times' ? [el('label', { class: 'log' }, this.log, 'log scale')] : [];
    const made = figure(id, title, unit, el('span', { class: 'figure-tools' }, ...more, png));
    const pick = isByPercentile ? undefined : (/** @type {number} */ from, /** @type {number} */ to) => void this.pick(from, to);
    const chart = new Chart(made.host, made.legend, isByPercentile ? this.percentiles : this.group, { label: `${title}, ${unit}`, none, percentiles: isByPercentile, pick });
    chart.switched = kept.switched[name] ??= new Map();
    this.figures[name] = made.figure;
    this.charts[name] = chart;
  }

  /** @param {string} name */
  async save(name) {
    const run = store.shown?.run;
    if (!run) return;
    const [id, title, unit] = CHARTS[name];
    const of = this.of === 'all' || name === 'distribution' ? '' : ` of ${this.of.replace(':', ' ')}`;
    const file = await this.charts[name].png(`${title}${of}, ${unit}`, `${run.target} · ${run.plan} · ${wallTime(run.started)}`);
    if (!file) return;
    const link = el('a', { href: URL.createObjectURL(file), download: `perfloop_${run.id.replace(/[^\w-]+/g, '_')}_${id}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  show() {
    const row = sessionStorage.getItem('perfloop.row');
    sessionStorage.removeItem('perfloop.row');
    if (row) this.of = row;
    this.load();
    void this.listRuns();
  }

  async listRuns() {
    const answer = await look('/runs');
    if (!answer) return;
    const others = answer.runs.filter((/** @type {any} */ run) => run.id !== store.shown?.run.id);
    const chosen = this.overlays.value;
    const options = others.map((/** @type {any} */ run) => el('option', { value: run.id, 'data-name': run.name }, `${run.is_baseline ? '★ ' : ''}${run.name}: ${run.plan}`));
    this.overlays.replaceChildren(el('option', { value: '' }, others.length > 0 ? 'no other run' : 'there is no other run'), ...options);
    this.overlays.value = others.some((/** @type {any} */ run) => run.id === chosen) ? chosen : '';
  }

  /** Lays another run over this one, by the same row. */
  async lay() {
    const id = this.overlays.value;
    const over = id ? new Series(id, this.of) : null;
    const [, distribution] = await Promise.all([over?.fetch(), id ? look(ofRun(id, '/distribution')) : null]);
    if (this.overlays.value !== id) return;
    this.over = over;
    this.overName = this.overlays.selectedOptions[0]?.dataset.name ?? '';
    this.overDistribution = distribution;
    if (over && !over.points) notice(`${this.overName} has nothing of ${this.of.replace(':', ' ')}.`);
    this.draw();
    this.drawDistribution();
  }

  load() {
    const run = store.shown?.run.id;
    if (!run) return;
    this.series = new Series(run, this.of);
    this.asking.wantNow();
    this.reading.wantNow();
  }

  async ask() {
    const { series } = this;
    if (!series) return;
    const [isOver, lines] = [!store.goesOn, store.shown?.log_lines ?? 0];
    await series.fetch();
    if (this.series !== series) return;
    [this.isOver, this.lines] = [isOver, lines];
    this.listRows();
    this.draw();
  }

  async readDistribution() {
    const run = store.shown?.run.id;
    if (!run) return;
    const distribution = await look(ofRun(run, '/distribution'));
    if (!distribution || store.shown?.run.id !== run) return;
    this.distribution = distribution;
    this.drawDistribution();
  }

  drawDistribution() {
    const [own, other] = [this.distribution, this.overDistribution];
    if (!own) return;
    const lines = BY_PERCENTILE.flatMap(([key, name, ink, more]) => [
      { name, ink, points: own[key], ...more },
      ...(other ? [{ name, ink, points: other[key], other: this.overName }] : []),
    ]);
    this.charts.distribution.set(lines, 0);
  }

  listRows() {
    const rows = store.shown?.rows.filter((row) => !row.kind.startsWith('all')) ?? [];
    const ids = ['all', ...rows.map((row) => `${row.kind}:${row.name}`)];
    if ([...this.rows.options].map((option) => /** @type {any} */ (option).value).join('\n') !== ids.join('\n')) {
      this.rows.replaceChildren(el('option', { value: 'all' }, 'all'), ...rows.map((row) => el('option', { value: `${row.kind}:${row.name}` }, `${row.kind} ${row.name}`)));
    }
    const wanted = ids.includes(this.of) ? this.of : 'all';
    if (this.rows.value !== wanted) this.rows.value = wanted;
  }

  update() {
    const shown = store.shown;
    if (!shown) return;
    const { series } = this;
    if (series?.run !== shown.run.id) return this.load();
    this.listRows();
    if (this.isOver) return;
    const isAdded = this.of === 'all' && series.add(shown.points);
    if (isAdded) this.draw();
    // Whatever marks the charts stands in the log, too.
    if (!isAdded || shown.log_lines !== this.lines || !store.goesOn) this.asking.want();
    if (store.goesOn) this.reading.want(); else this.reading.wantNow();
  }

  draw() {
    const { series, over, charts } = this;
    if (!series) return;
    const marks = series.marks.map(({ at_s, text }) => ({ at: at_s, text }));
    /** @param {string} name @param {string} ink @param {any} column @param {object} [more] */
    const line = (name, ink, column, more = {}) => [
      { name, ink, points: series.line(column), ...more },
      ...(over ? [{ ...more, name, ink, points: over.line(column), bars: false, other: this.overName }] : []),
    ];
    const width = series.width;
    charts.users.options.none = this.of === 'all' ? CHARTS.users[3] : OF_ALL;
    charts.delays.options.none = this.of === 'all' ? NO_STAMPS : OF_ALL;
    charts.rates.set([...line('answers', '--one', 'rps'), ...line('not passed', '--alarm', 'failures_per_s', { bars: true })], width, marks);
    charts.times.set([
      // It flattens the others.
      ...line('max', '--four', 'max_ms', { thin: true, off: true }),
      ...line('p99', '--three', 'p99_ms'),
      ...line('p95', '--two', 'p95_ms'),
      ...line('p50', '--one', 'p50_ms'),
    ], width, marks);
    charts.users.set([...line('users', '--four', 'users'), ...line('in flight', '--one', 'in_flight')], width, marks);
    charts.delays.set([...line('p99', '--three', 'delay_p99_ms'), ...line('p50', '--one', 'delay_p50_ms')], width, marks);
  }

  /**
   * Shows the failures of a moment, with their exchanges.
   * @param {number} from
   * @param {number} to
   */
  async pick(from, to) {
    const run = store.shown?.run.id;
    if (!run) return;
    let moment;
    try {
      moment = await get(ofRun(run, `/moment?from_s=${from}&to_s=${to}`));
    } catch (error) {
      return notice(reason(error));
    }
    this.group.mark([from, to]);
    const total = moment.failures.reduce((/** @type {number} */ sum, /** @type {any} */ group) => sum + group.count, 0);
    const title = `From ${span(from)} to ${span(to)}: ${total === 0 ? 'no failures' : `${count(total)} ${total === 1 ? 'failure' : 'failures'}`}`;
    const close = el('button', { type: 'button', id: 'moment-close', onclick: () => { this.moment.hidden = true; this.group.mark(null); } }, 'Close');
    const none = moment.is_known ? 'Nothing failed then.' : 'What failed then was not kept: only the worst seconds are.';
    const groups = moment.failures.map((/** @type {any} */ group) => el('details', { class: 'group', open: true },
      el('summary', {}, el('span', { class: 'count' }, count(group.count)), el('span', { class: 'what' }, el('b', {}, group.outcome), ` in ${group.check}`, el('span', { class: 'message' }, group.message))),
      ...exchangeList(group.exchanges)));
    this.moment.replaceChildren(el('div', { class: 'row' }, el('h2', {}, title), close), ...(groups.length > 0 ? groups : [el('p', { class: 'empty' }, none)]));
    this.moment.hidden = false;
    this.moment.scrollIntoView({ block: 'nearest' });
  }
}
