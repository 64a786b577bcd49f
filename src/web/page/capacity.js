// @ts-check
// Capacity: the levels of a search as they are judged, and its answer.

import { look, ofRun } from './api.js';
import { Asking } from './asking.js';
import { el, figure, say } from './dom.js';
import { count, percent, rate, span, time } from './format.js';
import { LevelChart, between, goalsOf, loadName, titleOf } from './levels.js';
import { store } from './store.js';

/**
 * @typedef {import('./levels.js').Step} Step
 * @typedef {{text: string, end: string, reason: string | null, good: boolean, by: string, answered_by: number | null,
 *   missed_by: number | null, knee_from: number | null, knee_to: number | null, took_s: number, levels: Step[]}} Answer
 * @typedef {{goals: string[], levels: Step[], answer: Answer | null}} Search
 */

/** What is done at a level. @type {Record<string, string>} */
const PURPOSES = { double: 'doubled', bisect: 'halved', confirm: 'confirms', above: 'above, again' };
/** @type {Record<string, string>} */
const PHASES = { starting: 'the load changes', settling: 'settling', measuring: 'measuring' };
const COLUMNS = ['level', 'purpose', 'rps', 'p50', 'p95', 'p99', 'fail %', 'in flight', 'verdict', 'time'];

/** What a reader chose stays when another run is shown. */
const kept = { isByRps: false };

/**
 * A value with its interval beneath it.
 * @param {string} value
 * @param {string} reach
 */
const cell = (value, reach) => el('td', {}, value, reach ? el('small', { class: 'reach' }, reach) : null);

/**
 * What the levels depend on.
 * @param {import('./api.js').Snapshot} shown
 */
const stateOf = ({ run, search }) => `${run.id} ${search?.levels} ${search?.answer !== null}`;

export class Capacity {
  constructor() {
    /** @type {Search | null} */
    this.search = null;
    /** What the levels were asked for: the run, their number, and whether it was over. */
    this.seen = '';
    this.asking = new Asking(() => this.load());
    this.goal = '';
    this.notes = el('div', { class: 'quiet', id: 'answer-notes', hidden: true });
    this.held = el('p', { class: 'held', id: 'held', role: 'status' });
    this.goals = el('p', { class: 'quiet', id: 'goals' });
    this.goalChoice = el('select', { id: 'goal', 'aria-label': 'Goal that is drawn' });
    this.goalChoice.addEventListener('change', () => { this.goal = this.goalChoice.value; this.draw(); });
    const sides = [['load', 'by load'], ['rps', 'by answers']].map(([value, title]) => {
      const box = el('input', { type: 'radio', name: 'levels-by', value, 'data-by': value });
      box.checked = (value === 'rps') === kept.isByRps;
      box.addEventListener('change', () => { kept.isByRps = value === 'rps'; this.draw(); });
      return el('label', {}, box, title);
    });
    this.tools = el('div', { class: 'tools' }, el('label', {}, 'Goal', this.goalChoice), ...sides);
    const made = figure('levels', 'Levels', '');
    this.caption = made.figure.querySelector('figcaption');
    this.chart = new LevelChart(made.host, made.legend, { label: 'Levels of the search', none: 'No level is judged yet.' });
    this.body = el('tbody', {});
    const head = el('tr', {}, ...COLUMNS.map((name) => el('th', { scope: 'col', class: name === 'verdict' ? name : undefined }, name)));
    this.table = el('div', { class: 'scroll', tabindex: 0, hidden: true }, el('table', { id: 'steps', class: 'steps' }, el('thead', {}, head), this.body));
    this.note = el('p', { class: 'hint' }, 'Times are in ms. Beneath a number stands the interval in which it lies with 95 %; a question mark is an end that is not known.');
    this.host = el('section', { class: 'capacity' }, this.held, this.goals, this.notes, this.tools, el('div', { class: 'charts wide' }, made.figure), this.table, this.note);
    new ResizeObserver(() => { this.table.dataset.wide = String(this.table.scrollWidth > this.table.clientWidth + 1); }).observe(this.table);
  }

  show() {
    this.seen = '';
    this.update();
  }

  update() {
    const shown = store.shown;
    if (!shown?.search) return;
    this.drawHeld(shown);
    if (stateOf(shown) !== this.seen) this.asking.want();
  }

  async load() {
    const shown = store.shown;
    if (!shown) return;
    const seen = stateOf(shown);
    const answer = await look(ofRun(shown.run.id, '/search'));
    if (!answer || store.shown?.run.id !== shown.run.id) return;
    this.seen = seen;
    this.search = answer;
    this.draw();
  }

  /** @param {import('./api.js').Snapshot} shown */
  drawHeld(shown) {
    const held = shown.search?.held ?? null;
    const isOver = shown.run.state === 'stopped';
    this.held.hidden = isOver;
    const purpose = held ? PURPOSES[held.purpose] : '';
    const text = held ? `Now ${held.name} (${purpose}): ${PHASES[held.phase]} for ${held.phase_s.toFixed(1)} s, held for ${held.held_s.toFixed(1)} s` : isOver ? '' : 'The next level is about to begin.';
    say(this.held, text);
  }

  draw() {
    const { search } = this;
    if (!search) return;
    const { answer } = search;
    const steps = answer?.levels ?? search.levels;
    const isRate = answer ? answer.by === 'rate' : (store.shown?.run.asked_per_s ?? null) !== null;
    say(this.goals, `Goals: ${search.goals.join(', ')}${answer ? ` · ${count(steps.length)} levels in ${span(answer.took_s)}` : ''}`);
    this.drawNotes(answer);
    this.chooseGoal(steps);
    const knee = /** @type {[number, number] | null} */ (answer && answer.knee_from !== null && answer.knee_to !== null ? [answer.knee_from, answer.knee_to] : null);
    this.chart.set({ steps, goal: Number(this.goalChoice.value) || 0, isByRps: kept.isByRps, isRate, answeredBy: answer?.answered_by ?? null, knee });
    const [title, unit] = titleOf(steps, Number(this.goalChoice.value) || 0, kept.isByRps ? 'throughput' : isRate ? 'arrivals' : 'users');
    say(this.caption.querySelector('b'), title);
    say(this.caption.querySelector('.unit'), unit);
    this.table.hidden = steps.length === 0;
    this.body.replaceChildren(...steps.map((step, place) => this.row(step, place === answer?.answered_by, isRate)));
  }

  /** @param {Answer | null} answer */
  drawNotes(answer) {
    this.notes.hidden = answer === null;
    if (!answer) return;
    const knee = answer.knee_from === null || answer.knee_to === null ? [] : [`Knee between ${answer.knee_from} and ${answer.knee_to}: from there on more load brings hardly more answers.`];
    const level = answer.answered_by === null ? [] : ['All other numbers of this page are those of the level that the answer stands on; the charts over time are of the whole search.'];
    this.notes.replaceChildren(...[...knee, ...level].map((line) => el('p', {}, line)));
  }

  /** @param {Step[]} steps */
  chooseGoal(steps) {
    const goals = goalsOf(steps);
    const known = [...this.goalChoice.options].map((option) => /** @type {any} */ (option).text).join('\n');
    if (known !== goals.map(({ expr }) => expr).join('\n')) {
      this.goalChoice.replaceChildren(...goals.map(({ place, expr }) => el('option', { value: String(place) }, expr)));
      const wanted = goals.some(({ place }) => String(place) === this.goal) ? this.goal : String(goals[0]?.place ?? 0);
      this.goalChoice.value = wanted;
    }
    this.tools.hidden = steps.length === 0;
    this.goalChoice.parentElement.hidden = goals.length < 2;
  }

  /**
   * @param {Step} step
   * @param {boolean} isAnswer
   * @param {boolean} isRate
   */
  row(step, isAnswer, isRate) {
    const told = [step.outcome, ...(step.overloaded ? ['overloaded'] : []), ...(step.limit ? [step.limit] : []), ...(step.settled ? [] : ['not settled'])].join(', ');
    const times = ['p50', 'p95', 'p99'].map((name) => cell(time(step[`${name}_ms`]), between(step[`${name}_low_ms`], step[`${name}_high_ms`])));
    return el('tr', { class: `${step.outcome}${isAnswer ? ' answer' : ''}` },
      el('th', { scope: 'row' }, `${isAnswer ? '▸ ' : ''}${loadName(step.load, isRate)}`), el('td', {}, PURPOSES[step.purpose]),
      cell(rate(step.rps), between(step.rps_low, step.rps_high)), ...times, el('td', {}, percent(step.fail_ratio)),
      el('td', {}, rate(step.in_flight)), el('td', { class: 'verdict' }, told), el('td', {}, `${step.took_s.toFixed(1)} s`));
  }
}
