// @ts-check
// Shares of the checks: as planned, and as they happened.

import { look, ofRun } from './api.js';
import { Asking } from './asking.js';
import { el } from './dom.js';
import { count, percent } from './format.js';
import { store } from './store.js';

const ASK_MS = 2000;

export class Ratio {
  constructor() {
    this.asking = new Asking(() => this.load(), ASK_MS);
    this.host = el('section', { id: 'ratios' });
  }

  show() {
    this.asking.wantNow();
  }

  update() {
    this.asking.want();
  }

  async load() {
    const run = store.shown?.run.id;
    if (!run) return;
    const answer = await look(ofRun(run, '/ratio'));
    if (!answer || store.shown?.run.id !== run) return;
    const { classes } = answer;
    const bar = (/** @type {number | null} */ share, /** @type {string} */ kind) => {
      const made = el('span', { class: `share ${kind}` });
      made.style.width = `${Math.max(0.5, (share ?? 0) * 100)}%`;
      return made;
    };
    const row = (/** @type {any} */ one, /** @type {boolean} */ isClass) => el('tr', { class: isClass ? 'class' : '' },
      el('th', { scope: 'row', title: one.name ?? '' }, one.name ?? 'checks without a class'),
      el('td', {}, one.planned > 0 ? `${percent(one.planned)} %` : '–'), el('td', {}, one.happened === null ? '–' : `${percent(one.happened)} %`),
      el('td', {}, one.count === undefined ? '' : count(one.count)), el('td', { class: 'shares' }, bar(one.planned, 'planned'), bar(one.happened, 'happened')));
    const head = el('tr', {}, ...['check', 'planned', 'happened', 'ended', ''].map((name) => el('th', { scope: 'col' }, name)));
    const rows = classes.flatMap((/** @type {any} */ one) => [row(one, true), ...one.checks.map((/** @type {any} */ check) => row(check, false))]);
    this.host.replaceChildren(el('p', { class: 'hint' }, 'Shares of all runs of checks: the upper bar as planned by the weights, the lower one as it happened.'),
      el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'ratio' }, el('thead', {}, head), el('tbody', {}, ...rows))));
  }
}
