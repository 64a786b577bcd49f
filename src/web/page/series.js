// @ts-check
// Points of a run's charts, as they are known so far: fetched once, and then added to by events.

import { get, ofRun } from './api.js';

/** @typedef {import('./api.js').Points} Points */

const COLUMNS = /** @type {const} */ (['rps', 'failures_per_s', 'p50_ms', 'p95_ms', 'p99_ms', 'max_ms', 'users', 'in_flight',
  'delay_p50_ms', 'delay_p99_ms']);

/** Points of a run, or of one of its rows. */
export class Series {
  /**
   * @param {string} run
   * @param {string} of
   */
  constructor(run, of) {
    this.run = run;
    this.of = of;
    /** @type {Points | null} */
    this.points = null;
    /** @type {{at_s: number, text: string}[]} */
    this.marks = [];
  }

  /** Fetches all anew. */
  async fetch() {
    try {
      const answer = await get(ofRun(this.run, `/series?of=${encodeURIComponent(this.of)}`));
      this.points = answer.points;
      this.marks = answer.marks;
    } catch {
      // A row that has done nothing yet has no points.
      this.points = null;
    }
  }

  /**
   * Adds points of an event. False when there is a gap, or their width is another one: then all is to be fetched.
   * @param {Points | null} points
   */
  add(points) {
    const known = this.points;
    if (!points || !known) return false;
    if (points.width_s !== known.width_s || points.from > known.from + known.rps.length) return false;
    for (const column of COLUMNS) {
      const values = /** @type {any[]} */ (known[column]);
      points[column].forEach((value, place) => { values[points.from - known.from + place] = value; });
    }
    return true;
  }

  /**
   * A column as points of a chart, each in the middle of its span.
   * @param {typeof COLUMNS[number]} column
   * @returns {[number, number | null][]}
   */
  line(column) {
    const points = this.points;
    if (!points) return [];
    return points[column].map((value, place) => [(points.from + place + 0.5) * points.width_s, value]);
  }

  /** Span of a point, in s. */
  get width() {
    return this.points?.width_s ?? 1;
  }
}
