// @ts-check
// Downloads: every format of the command line, of the run that is shown.

import { ofRun } from './api.js';
import { el } from './dom.js';
import { store } from './store.js';

/** @type {[string, string, string][]} */
const FORMATS = [
  ['html', 'Report', 'One HTML page with charts and exchanges, which needs no network'],
  ['json', 'JSON', 'All numbers, for perfloop compare and merge'],
  ['junit', 'JUnit', 'The checks as test cases, for CI'],
  ['stats.csv', 'Statistics', "CSV with Locust's columns"],
  ['history.csv', 'History', 'CSV over time'],
  ['failures.csv', 'Failures', 'CSV of failed requests'],
  ['exceptions.csv', 'Exceptions', 'CSV of what no request is to blame for'],
  ['hlog', 'Histograms', 'Interval log of HdrHistogram'],
];

export class Downloads {
  constructor() {
    this.run = '';
    this.host = el('section', { id: 'downloads' });
  }

  show() {
    this.run = '';
    this.update();
  }

  update() {
    const run = store.shown?.run.id;
    if (!run || run === this.run) return;
    this.run = run;
    const rows = FORMATS.map(([format, title, text]) => el('tr', {},
      el('th', { scope: 'row' }, el('a', { href: `/api/v1${ofRun(run, `/report/${format}`)}`, download: true, 'data-format': format }, title)), el('td', {}, text)));
    this.host.replaceChildren(el('p', { class: 'hint' }, 'Of a run that goes on, a report tells what has happened until now.'), el('div', { class: 'scroll' }, el('table', { class: 'facts' }, el('tbody', {}, ...rows))));
  }
}
