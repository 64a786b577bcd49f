// @ts-check
// Header: the run in a line of figures, both verdicts, and what can be done with it.

import { patch, post, reason, Refused } from './api.js';
import { byId, el, notice, say } from './dom.js';
import { count, percent, rate, span, time } from './format.js';
import { store } from './store.js';

/** Sign of a mood, for those who do not tell the colours apart. @type {Record<string, string>} */
const SIGNS = { good: '✓', bad: '✕', doubtful: '!' };
const FIGURES = ['state', 'users', 'rps', 'failed', 'p95', 'in flight', 'time'];
const SVG = 'http://www.w3.org/2000/svg';
/** Size of the small lines, in their own units. */
const [WIDE, TALL] = [120, 26];
/** In this time a second press cuts the run. */
const CUT_MS = 3000;

/**
 * Verdict as a line.
 * @param {string} name
 * @param {import('./api.js').Verdict} verdict
 * @param {string} [kind]
 */
const verdictLine = (name, verdict, kind = '') => el('li', { class: `${verdict.mood} ${kind}` },
  el('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[verdict.mood] ?? '!'), el('b', {}, name),
  el('div', {}, verdict.text, ...verdict.evidence.map((line) => el('p', { class: 'quiet' }, line))));

/** Line of the last minute behind a figure. */
const makeTrail = () => {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'trail');
  svg.setAttribute('viewBox', `0 0 ${WIDE} ${TALL}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'path'));
  return svg;
};

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
    this.trails = { rps: makeTrail(), p95: makeTrail() };
    this.values.rps.after(this.trails.rps);
    this.values.p95.after(this.trails.p95);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.cutting = undefined;
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
      notice(reason(error));
    }
  }

  update() {
    const { server, shown, live } = store;
    say(byId('target'), shown?.run.target ?? server?.target ?? '');
    say(byId('plan-line'), shown ? `${shown.run.part ? `${shown.run.part} of ` : ''}${shown.run.plan}` : '');
    const goesOn = live !== null && live.run.state !== 'stopped';
    byId('new').hidden = !server?.can_start || (shown === null && store.chosen === null);
    // A master stops what it has started.
    const isOwn = !server?.worker;
    byId('stop').hidden = !goesOn || !isOwn || live?.run.state === 'stopping';
    byId('cut').hidden = !(goesOn && isOwn && live?.run.state === 'stopping');
    byId('edit').hidden = !goesOn || live?.run.can_edit.length === 0;
    for (const part of ['figures', 'verdicts', 'progress']) byId(part).hidden = shown === null;
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
    const id = store.past?.run.id ?? store.chosen ?? '';
    const name = id.startsWith('file ') ? id.slice(5) : `run ${id}`;
    const goesOn = store.live !== null && store.live.run.state !== 'stopped';
    const back = goesOn ? 'Back to the run that goes on' : store.live ? 'Back to the present run' : 'Back to the start';
    const text = `You look at ${name}, which has ended. `;
    if (banner.firstChild?.textContent === text && banner.lastChild?.textContent === back) return;
    banner.replaceChildren(text, el('a', { href: '#/statistics', id: 'to-live' }, back));
  }

  /** @param {import('./api.js').Snapshot} shown */
  drawFigures(shown) {
    const { run, now } = shown;
    const isOver = run.state === 'stopped';
    const state = run.is_warming_up ? 'warm-up' : run.state;
    const left = run.left_s === null ? span(run.elapsed_s) : `${span(run.left_s)} left`;
    const texts = {
      state,
      users: isOver ? '–' : `${count(run.users_up)} of ${count(run.users_wanted)}`,
      rps: rate(now.rps),
      failed: `${percent(now.fail_ratio)} %`,
      p95: `${time(now.p95_ms)} ms`,
      'in flight': rate(now.in_flight),
      time: isOver ? span(run.elapsed_s) : run.starts_in_s !== null ? `in ${span(run.starts_in_s)}` : left,
    };
    for (const [name, text] of Object.entries(texts)) say(this.values[name], text);
    this.values.failed.classList.toggle('alarm', (now.fail_ratio ?? 0) > 0);
    byId('top').dataset.state = state;
    const whole = run.elapsed_s + (run.left_s ?? 0);
    const bar = /** @type {HTMLElement} */ (byId('progress').firstElementChild);
    bar.style.transform = `scaleX(${isOver ? 1 : run.left_s === null ? 0 : whole > 0 ? run.elapsed_s / whole : 0})`;
    this.drawTrail(this.trails.rps, ({ rps }) => rps);
    this.drawTrail(this.trails.p95, ({ p95 }) => p95);
    if (state !== this.state) {
      this.state = state;
      say(byId('said'), isOver && shown.verdicts.title ? `The run is over: ${shown.verdicts.title.text}.` : `The run is ${state}.`);
    }
  }

  /**
   * @param {SVGElement} svg
   * @param {(point: {rps: number, p95: number | null}) => number | null} of
   */
  drawTrail(svg, of) {
    const points = store.goesOn ? [...store.trail].sort(([a], [b]) => a - b) : [];
    const values = points.map(([, point]) => of(point));
    const high = Math.max(...values.map((value) => value ?? 0), 0);
    let [track, pen] = ['', 'M'];
    values.forEach((value, place) => {
      if (value === null || high === 0) { pen = 'M'; return; }
      const x = WIDE * place / Math.max(1, values.length - 1);
      track += `${pen}${x.toFixed(1)} ${(TALL - 2 - value / high * (TALL - 4)).toFixed(1)}`;
      pen = 'L';
    });
    svg.firstElementChild?.setAttribute('d', track);
  }

  /** @param {import('./api.js').Snapshot} shown */
  drawVerdicts(shown) {
    const { title, times, load, gates } = shown.verdicts;
    const told = JSON.stringify([shown.run.id, title, times, load, gates, shown.warnings, shown.diagnoses]);
    if (told === this.told) return;
    this.told = told;
    const evidence = title && title.evidence.length === 0 && shown.run.end ? [shown.run.end] : title?.evidence ?? [];
    const lines = [
      ...(title ? [verdictLine('Outcome', { ...title, evidence }, 'outcome')] : []),
      ...gates.map((gate) => verdictLine('Gate', gate)),
      verdictLine('Times', times),
      verdictLine('Load', load),
      ...shown.warnings.map((text) => verdictLine('Warning', { mood: 'doubtful', text, evidence: [] })),
      ...shown.diagnoses.map(({ text, remedy }) => verdictLine('Diagnosis', { mood: 'doubtful', text, evidence: [remedy] })),
    ];
    byId('verdicts').replaceChildren(...lines);
  }

  /** Asks once more: what is cut off is lost. */
  cut() {
    const button = byId('cut');
    clearTimeout(this.cutting);
    if (button.textContent === 'Cut') {
      button.textContent = 'Cut now?';
      this.cutting = setTimeout(() => { button.textContent = 'Cut'; }, CUT_MS);
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
    const can = (/** @type {string} */ what) => run.can_edit.includes(what);
    const error = el('p', { class: 'error', role: 'alert' });
    const field = (/** @type {string} */ label, /** @type {Record<string, any>} */ attributes) => {
      const input = el('input', { ...attributes, autocomplete: 'off' });
      return { label: el('label', {}, label, input), input, was: attributes.value };
    };
    const users = field('Users', { id: 'edit-users', inputmode: 'numeric', value: String(run.users_wanted) });
    const rates = field('Rate', { id: 'edit-rate', value: `${run.asked_per_s ?? ''}/s` });
    const classes = run.classes.map((one) => ({ name: one.name, ...field(`Users of ${one.name}`, { inputmode: 'numeric', value: String(one.users), 'data-class': one.name }) }));
    const form = el('form', { method: 'dialog', novalidate: true },
      el('h2', { id: 'edit-title' }, 'Change the run'),
      el('p', { class: 'hint' }, 'It goes on meanwhile; the change is marked in the charts.'),
      can('users') ? users.label : null, can('rate') ? rates.label : null, ...(can('classes') ? classes.map(({ label }) => label) : []), error,
      el('div', { class: 'row' }, el('button', { type: 'submit', class: 'main', id: 'edit-apply' }, 'Apply'), el('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
    form.addEventListener('submit', async (/** @type {Event} */ event) => {
      event.preventDefault();
      const changed = can('classes') ? classes.filter(({ input, was }) => input.value !== was) : [];
      try {
        /** @type {Record<string, any>} */
        const body = {};
        if (can('users') && users.input.value !== users.was) body.users = whole(users.input.value, 'users');
        if (can('rate') && rates.input.value !== rates.was) body.rate = rates.input.value;
        if (changed.length > 0) body.classes = Object.fromEntries(changed.map(({ name, input }) => [name, whole(input.value, name)]));
        if (Object.keys(body).length > 0) await patch('/runs/current', body);
        dialog.close();
      } catch (refused) {
        error.textContent = reason(refused);
      }
    });
    dialog.replaceChildren(form);
    dialog.showModal();
    form.querySelector('input')?.select();
  }
}

/**
 * Number of users that was typed.
 * @param {string} text
 * @param {string} field
 */
const whole = (text, field) => {
  if (/^\s*\d+\s*$/.test(text)) return Number(text);
  throw new Refused([{ field, message: `'${text}' is no whole number; give one like 20` }], 422);
};
