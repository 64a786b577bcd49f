// @ts-check
// Failures in groups, with what was recorded of them.

import { get, look, ofRun, reason } from './api.js';
import { Asking } from './asking.js';
import { el, say } from './dom.js';
import { exchangeList } from './exchange.js';
import { count, percent } from './format.js';
import { store } from './store.js';

const ASK_MS = 2000;

/**
 * What the groups depend on.
 * @param {import('./api.js').Snapshot} shown
 */
const stateOf = ({ run, failures }) => `${run.id} ${failures.count}`;

export class Failures {
  constructor() {
    this.asking = new Asking(() => this.load(), ASK_MS);
    this.seen = '';
    this.filter = '';
    /** @type {Map<string, any>} */
    this.groups = new Map();
    const filter = el('input', { id: 'failure-filter', type: 'search', placeholder: 'filter by check, message or request', 'aria-label': 'Filter failures' });
    filter.addEventListener('input', () => { this.filter = filter.value.toLowerCase(); this.hide(); });
    this.told = el('span', { id: 'failures-told' });
    this.list = el('div', { id: 'failure-groups' });
    this.none = el('p', { class: 'empty' });
    this.tools = el('div', { class: 'tools' }, filter, this.told);
    this.host = el('section', {}, this.tools, this.none, this.list);
  }

  show() {
    this.seen = '';
    this.asking.wantNow();
  }

  update() {
    const shown = store.shown;
    if (shown && stateOf(shown) !== this.seen) this.asking.want();
  }

  async load() {
    const shown = store.shown;
    if (!shown) return;
    const [run, seen] = [shown.run.id, stateOf(shown)];
    const answer = await look(ofRun(run, '/failures'));
    if (!answer || store.shown?.run.id !== run) return;
    this.seen = seen;
    const groups = [...answer.groups].sort((a, b) => b.count - a.count);
    this.tools.hidden = groups.length === 0;
    groups.forEach((group, place) => {
      const known = this.groups.get(group.id) ?? this.make(run, group);
      say(known.count, count(group.count));
      say(known.message, group.message);
      const when = group.count === 1 ? `at ${group.first_s.toFixed(1)} s` : `from ${group.first_s.toFixed(1)} s to ${group.last_s.toFixed(1)} s`;
      const requests = group.requests.filter((/** @type {any} */ one) => one.name !== null).map((/** @type {any} */ one) => `${one.name} ${count(one.count)}`);
      say(known.when, [`${percent(group.share)} % of all that did not pass`, when, requests.join(', ')].filter(Boolean).join(' · '));
      known.share.style.width = `${Math.max(0.5, group.share * 100)}%`;
      known.text = `${group.outcome} ${group.check} ${group.message} ${requests.join(' ')}`.toLowerCase();
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
      share: el('i', {}), text: '', details: el('details', { class: 'group', 'data-group-id': group.id }),
    };
    const inside = el('div', { class: 'examples' });
    const what = el('span', { class: 'what' }, el('b', {}, group.outcome), ` in ${group.check}`, known.message, known.when, el('span', { class: 'of-all', 'aria-hidden': 'true' }, known.share));
    known.details.append(el('summary', {}, known.count, what), ...(group.detail ? [el('pre', { class: 'detail' }, group.detail)] : []), inside);
    known.details.addEventListener('toggle', async () => {
      if (!known.details.open) return;
      if (inside.childElementCount === 0) inside.replaceChildren(el('p', { class: 'quiet' }, 'Loading …'));
      try {
        const { exchanges } = await get(ofRun(run, `/failures/${encodeURIComponent(group.id)}`));
        inside.replaceChildren(...exchangeList(exchanges));
      } catch (error) {
        inside.replaceChildren(el('p', { class: 'error' }, reason(error)));
      }
    });
    this.groups.set(group.id, known);
    return known;
  }

  hide() {
    let left = 0;
    for (const { details, text } of this.groups.values()) {
      details.hidden = this.filter !== '' && !text.includes(this.filter);
      if (!details.hidden) left += 1;
    }
    const all = this.groups.size;
    const none = store.goesOn ? 'None until now.' : (store.shown?.totals.pass ?? 0) > 0 ? 'None: every check that ended has passed.' : 'None: no check ended.';
    say(this.none, all === 0 ? none : `Of ${count(all)} groups none holds this text.`);
    this.none.hidden = left > 0;
    say(this.told, all === 0 ? '' : left === all ? `${count(all)} ${all === 1 ? 'group' : 'groups'}, the largest first` : `${count(left)} of ${count(all)} groups`);
  }
}
