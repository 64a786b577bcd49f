// @ts-check
// Requests to perfloop, and what it pushes.

/**
 * @typedef {{kind: string, name: string, of: string | null, count: number, failures: number, rps: number,
 *   failures_per_s: number, unbacked: string[], [column: string]: any}} Row
 * @typedef {{width_s: number, from: number, rps: number[], failures_per_s: number[], p50_ms: (number|null)[],
 *   p95_ms: (number|null)[], p99_ms: (number|null)[], max_ms: (number|null)[], users: number[], in_flight: number[],
 *   delay_p50_ms: (number|null)[], delay_p99_ms: (number|null)[]}} Points
 * @typedef {{mood: string, text: string, evidence: string[]}} Verdict
 * @typedef {{id: string, state: string, started: string, part: string | null,
 *   starts_in_s: number | null, target: string, plan: string, command: string,
 *   is_warming_up: boolean, elapsed_s: number, left_s: number | null, users_up: number, users_wanted: number,
 *   asked_per_s: number | null, classes: {name: string, users: number}[], can_edit: string[], is_good: boolean | null,
 *   end: string | null}} RunHead
 * @typedef {{load: number, name: string, purpose: string, phase: string, phase_s: number, held_s: number}} Held
 * @typedef {{seq: number, run: RunHead, now: Record<string, any>, totals: Record<string, any>,
 *   verdicts: {title: Verdict | null, times: Verdict, load: Verdict, gates: Verdict[]}, warnings: string[],
 *   diagnoses: {text: string, remedy: string}[], rows: Row[], parts: {id: string, name: string}[], points: Points | null,
 *   failures: {groups: number, count: number}, log_lines: number,
 *   search: {levels: number, held: Held | null, answer: string | null} | null}} Snapshot
 * @typedef {{version: string, state: string, run: string | null, can_start: boolean, waits_for: string,
 *   history_folder: string | null, baseline: string | null, target: string, worker: WorkerNow | null}} ServerState
 * @typedef {{identity: string, state: string, classes: {name: string, users: number}[], users_told: number,
 *   users_up: number, requests_told: number, requests_unconfirmed: number, heartbeats: number,
 *   heartbeats_answered: number, answered_before_s: number | null, losses: number,
 *   last_loss: {time: string, why: string} | null}} Member
 * @typedef {{master: string, members: Member[], lines: string[]}} WorkerNow
 * @typedef {{field: string | null, message: string}} FieldError
 */

/** Refusal, with what is wrong at which field. */
export class Refused extends Error {
  /**
   * @param {FieldError[]} errors
   * @param {number} status
   */
  constructor(errors, status) {
    super(errors.map((error) => error.message).join('; ') || `perfloop answered ${status}`);
    this.errors = errors;
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
const request = async (method, path, body) => {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.errors || [], response.status);
  return answer;
};

/** @param {string} path */
export const get = (path) => request('GET', path);
/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) => request('POST', path, body);
/** @param {string} path @param {any} body */
export const patch = (path, body) => request('PATCH', path, body);
/** @param {string} path @param {any} body */
export const put = (path, body) => request('PUT', path, body);

/**
 * Path of a run, or of something of it.
 * @param {string} id
 * @param {string} [rest]
 */
export const ofRun = (id, rest = '') => `/runs/${encodeURIComponent(id)}${rest}`;

/**
 * Answer to something that is asked again anyway, or null: that perfloop is gone is told by its events.
 * @param {string} path
 */
export const look = async (path) => {
  try {
    return await get(path);
  } catch {
    return null;
  }
};

/** @param {unknown} error */
export const reason = (error) => (error instanceof Error ? error.message : String(error));

/** Time until the next try, where the browser itself has given up. */
const AGAIN_MS = 2000;

/**
 * Listens to what perfloop pushes, and goes on when the connection was lost. The returned function connects anew.
 * @param {{state: (state: ServerState) => void, snapshot: (snapshot: Snapshot) => void,
 *   lost: (why: string) => void}} hear `lost` hears an empty text when all is well
 */
export const listen = (hear) => {
  /** @type {EventSource | null} */
  let source = null;
  const connect = () => {
    source?.close();
    const made = new EventSource('/api/v1/events');
    source = made;
    made.addEventListener('open', () => hear.lost(''));
    made.addEventListener('error', async () => {
      hear.lost('The connection to perfloop is lost; trying again.');
      // The browser tries again by itself, but not after an answer that is no stream.
      if (made.readyState !== EventSource.CLOSED || source !== made) return;
      setTimeout(() => { if (source === made) connect(); }, AGAIN_MS);
      const answer = await fetch('/api/v1/state').catch(() => null);
      if (answer?.status === 401) hear.lost('perfloop wants its token: open the link that it printed.');
    });
    made.addEventListener('state', (event) => hear.state(JSON.parse(event.data)));
    made.addEventListener('snapshot', (event) => hear.snapshot(JSON.parse(event.data)));
  };
  connect();
  return connect;
};
