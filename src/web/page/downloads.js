// @ts-check
// Downloads: every format of the command line, of the run that is shown or any other.

import { look, ofRun } from './api.js';
import { el } from './dom.js';
import { store } from './store.js';

/** @type {[string, string, string][]} */
const FORMATS = [
  ['html', 'Report', 'One HTML page with charts and exchanges, which needs no network'],
  ['json', 'JSON', 'All numbers, for perfloop compare and merge'],
  ['junit', 'JUnit', 'The checks as test cases, for CI'],
  ['markdown', 'Markdown', 'Outcome, checks, gates and failures, for a summary or a comment'],
  ['stats.csv', 'Statistics', "CSV with Locust's columns"],
  ['history.csv', 'History', 'CSV over time'],
  ['failures.csv', 'Failures', 'CSV of failed requests'],
  ['exceptions.csv', 'Exceptions', 'CSV of what no request is to blame for'],
  ['hlog', 'Histograms', 'Interval log of HdrHistogram'],
];

export class Downloads {
  constructor() {
    this.seen = '';
    this.runs = el('select', { id: 'download-run' });
    this.runs.addEventListener('change', () => this.draw());
    this.hint = el('p', { class: 'hint' });
    this.list = el('tbody', {});
    this.host = el('section', { id: 'downloads' }, el('div', { class: 'tools' }, el('label', {}, 'Of', this.runs)), this.hint,
      el('div', { class: 'scroll' }, el('table', { class: 'facts' }, this.list)));
  }

  show() {
    this.seen = '';
    this.update();
  }

  update() {
    const run = store.shown?.run;
    const seen = `${run?.id} ${run?.state === 'stopped'}`;
    if (!run || seen === this.seen) return;
    this.seen = seen;
    this.runs.replaceChildren(el('option', { value: run.id }, `run ${run.id}`));
    this.draw();
    void this.listRuns(run.id);
  }

  /** @param {string} shown */
  async listRuns(shown) {
    const answer = await look('/runs');
    if (!answer) return;
    this.runs.replaceChildren(...answer.runs.map((/** @type {any} */ run) => el('option', { value: run.id }, `${run.name}: ${run.plan}`)));
    this.runs.value = shown;
    this.draw();
  }

  draw() {
    const run = this.runs.value;
    const goesOn = store.live !== null && store.live.run.id === run && store.live.run.state !== 'stopped';
    this.hint.textContent = goesOn ? 'This run goes on: a report tells what has happened until now.' : 'Each is what the command line writes, too.';
    this.list.replaceChildren(...FORMATS.map(([format, title, text]) => el('tr', {},
      el('th', { scope: 'row' }, el('a', { href: `/api/v1${ofRun(run, `/report/${format}`)}`, download: true, 'data-format': format }, title)), el('td', {}, text))));
  }
}
