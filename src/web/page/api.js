// @ts-check
// Requests to perfloop, and what it pushes.

/**
 * @typedef {{kind: string, name: string, of: string | null, count: number, failures: number, rps: number,
 *   failures_per_s: number, unbacked: string[], [column: string]: any}} Row
 * @typedef {{width_s: number, from: number, rps: number[], failures_per_s: number[], p50_ms: (number|null)[],
 *   p95_ms: (number|null)[], p99_ms: (number|null)[], max_ms: (number|null)[], users: number[], in_flight: number[],
 *   delay_p50_ms: (number|null)[], delay_p99_ms: (number|null)[]}} Points
 * @typedef {{mood: string, text: string, evidence: string[]}} Verdict
 * @typedef {{id: string, state: string, started: string, target: string, plan: string, command: string,
 *   is_warming_up: boolean, elapsed_s: number, left_s: number | null, users_up: number, users_wanted: number,
 *   asked_per_s: number | null, classes: {name: string, users: number}[], can_edit: string[], is_good: boolean | null,
 *   end: string | null}} RunHead
 * @typedef {{seq: number, run: RunHead, now: Record<string, any>, totals: Record<string, any>,
 *   verdicts: {title: Verdict | null, times: Verdict, load: Verdict, gates: Verdict[]}, warnings: string[],
 *   rows: Row[], parts: {id: string, name: string}[], points: Points | null,
 *   failures: {groups: number, count: number}, log_lines: number}} Snapshot
 * @typedef {{version: string, state: string, run: string | null, can_start: boolean, waits_for: string,
 *   history_folder: string | null, baseline: string | null, target: string}} ServerState
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
 * Listens to what perfloop pushes; the browser connects again by itself.
 * @param {{state: (state: ServerState) => void, snapshot: (snapshot: Snapshot) => void, lost: (isLost: boolean) => void}} hear
 */
export const listen = (hear) => {
  const source = new EventSource('/api/v1/events');
  source.addEventListener('open', () => hear.lost(false));
  source.addEventListener('error', () => hear.lost(true));
  source.addEventListener('state', (event) => hear.state(JSON.parse(event.data)));
  source.addEventListener('snapshot', (event) => hear.snapshot(JSON.parse(event.data)));
};
