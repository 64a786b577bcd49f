// @ts-check
// Asking perfloop for what changes: one question at a time and not too often, and the last change is never missed.

export class Asking {
  /**
   * @param {() => Promise<void>} ask
   * @param {number} [pauseMs] least time from one question to the next
   */
  constructor(ask, pauseMs = 0) {
    this.ask = ask;
    this.pauseMs = pauseMs;
    this.askedAt = 0;
    this.isWanted = false;
    this.isBusy = false;
    /** Ends the pause before its time. */
    this.wake = () => {};
  }

  /** Asks as soon as it may. What changes while an answer is under way is asked for after it. */
  want() {
    this.isWanted = true;
    if (!this.isBusy) void this.askWhileWanted();
  }

  /** Asks without a pause, though not before the answer that is under way. */
  wantNow() {
    this.askedAt = 0;
    this.want();
    this.wake();
  }

  async askWhileWanted() {
    this.isBusy = true;
    try {
      while (this.isWanted) {
        await this.pause();
        this.isWanted = false;
        this.askedAt = Date.now();
        await this.ask();
      }
    } finally {
      this.isBusy = false;
    }
  }

  async pause() {
    const left = this.askedAt + this.pauseMs - Date.now();
    if (left > 0) await new Promise((done) => { this.wake = () => done(undefined); setTimeout(done, left); });
  }
}
