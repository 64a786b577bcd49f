// @ts-check
// Header: the run in a line of figures, both verdicts, and what can be done with it.

import { patch, post, Refused } from './api.js';
import { byId, el, say } from './dom.js';
import { count, percent, rate, span, time } from './format.js';
import { store } from './store.js';

/** Sign of a mood, for those who do not tell the colours apart. @type {Record<string, string>} */
const SIGNS = { good: '✓', bad: '✕', doubtful: '!' };
const FIGURES = ['state', 'users', 'rps', 'failed', 'p95', 'in flight', 'time'];

/**
 * Verdict as a line.
 * @param {string} name
 * @param {import('./api.js').Verdict} verdict
 */
export const verdictLine = (name, verdict) => el('li', { class: verdict.mood },
  el('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[verdict.mood] ?? '!'), el('b', {}, name),
  el('div', {}, verdict.text, ...verdict.evidence.map((line) => el('p', { class: 'quiet' }, line))));

export class Header {
  constructor() {
    this.onNew = () => {};
    /** @type {Record<string, HTMLElement>} */
    this.values = {};
    this.state = '';
    this.told = '';
    for (const name of FIGURES) {
      const value = el('dd', { id: name.replace(' ', '-') });
      this.values[name] = value;
      byId('figures').append(el('div', {}, el('dt', {}, name), value));
    }
    byId('new').addEventListener('click', () => this.onNew());
    byId('stop').addEventListener('click', () => this.ask(post('/runs/current/stop')));
    byId('cut').addEventListener('click', () => this.cut());
    byId('edit').addEventListener('click', () => this.edit());
  }

  /** @param {Promise<any>} asked */
  async ask(asked) {
    try {
      await asked;
    } catch (error) {
      say(byId('said'), error instanceof Error ? error.message : String(error));
    }
  }

  update() {
    const { server, shown, live } = store;
    say(byId('target'), shown?.run.target ?? server?.target ?? '');
    const goesOn = live !== null && live.run.state !== 'stopped';
    byId('new').hidden = !server?.can_start || (shown === null && store.chosen === null);
    byId('stop').hidden = !goesOn || live?.run.state === 'stopping';
    byId('cut').hidden = !(goesOn && live?.run.state === 'stopping');
    byId('edit').hidden = !goesOn || live?.run.can_edit.length === 0;
    byId('figures').hidden = shown === null;
    byId('verdicts').hidden = shown === null;
    this.drawPast();
    if (!shown) return;
    this.drawFigures(shown);
    this.drawVerdicts(shown);
  }

  drawPast() {
    const banner = byId('past');
    const isPast = store.chosen !== null;
    banner.hidden = !isPast;
    if (!isPast) return;
    const name = store.past ? `${store.past.run.id.startsWith('file ') ? '' : 'Run '}${store.past.run.id}` : 'A run';
    const text = `${name} of the history is shown. `;
    if (banner.firstChild?.textContent === text) return;
    banner.replaceChildren(text, el('a', { href: '#/statistics', id: 'to-live' }, 'Back to the present run'));
  }

  /** @param {import('./api.js').Snapshot} shown */
  drawFigures(shown) {
    const { run, now } = shown;
    const isOver = run.state === 'stopped';
    const state = run.is_warming_up ? 'warm-up' : run.state;
    const users = isOver ? count(run.users_up) : `${count(run.users_up)} of ${count(run.users_wanted)}`;
    const left = run.left_s === null ? span(run.elapsed_s) : `${span(run.left_s)} left`;
    const texts = {
      state,
      users: isOver ? '–' : users,
      rps: rate(now.rps),
      failed: `${percent(now.fail_ratio)} %`,
      p95: `${time(now.p95_ms)} ms`,
      'in flight': rate(now.in_flight),
      time: isOver ? span(run.elapsed_s) : left,
    };
    for (const [name, text] of Object.entries(texts)) say(this.values[name], text);
    const isFailing = (now.fail_ratio ?? 0) > 0;
    this.values.failed.classList.toggle('alarm', isFailing);
    byId('top').dataset.state = state;
    if (state !== this.state) {
      this.state = state;
      say(byId('said'), `The run is ${state}.`);
    }
  }

  /** @param {import('./api.js').Snapshot} shown */
  drawVerdicts(shown) {
    const { title, times, load, gates } = shown.verdicts;
    const told = JSON.stringify([title, times, load, gates, shown.warnings]);
    if (told === this.told) return;
    this.told = told;
    const lines = [
      ...(title ? [verdictLine('Outcome', { ...title, evidence: shown.run.end ? [shown.run.end] : [] })] : []),
      ...gates.map((gate) => verdictLine('Gate', gate)),
      verdictLine('Times', times),
      verdictLine('Load', load),
      ...shown.warnings.map((text) => verdictLine('Warning', { mood: 'doubtful', text, evidence: [] })),
    ];
    byId('verdicts').replaceChildren(...lines);
  }

  cut() {
    const button = byId('cut');
    if (button.textContent === 'Cut') {
      button.textContent = 'Cut now?';
      setTimeout(() => { button.textContent = 'Cut'; }, 3000);
      return;
    }
    button.textContent = 'Cut';
    void this.ask(post('/runs/current/cut'));
  }

  edit() {
    const live = store.live;
    if (!live) return;
    const dialog = byId('edit-dialog');
    const { run } = live;
    const error = el('p', { class: 'error', role: 'alert' });
    const users = el('input', { id: 'edit-users', inputmode: 'numeric', value: String(run.users_wanted) });
    const rates = el('input', { id: 'edit-rate', value: `${run.asked_per_s ?? ''}/s` });
    const classes = run.classes.map(({ name, users }) => ({ name, was: String(users), input: el('input', { inputmode: 'numeric', value: String(users), 'data-class': name }) }));
    const can = (/** @type {string} */ what) => run.can_edit.includes(what);
    const form = el('form', { method: 'dialog' },
      el('h2', { id: 'edit-title' }, 'Change the run'),
      can('users') ? el('label', {}, 'Users', users) : null,
      can('rate') ? el('label', {}, 'Rate', rates) : null,
      ...(can('classes') ? classes.map(({ name, input }) => el('label', {}, `Users of ${name}`, input)) : []),
      error,
      el('div', { class: 'row' }, el('button', { type: 'submit', class: 'main', id: 'edit-apply' }, 'Apply'), el('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
    form.addEventListener('submit', async (/** @type {Event} */ event) => {
      event.preventDefault();
      const changed = classes.filter(({ input, was }) => input.value !== was);
      /** @type {Record<string, any>} */
      const body = {};
      if (can('users') && users.value !== String(run.users_wanted)) body.users = Number(users.value);
      if (can('rate') && rates.value !== `${run.asked_per_s ?? ''}/s`) body.rate = rates.value;
      if (changed.length > 0) body.classes = Object.fromEntries(changed.map(({ name, input }) => [name, Number(input.value)]));
      try {
        if (Number.isNaN(body.users)) throw new Refused([{ field: 'users', message: `'${users.value}' is no whole number` }], 422);
        await patch('/runs/current', body);
        dialog.close();
      } catch (refused) {
        error.textContent = refused instanceof Error ? refused.message : String(refused);
      }
    });
    dialog.replaceChildren(form);
    dialog.showModal();
  }
}
