// @ts-check
// Log: events and warnings of the run.

import { get, ofRun } from './api.js';
import { el } from './dom.js';
import { moment } from './format.js';
import { store } from './store.js';

export class LogView {
  constructor() {
    this.seen = '';
    this.list = el('tbody', {});
    this.host = el('section', { id: 'log' }, el('div', { class: 'scroll' }, el('table', { class: 'facts' }, this.list)));
  }

  show() {
    this.seen = '';
    this.update();
  }

  update() {
    const shown = store.shown;
    const seen = `${shown?.run.id} ${shown?.log_lines}`;
    if (!shown || seen === this.seen) return;
    this.seen = seen;
    void this.load(shown.run.id);
  }

  /** @param {string} run */
  async load(run) {
    const { lines } = await get(ofRun(run, '/log'));
    this.list.replaceChildren(...lines.map((/** @type {any} */ line) => el('tr', { class: line.kind === 'warning' ? 'differs' : '' },
      el('th', { scope: 'row', title: moment(line.time) }, `${line.at_s.toFixed(1)} s`), el('td', {}, line.kind === 'warning' ? '! ' : '', line.text))));
  }
}
