// @ts-check
// What the page knows: how the server stands, the run that goes on, and the run that is shown.

import { get, listen, ofRun } from './api.js';

/**
 * @typedef {import('./api.js').Snapshot} Snapshot
 * @typedef {import('./api.js').ServerState} ServerState
 */

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
    this.isLost = false;
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
    listen({
      lost: (isLost) => {
        if (this.isLost === isLost) return;
        this.isLost = isLost;
        this.tell('lost');
      },
      state: (state) => {
        const isOther = state.run !== this.server?.run;
        this.server = state;
        if (isOther && state.run === null) this.live = null;
        this.tell('state');
      },
      snapshot: (snapshot) => {
        this.live = snapshot;
        this.tell(this.chosen === null ? 'shown' : 'live');
      },
    });
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
        this.past = await get(ofRun(chosen));
      } catch {
        this.chosen = null;
      }
    }
    this.tell('chosen');
    this.tell('shown');
  }
}

export const store = new Store();
