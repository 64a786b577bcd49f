// @ts-check
// Log: events and warnings of the run.

import { look, ofRun } from './api.js';
import { Asking } from './asking.js';
import { el } from './dom.js';
import { moment } from './format.js';
import { store } from './store.js';

/**
 * What the lines depend on.
 * @param {import('./api.js').Snapshot} shown
 */
const stateOf = ({ run, log_lines }) => `${run.id} ${log_lines}`;

export class LogView {
  constructor() {
    this.seen = '';
    this.asking = new Asking(() => this.load());
    this.list = el('tbody', {});
    const box = el('input', { type: 'checkbox', id: 'only-warnings' });
    box.addEventListener('change', () => this.list.classList.toggle('only-warnings', box.checked));
    this.none = el('p', { class: 'empty' }, 'Nothing has happened yet.');
    this.table = el('div', { class: 'scroll' }, el('table', { class: 'facts log' }, this.list));
    this.host = el('section', { id: 'log' }, el('div', { class: 'tools' }, el('label', {}, box, 'warnings only')), this.none, this.table);
  }

  show() {
    this.seen = '';
    this.update();
  }

  update() {
    const shown = store.shown;
    if (shown && stateOf(shown) !== this.seen) this.asking.want();
  }

  async load() {
    const shown = store.shown;
    if (!shown) return;
    const [run, seen] = [shown.run.id, stateOf(shown)];
    const answer = await look(ofRun(run, '/log'));
    if (!answer || store.shown?.run.id !== run) return;
    this.seen = seen;
    this.none.hidden = answer.lines.length > 0;
    this.table.hidden = answer.lines.length === 0;
    this.list.replaceChildren(...answer.lines.map((/** @type {any} */ line) => el('tr', { class: line.kind === 'warning' ? 'differs' : 'event' },
      el('th', { scope: 'row', title: moment(line.time) }, `${line.at_s.toFixed(1)} s`), el('td', {}, line.kind === 'warning' ? '! ' : '', line.text))));
  }
}
