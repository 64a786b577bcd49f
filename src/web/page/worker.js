// @ts-check
// Worker: how it stands with the master that gives its users.

import { el, say } from './dom.js';
import { count, moment } from './format.js';
import { store } from './store.js';

/** What a state means, for people. @type {Record<string, string>} */
const STATES = {
  unconnected: 'no connection; tried twice a second', introduced: 'introduced; no answer yet', ready: 'ready, without users',
  spawning: 'users come up', running: 'running', gone: 'left the master',
};
const COLUMNS = ['worker', 'state', 'users up', 'requests told', 'heartbeats answered', 'master lost'];
/** States of a worker that the master knows. */
const KNOWN = ['ready', 'spawning', 'running'];

export class Worker {
  constructor() {
    this.seen = '';
    this.master = el('p', { class: 'held', id: 'master', role: 'status' });
    this.hint = el('p', { class: 'hint' }, 'The master starts, changes and stops the runs; this page shows the part of this worker alone. A request is confirmed once the master has answered the heartbeat that was sent after it.');
    this.body = el('tbody', { id: 'members' });
    const head = el('tr', {}, ...COLUMNS.map((name) => el('th', { scope: 'col', class: ['state', 'master lost'].includes(name) ? 'verdict' : undefined }, name)));
    this.table = el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'steps members' }, el('thead', {}, head), this.body));
    this.lines = el('tbody', { id: 'said-lines' });
    this.told = el('section', {}, el('h2', {}, 'Told to the master'), el('div', { class: 'scroll' }, el('table', { class: 'facts log' }, this.lines)));
    this.host = el('section', { id: 'worker', class: 'spaced' }, this.master, this.table, this.hint, this.told);
  }

  show() {
    this.update();
  }

  update() {
    const worker = store.server?.worker;
    if (!worker) return;
    const known = worker.members.filter(({ state }) => KNOWN.includes(state)).length;
    const all = worker.members.length;
    say(this.master, `${all === 1 ? 'Worker' : `${count(all)} workers`} of the master ${worker.master}: ${known === all ? 'known to it' : known === 0 ? 'not known to it now' : `${count(known)} known to it`}`);
    this.body.replaceChildren(...worker.members.map((member) => this.row(member)));
    this.told.hidden = worker.lines.length === 0;
    const seen = worker.lines.join('\n');
    if (seen === this.seen) return;
    this.seen = seen;
    this.lines.replaceChildren(...worker.lines.map((line) => el('tr', { class: line.startsWith('warning') ? 'differs' : 'event' }, el('td', {}, line))));
  }

  /** @param {import('./api.js').Member} member */
  row(member) {
    const classes = member.classes.length > 1 ? member.classes.map(({ name, users }) => `${name} ${count(users)}`).join(', ') : '';
    const before = member.answered_before_s;
    const loss = member.last_loss;
    const times = member.losses === 1 ? 'once' : member.losses > 0 ? `${count(member.losses)} times` : 'never';
    const cell = (/** @type {string} */ text, /** @type {string} */ more, kind = '') => el('td', { class: kind }, text, more ? el('small', { class: 'reach' }, more) : null);
    return el('tr', { class: KNOWN.includes(member.state) ? '' : 'differs', 'data-state': member.state },
      el('th', { scope: 'row', title: member.identity }, member.identity),
      cell(STATES[member.state] ?? member.state, '', 'verdict'),
      cell(`${count(member.users_up)} of ${count(member.users_told)}`, classes),
      cell(count(member.requests_told), member.requests_unconfirmed > 0 ? `${count(member.requests_unconfirmed)} unconfirmed` : ''),
      cell(`${count(member.heartbeats_answered)} of ${count(member.heartbeats)}`, before === null ? '' : `${before.toFixed(1)} s ago`),
      cell(times, loss ? `${moment(loss.time)}: ${loss.why}` : '', 'verdict'));
  }
}
