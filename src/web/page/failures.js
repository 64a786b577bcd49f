// @ts-check
// Failures in groups, with what was recorded of them.

import { get, ofRun } from './api.js';
import { el, say } from './dom.js';
import { exchangeList } from './exchange.js';
import { count, percent } from './format.js';
import { store } from './store.js';

const ASK_MS = 2000;

export class Failures {
  constructor() {
    this.asked = 0;
    this.seen = '';
    this.filter = '';
    /** @type {Map<string, any>} */
    this.groups = new Map();
    const filter = el('input', { type: 'search', placeholder: 'filter by check or message', 'aria-label': 'Filter failures' });
    filter.addEventListener('input', () => { this.filter = filter.value.toLowerCase(); this.hide(); });
    this.list = el('div', { id: 'failure-groups' });
    this.none = el('p', { class: 'empty' }, 'None: every check that ended has passed.');
    this.host = el('section', {}, el('div', { class: 'tools' }, filter), this.none, this.list);
  }

  show() {
    this.asked = 0;
    this.seen = '';
    this.update();
  }

  update() {
    const shown = store.shown;
    if (!shown) return;
    const seen = `${shown.run.id} ${shown.failures.count}`;
    if (seen === this.seen || Date.now() - this.asked < ASK_MS) return;
    this.asked = Date.now();
    void this.load(shown.run.id, seen);
  }

  /**
   * @param {string} run
   * @param {string} seen
   */
  async load(run, seen) {
    const { groups } = await get(ofRun(run, '/failures'));
    this.seen = seen;
    this.none.hidden = groups.length > 0;
    groups.forEach((/** @type {any} */ group, /** @type {number} */ place) => {
      const known = this.groups.get(group.id) ?? this.make(run, group);
      say(known.count, count(group.count));
      say(known.message, group.message);
      const when = group.count === 1 ? `at ${group.first_s.toFixed(1)} s` : `from ${group.first_s.toFixed(1)} to ${group.last_s.toFixed(1)} s`;
      const requests = group.requests.filter((/** @type {any} */ one) => one.name !== null).map((/** @type {any} */ one) => `${one.name} ${count(one.count)}`);
      say(known.when, `${percent(group.share)} % of all · ${when}${requests.length ? ` · ${requests.join(', ')}` : ''}`);
      if (this.list.children[place] !== known.details) this.list.insertBefore(known.details, this.list.children[place] ?? null);
    });
    this.hide();
  }

  /**
   * @param {string} run
   * @param {any} group
   */
  make(run, group) {
    const known = {
      count: el('span', { class: 'count' }), message: el('span', { class: 'message' }), when: el('span', { class: 'quiet' }),
      text: `${group.check} ${group.message}`.toLowerCase(), details: el('details', { class: 'group', 'data-group-id': group.id }),
    };
    const inside = el('div', { class: 'examples' });
    known.details.append(el('summary', {}, known.count, el('span', { class: 'what' }, el('b', {}, group.outcome), ` in ${group.check}`, known.message, known.when)),
      ...(group.detail ? [el('p', { class: 'detail' }, group.detail)] : []), inside);
    known.details.addEventListener('toggle', async () => {
      if (!known.details.open) return;
      const { exchanges } = await get(ofRun(run, `/failures/${encodeURIComponent(group.id)}`));
      inside.replaceChildren(...exchangeList(exchanges));
    });
    this.groups.set(group.id, known);
    return known;
  }

  hide() {
    for (const { details, text } of this.groups.values()) details.hidden = this.filter !== '' && !text.includes(this.filter);
  }
}
