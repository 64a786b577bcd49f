// @ts-check
// Start form: what to run, with what load. It shows the plan, and what is wrong with it, before anything runs.

import { get, post, reason, Refused } from './api.js';
import { copyButton, el, figure } from './dom.js';
import { Chart, Group } from './charts.js';

/**
 * @typedef {{name: string, label: string, help: string, group: string, kind: string, value: any, placeholder: string}} Field
 * @typedef {{name: string, weight: number, is_on: boolean, checks: string[]}} FormClass
 */

/** Groups in their order; those that most runs need are open. @type {[string, string, boolean][]} */
const GROUPS = [
  ['load', 'Load', true],
  ['limits', 'How long', true],
  ['capacity', 'Capacity', false],
  ['target', 'Target', false],
  ['gates', 'Gates', false],
  ['variables', 'Variables', false],
  ['secrets', 'Secrets', false],
];
/** Fields of a group that stand in front; the others are for few. */
const FIRST = ['users', 'spawn-rate', 'time', 'wait', 'loops', 'fail-if', 'within', 'level-time', 'host'];
const DEBOUNCE_MS = 250;

export class Form {
  constructor() {
    this.onStarted = (/** @type {boolean} */ _isSearch) => {};
    this.onClosed = () => {};
    /** @type {HTMLElement | null} */
    this.host = null;
    /** @type {Map<string, {field: Field, input: any, error: HTMLElement}>} */
    this.inputs = new Map();
    /** @type {{name: string, on: any, weight: any}[]} */
    this.classes = [];
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
  }

  /**
   * @param {HTMLElement} place
   * @param {boolean} canClose
   */
  async show(place, canClose) {
    if (this.host) {
      this.host.querySelector('#close-form')?.toggleAttribute('hidden', !canClose);
      if (this.host.parentElement !== place) place.replaceChildren(this.host);
      return;
    }
    this.host = el('div', { class: 'start' });
    place.replaceChildren(this.host ?? '');
    try {
      this.build(await get('/form'), canClose);
    } catch (error) {
      // The next look at the page tries again.
      this.host = null;
      place.replaceChildren(el('p', { class: 'empty' }, reason(error)));
      return;
    }
    void this.look();
  }

  /**
   * @param {{target: string, fields: Field[], classes: FormClass[]}} form
   * @param {boolean} canClose
   */
  build(form, canClose) {
    const groups = GROUPS.map(([name, title, isOpen]) => this.group(name, title, isOpen, form.fields)).filter((one) => one !== null);
    this.general = el('p', { class: 'error', role: 'alert' });
    this.button = el('button', { type: 'submit', class: 'main', id: 'start' }, 'Start');
    const close = el('button', { type: 'button', id: 'close-form', hidden: !canClose, onclick: () => this.onClosed() }, 'Close');
    this.plan = el('div', { class: 'plan', 'aria-live': 'polite' });
    const drawn = figure('plan-chart', 'Load over time', '');
    this.drawn = drawn.figure;
    this.chart = new Chart(drawn.host, drawn.legend, new Group(), { label: 'Load over time', none: 'No load yet.' });
    const left = el('div', {}, ...groups, this.classTable(form.classes));
    const right = el('aside', {}, el('div', { class: 'row' }, this.button, close), this.general, this.plan, drawn.figure);
    const made = el('form', { autocomplete: 'off', novalidate: true }, left, right);
    made.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.start();
    });
    made.addEventListener('input', () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.look(), DEBOUNCE_MS);
    });
    this.host?.replaceChildren(el('p', { class: 'quiet', id: 'ready-text' }, 'Nothing runs. Say how much load there is to be, and press Start.'), made);
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {boolean} isOpen
   * @param {Field[]} fields
   */
  group(name, title, isOpen, fields) {
    const own = fields.filter((field) => field.group === name);
    if (own.length === 0) return null;
    const isGiven = (/** @type {Field} */ { value }) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
    const isFront = (/** @type {Field} */ field) => FIRST.includes(field.name) || isGiven(field) || name === 'variables' || name === 'secrets';
    const [front, rest] = [own.filter(isFront), own.filter((field) => !isFront(field))];
    const more = rest.length > 0 && front.length > 0
      ? el('details', { class: 'more' }, el('summary', {}, `More of ${title.toLowerCase()}`), ...rest.map((field) => this.field(field)))
      : null;
    const inner = front.length > 0 ? front : rest;
    return el('details', { class: 'group-of', open: isOpen || own.some(isGiven), 'data-group': name },
      el('summary', {}, el('b', {}, title)), el('div', { class: 'fields' }, ...inner.map((field) => this.field(field)), more));
  }

  /** @param {Field} field */
  field(field) {
    const id = `field-${field.name.replace(/[^a-z0-9]+/gi, '-')}`;
    const error = el('p', { class: 'error', id: `${id}-error` });
    const shared = { id, 'data-field': field.name, placeholder: field.placeholder, 'aria-describedby': `${id}-error`, spellcheck: 'false' };
    let input;
    if (field.kind === 'lines') {
      input = el('textarea', { ...shared, rows: Math.max(2, field.value.length) });
      input.value = field.value.join('\n');
    } else if (field.kind === 'switch') {
      input = el('input', { id, type: 'checkbox', 'data-field': field.name });
      input.checked = field.value === true;
    } else {
      input = el('input', { ...shared, type: field.kind === 'password' ? 'password' : 'text', value: field.value, autocomplete: field.kind === 'password' ? 'new-password' : 'off' });
    }
    this.inputs.set(field.name, { field, input, error });
    return el('div', { class: `field ${field.kind}` }, el('label', { for: id, title: field.help }, field.label), input,
      field.help ? el('p', { class: 'help' }, field.help) : null, error);
  }

  /** @param {FormClass[]} classes */
  classTable(classes) {
    if (classes.length === 0) return null;
    const rows = classes.map((one) => {
      const on = el('input', { type: 'checkbox', 'aria-label': `${one.name} takes part`, 'data-class-on': one.name });
      on.checked = one.is_on;
      const weight = el('input', { inputmode: 'numeric', size: 4, value: String(one.weight), 'aria-label': `Weight of ${one.name}`, 'data-class-weight': one.name });
      this.classes.push({ name: one.name, on, weight });
      return el('tr', {}, el('th', { scope: 'row' }, one.name), el('td', {}, on), el('td', {}, weight), el('td', {}, one.checks.join(', ')));
    });
    const head = el('tr', {}, ...['class', 'on', 'weight', 'checks'].map((name) => el('th', { scope: 'col' }, name)));
    return el('details', { class: 'group-of', open: true, 'data-group': 'classes' }, el('summary', {}, el('b', {}, 'Classes of users')),
      el('div', { class: 'scroll' }, el('table', { class: 'facts' }, el('thead', {}, head), el('tbody', {}, ...rows))));
  }

  /** What is entered. */
  wish() {
    /** @type {Record<string, any>} */
    const fields = {};
    for (const [name, { field, input }] of this.inputs) {
      fields[name] = field.kind === 'switch' ? input.checked : field.kind === 'lines' ? input.value.split('\n') : input.value;
    }
    const classes = this.classes.map(({ name, on, weight }) => [name, { is_on: on.checked, weight: Number(weight.value) || 0 }]);
    return { fields, classes: Object.fromEntries(classes) };
  }

  /** Asks what the plan would be, and shows it. */
  async look() {
    const asked = ++this.asked;
    try {
      const plan = await post('/plan', this.wish());
      if (asked !== this.asked) return;
      this.tell([]);
      this.drawPlan(plan);
    } catch (error) {
      if (asked !== this.asked) return;
      this.tell(error instanceof Refused ? error.errors : [{ field: null, message: String(error) }]);
    }
  }

  /** @param {import('./api.js').FieldError[]} errors */
  tell(errors) {
    for (const [name, { input, error }] of this.inputs) {
      const own = errors.filter(({ field }) => field === name).map(({ message }) => message);
      error.textContent = own.join('; ');
      input.toggleAttribute('aria-invalid', own.length > 0);
      if (own.length > 0) {
        for (let at = input.parentElement; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
      }
    }
    const general = errors.filter(({ field }) => field === null || !this.inputs.has(field));
    if (this.general) this.general.textContent = general.map(({ message }) => message).join('; ');
    if (this.button) this.button.disabled = errors.length > 0;
    if (errors.length > 0) this.plan?.replaceChildren(el('p', { class: 'quiet', id: 'no-plan' }, errors.length === 1 ? 'There is no plan yet: one entry is wrong.' : `There is no plan yet: ${errors.length} entries are wrong.`));
    this.drawn?.toggleAttribute('hidden', errors.length > 0);
  }

  /** @param {{plan: string, command: string, needs: any[], warnings: string[], steps: [number, number][], steps_unit: string}} plan */
  drawPlan(plan) {
    const code = el('code', {}, plan.command);
    const needs = plan.needs.map((need) => el('tr', { class: need.is_met ? '' : 'differs' },
      el('th', { scope: 'row' }, need.is_met ? '' : '! ', need.of), el('td', {}, need.needed), el('td', {}, need.limit ?? 'unknown')));
    this.plan?.replaceChildren(
      el('p', { class: 'title', id: 'plan-text' }, plan.plan),
      ...plan.warnings.map((text) => el('p', { class: 'warning' }, '! ', text)),
      ...plan.needs.filter((need) => !need.is_met).map((need) => el('p', { class: 'warning' }, `! ${need.of}: needs ${need.needed}, there is ${need.limit ?? 'an unknown amount'}; ${need.remedy}`)),
      el('div', { class: 'curl' }, el('pre', {}, code), copyButton(() => plan.command, code)),
      el('details', { class: 'more' }, el('summary', {}, 'What it takes of this machine'), el('table', { class: 'facts' },
        el('thead', {}, el('tr', {}, ...['', 'needs up to', 'there is'].map((name) => el('th', { scope: 'col' }, name)))), el('tbody', {}, ...needs))));
    if (this.drawn) this.drawn.hidden = plan.steps.length < 2;
    this.chart?.set([{ name: plan.steps_unit, ink: '--one', points: plan.steps, thin: plan.steps.length > 30 }], 0);
  }

  async start() {
    if (!this.button) return;
    this.button.disabled = true;
    try {
      const wish = this.wish();
      await post('/runs', wish);
      this.onStarted((wish.fields.within ?? []).some((/** @type {string} */ line) => line.trim() !== ''));
    } catch (error) {
      this.tell(error instanceof Refused ? error.errors : [{ field: null, message: String(error) }]);
    } finally {
      this.button.disabled = false;
    }
  }
}
