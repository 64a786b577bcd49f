// @ts-check
// Levels of a search for the capacity as points: what a goal is held against, with its interval, by the load or by the answers.

import { number, shape, short, ticks } from './charts.js';

/**
 * @typedef {{expr: string, outcome: string, value: number | null, low: number | null, high: number | null, limit: number,
 *   unit: string | null}} Goal
 * @typedef {{load: number, purpose: string, outcome: string, overloaded: boolean, limit: string | null, settled: boolean,
 *   took_s: number, rps: number, in_flight: number, fail_ratio: number | null, goals: Goal[], [key: string]: any}} Step
 * @typedef {{steps: Step[], goal: number, isByRps: boolean, isRate: boolean, answeredBy: number | null,
 *   knee: [number, number] | null}} Drawn
 * @typedef {{step: Step, x: number, y: number, low: number | null, high: number | null, isAnswer: boolean, shift: number}} Dot
 */

const ROOM = { left: 52, right: 18, top: 20, bottom: 42 };
/** Points of one load lie so many pixels beside one another. */
const BESIDE = 7;
/** An interval is drawn to its end, but not so far that nothing else is seen: so many times the largest value. */
const FARTHEST = 1.6;
const RADIUS = 5;
/** An end that is not known is dotted, so many pixels beyond the value. */
const OPEN = 26;

/** Sign of an outcome, for those who do not tell the colours apart. @type {Record<string, string>} */
const SIGNS = { met: '●', missed: '◆', undecided: '○' };

/**
 * Load of a level, for people.
 * @param {number} load
 * @param {boolean} isRate
 */
const loadName = (load, isRate) => (isRate ? `${number(load)}/s` : `${load} ${load === 1 ? 'user' : 'users'}`);

/**
 * A number in a goal's unit, and what it is written in.
 * @param {Goal} goal
 * @returns {[number, string]}
 */
const unitOf = (goal) => (goal.unit === 'ratio' ? [100, '%'] : [1, { ms: 'ms', per_s: 'per second' }[goal.unit ?? ''] ?? '']);

/**
 * Goals of all levels; the first one of a time comes first.
 * @param {Step[]} steps
 */
const goalsOf = (steps) => {
  const all = (steps[0]?.goals ?? []).map((goal, place) => ({ place, expr: goal.expr, unit: unitOf(goal)[1] }));
  return all.sort((a, b) => Number(b.unit === 'ms') - Number(a.unit === 'ms') || a.place - b.place);
};

/**
 * End of an interval, with as many digits as there is room for.
 * @param {number} value
 */
const brief = (value) => value.toFixed(value === 0 || value >= 100 ? 0 : value < 1 ? 3 : value < 10 ? 2 : 1);

/**
 * Interval for people: `38.0 to 45.1`, with a question mark for an end that is not known.
 * @param {number | null | undefined} low
 * @param {number | null | undefined} high
 */
const between = (low, high) => (low === null || low === undefined ? '' : `${brief(low)} to ${high === null || high === undefined ? '?' : brief(high)}`);

/**
 * Title of a chart of a goal, and the unit of its numbers.
 * @param {Step[]} steps
 * @param {number} place of the goal
 * @param {string} by
 * @returns {[string, string]}
 */
const titleOf = (steps, place, by) => {
  const goal = steps[0]?.goals[place];
  return [`${goal ? goal.expr.split(/[<>=!]/)[0].trim() : 'Levels'} against ${by}`, goal ? unitOf(goal)[1] : ''];
};

/** Chart of levels in an element of the page, with a legend in another. */
class LevelChart {
  /**
   * @param {HTMLElement} host
   * @param {HTMLElement} legend
   * @param {{label: string, none: string}} options
   */
  constructor(host, legend, options) {
    this.host = host;
    this.options = options;
    /** @type {Drawn | null} */
    this.drawn = null;
    /** @type {Dot[]} */
    this.dots = [];
    /** @type {number | null} */
    this.pointed = null;
    this.over = shape('svg', { class: 'over', 'aria-hidden': 'true' });
    this.told = document.createElement('b');
    const signs = document.createElement('span');
    signs.className = 'signs';
    for (const [outcome, sign] of Object.entries(SIGNS)) {
      const mark = document.createElement('i');
      mark.className = `sign-of ${outcome}`;
      mark.textContent = sign;
      signs.append(mark, outcome);
    }
    legend.replaceChildren(signs, this.told);
    host.tabIndex = 0;
    for (const [name, value] of [['role', 'slider'], ['aria-roledescription', 'chart'], ['aria-label', options.label]]) host.setAttribute(name, value);
    this.tellPlace();
    this.listen();
    new ResizeObserver(() => this.draw()).observe(host);
  }

  /** @param {Drawn} drawn */
  set(drawn) {
    this.drawn = drawn;
    if (this.pointed !== null && this.pointed >= drawn.steps.length) this.pointed = null;
    this.draw();
  }

  /** Values of the levels, in the unit of the goal. */
  values() {
    const { drawn } = this;
    if (!drawn) return [];
    /** @type {Map<number, number>} */
    const seen = new Map();
    return drawn.steps.map((step, place) => {
      const goal = step.goals[drawn.goal];
      const [times] = goal ? unitOf(goal) : [1];
      /** @param {number | null | undefined} value */
      const scaled = (value) => (value === null || value === undefined ? null : value * times);
      const again = seen.get(step.load) ?? 0;
      seen.set(step.load, again + 1);
      const shift = drawn.isByRps ? 0 : again * BESIDE;
      const x = drawn.isByRps ? step.rps : step.load;
      return { step, x, y: scaled(goal?.value) ?? 0, low: scaled(goal?.low), high: scaled(goal?.high), isAnswer: place === drawn.answeredBy, shift };
    });
  }

  draw() {
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    const { drawn } = this;
    if (width === 0 || !drawn) return;
    const values = this.values();
    if (values.length === 0) {
      const none = document.createElement('p');
      none.className = 'empty';
      none.textContent = this.options.none;
      this.dots = [];
      this.host.replaceChildren(none);
      return;
    }
    const goal = drawn.steps[0].goals[drawn.goal];
    const [times] = goal ? unitOf(goal) : [1];
    const limit = goal ? goal.limit * times : 0;
    const most = Math.max(limit, ...values.map(({ y }) => y));
    const top = Math.max(most * 1.05, Math.min(most * FARTHEST, ...[Math.max(...values.map(({ high }) => high ?? 0))]));
    const [ys, xs] = [ticks(top, 4), ticks(Math.max(...values.map(({ x }) => x)) * 1.02, Math.max(2, width / 110))];
    const [highest, farthest] = [ys[ys.length - 1], xs[xs.length - 1]];
    /** @param {number} x */
    const across = (x) => ROOM.left + x / farthest * (width - ROOM.left - ROOM.right);
    /** @param {number} y */
    const up = (y) => height - ROOM.bottom - Math.min(y, highest) / highest * (height - ROOM.top - ROOM.bottom);
    const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
    for (const y of ys) {
      svg.append(shape('line', { class: y === 0 ? 'base' : 'grid', x1: ROOM.left, x2: width - ROOM.right, y1: up(y), y2: up(y) }));
      svg.append(shape('text', { x: ROOM.left - 8, y: up(y) + 4, 'text-anchor': 'end' }, short(y)));
    }
    for (const x of xs) svg.append(shape('text', { x: across(x), y: height - 24, 'text-anchor': 'middle' }, short(x)));
    const name = drawn.isByRps ? 'answers per second' : drawn.isRate ? 'arrivals per second' : 'users';
    svg.append(shape('text', { class: 'axis', x: (ROOM.left + width - ROOM.right) / 2, y: height - 6, 'text-anchor': 'middle' }, name));
    this.drawKnee(svg, across, height);
    if (goal) {
      svg.append(shape('line', { class: 'limit', x1: ROOM.left, x2: width - ROOM.right, y1: up(limit), y2: up(limit) }));
      svg.append(shape('text', { class: 'limit', x: ROOM.left + 6, y: up(limit) - 5 }, goal.expr));
    }
    this.dots = values.map((value) => ({ ...value, x: across(value.x) + value.shift, y: up(value.y) }));
    svg.append(this.track(), ...values.map((value, place) => this.mark(value, this.dots[place], up)));
    this.over.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.host.replaceChildren(svg, this.over);
    this.point(this.pointed);
  }

  /**
   * Where more load brings hardly more answers.
   * @param {SVGElement} svg
   * @param {(x: number) => number} across
   * @param {number} height
   */
  drawKnee(svg, across, height) {
    const { drawn } = this;
    if (!drawn?.knee || drawn.isByRps) return;
    const [from, to] = drawn.knee.map(across);
    svg.append(shape('rect', { class: 'knee', x: from, width: Math.max(1, to - from), y: ROOM.top, height: Math.max(0, height - ROOM.top - ROOM.bottom) }));
    svg.append(shape('text', { class: 'knee', x: (from + to) / 2, y: ROOM.top - 6, 'text-anchor': 'middle' }, 'knee'));
  }

  /** A faint line through the last level of each load, in the order of the loads. */
  track() {
    /** @type {Map<number, Dot>} */
    const last = new Map(this.dots.map((dot) => [dot.step.load, dot]));
    const order = [...last.values()].sort((a, b) => a.step.load - b.step.load);
    const d = order.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
    return shape('path', { class: 'track', d });
  }

  /**
   * A level: its interval, and its sign.
   * @param {Dot} value in the unit of the goal
   * @param {Dot} dot in pixels
   * @param {(y: number) => number} up
   */
  mark(value, dot, up) {
    const { outcome } = value.step;
    const group = shape('g', { class: `level ${outcome}${value.isAnswer ? ' answer' : ''}` });
    const { x, y } = dot;
    if (value.low !== null) {
      const [foot, head] = [up(value.low), value.high === null ? Math.max(ROOM.top, y - OPEN) : up(value.high)];
      group.append(shape('line', { class: value.high === null ? 'reach open' : 'reach', x1: x, x2: x, y1: foot, y2: head }));
      const ends = value.high === null ? [foot] : [foot, head];
      for (const end of ends) group.append(shape('line', { class: 'reach', x1: x - 4, x2: x + 4, y1: end, y2: end }));
    }
    if (value.isAnswer) {
      group.append(shape('circle', { class: 'ring', cx: x, cy: y, r: RADIUS + 5 }));
      group.append(shape('text', { class: 'answer', x: x - 14, y: y + 4, 'text-anchor': 'end' }, loadName(value.step.load, this.drawn?.isRate ?? false)));
    }
    const diamond = `M${x} ${y - 6.5}L${x + 6.5} ${y}L${x} ${y + 6.5}L${x - 6.5} ${y}Z`;
    group.append(outcome === 'missed' ? shape('path', { class: 'point', d: diamond }) : shape('circle', { class: 'point', cx: x, cy: y, r: RADIUS }));
    return group;
  }

  /** @param {number} place */
  text(place) {
    const { drawn } = this;
    const step = drawn?.steps[place];
    if (!drawn || !step) return '';
    const goal = step.goals[drawn.goal];
    const [times, unit] = goal ? unitOf(goal) : [1, ''];
    /** @param {number | null | undefined} value */
    const scaled = (value) => (value === null || value === undefined ? null : value * times);
    const reach = goal && goal.low !== null ? ` (${between(scaled(goal.low), scaled(goal.high))})` : '';
    const value = goal ? `${number(scaled(goal.value))}${reach} ${unit}` : '';
    return `${loadName(step.load, drawn.isRate)}: ${number(step.rps)} rps, ${value}, ${step.overloaded ? 'overloaded' : step.outcome}`;
  }

  /** @param {number | null} place */
  point(place) {
    this.pointed = place;
    const dot = place === null ? undefined : this.dots[place];
    this.told.textContent = dot && place !== null ? this.text(place) : '';
    this.over.replaceChildren(...(dot ? [shape('circle', { class: 'pointed', cx: dot.x, cy: dot.y, r: RADIUS + 4 })] : []));
  }

  /** Tells those who hear the page where its keys have led. */
  tellPlace() {
    this.host.setAttribute('aria-valuemin', '0');
    this.host.setAttribute('aria-valuemax', String(Math.max(0, this.dots.length - 1)));
    this.host.setAttribute('aria-valuenow', String(this.pointed ?? 0));
    this.host.setAttribute('aria-valuetext', this.pointed === null ? 'arrow keys tell values' : this.text(this.pointed));
  }

  listen() {
    const { host } = this;
    host.addEventListener('pointermove', (event) => {
      const box = host.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const far = this.dots.map((dot) => (dot.x - x) ** 2 + (dot.y - y) ** 2);
      this.point(far.length === 0 ? null : far.indexOf(Math.min(...far)));
    });
    // A finger that is lifted has left, too; the values that it asked for stay.
    host.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') this.point(null); });
    host.addEventListener('blur', () => { this.point(null); this.tellPlace(); });
    host.addEventListener('keydown', (event) => {
      const order = this.dots.map((dot, place) => ({ dot, place })).sort((a, b) => a.dot.x - b.dot.x).map(({ place }) => place);
      const now = this.pointed === null ? -1 : order.indexOf(this.pointed);
      const last = order.length - 1;
      const places = { ArrowLeft: now < 0 ? last : now - 1, ArrowRight: now + 1, Home: 0, End: last };
      const place = places[/** @type {keyof typeof places} */ (event.key)];
      if (place === undefined || last < 0) return;
      event.preventDefault();
      this.point(order[Math.min(last, Math.max(0, place))] ?? null);
      this.tellPlace();
    });
  }
}

export { LevelChart, between, goalsOf, loadName, titleOf };
