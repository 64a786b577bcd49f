// @ts-check
// What the page knows: how the server stands, the run that goes on, and the run that is shown.

import { get, listen, ofRun } from './api.js';

/**
 * @typedef {import('./api.js').Snapshot} Snapshot
 * @typedef {import('./api.js').ServerState} ServerState
 */

/** While a run goes on there is news each second: after so long a silence the connection is dead, whatever it says. */
const SILENCE_MS = 8000;
/** Points of the small lines in the header. */
const TRAIL = 60;

class Store extends EventTarget {
  constructor() {
    super();
    /** @type {ServerState | null} */
    this.server = null;
    /** Latest snapshot of the run of this process. @type {Snapshot | null} */
    this.live = null;
    /** Run that is looked at; null for the one that goes on. @type {string | null} */
    this.chosen = null;
    /** Snapshot of a chosen run. @type {Snapshot | null} */
    this.past = null;
    /** Why there is no news; empty while there is. */
    this.lost = '';
    /** What came of the last minute, by the place of its point. @type {Map<number, {rps: number, p95: number | null}>} */
    this.trail = new Map();
    this.trailWidth = 0;
    this.heardAt = 0;
  }

  /** Run that is shown. */
  get shown() {
    return this.chosen === null ? this.live : this.past;
  }

  /** True while the shown run goes on. */
  get goesOn() {
    return this.chosen === null && this.live !== null && this.live.run.state !== 'stopped';
  }

  /** @param {string} what */
  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  start() {
    const connect = listen({
      lost: (why) => this.lose(why),
      state: (state) => {
        this.heardAt = Date.now();
        const isOther = state.run !== this.server?.run;
        this.server = state;
        if (isOther && state.run === null) this.live = null;
        this.tell('state');
      },
      snapshot: (snapshot) => this.hear(snapshot),
    });
    setInterval(() => {
      const goesOn = this.live !== null && this.live.run.state !== 'stopped';
      if (!goesOn || this.lost || Date.now() - this.heardAt < SILENCE_MS) return;
      this.lose('No news from perfloop for some seconds; trying again.');
      connect();
    }, 2000);
  }

  /** @param {string} why */
  lose(why) {
    if (this.lost === why) return;
    this.lost = why;
    this.tell('lost');
  }

  /** @param {Snapshot} snapshot */
  hear(snapshot) {
    this.heardAt = Date.now();
    this.lose('');
    const isOther = this.live?.run.id !== snapshot.run.id;
    this.live = snapshot;
    if (isOther) this.trail.clear();
    this.follow(snapshot.points);
    // What is shown of the run before is no part of this one.
    if (isOther && this.chosen === null) this.tell('chosen');
    this.tell(this.chosen === null ? 'shown' : 'live');
  }

  /** @param {import('./api.js').Points | null} points */
  follow(points) {
    if (!points) return;
    if (points.width_s !== this.trailWidth) this.trail.clear();
    this.trailWidth = points.width_s;
    points.rps.forEach((rps, place) => this.trail.set(points.from + place, { rps, p95: points.p95_ms[place] }));
    const newest = points.from + points.rps.length;
    for (const place of this.trail.keys()) if (place < newest - TRAIL) this.trail.delete(place);
  }

  /**
   * Shows a run of the history; null for the one that goes on.
   * @param {string | null} id
   */
  async choose(id) {
    const chosen = id !== null && id === this.live?.run.id && this.live.run.state !== 'stopped' ? null : id;
    if (chosen === this.chosen) return;
    this.chosen = chosen;
    this.past = null;
    if (chosen !== null) {
      try {
        const past = await get(ofRun(chosen));
        // Meanwhile another one may have been chosen.
        if (this.chosen !== chosen) return;
        this.past = past;
      } catch {
        this.chosen = null;
        this.tell('unknown');
      }
    }
    this.tell('chosen');
    this.tell('shown');
  }
}

export const store = new Store();
