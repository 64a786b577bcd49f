// @ts-check
// Statistics: a table of checks and their requests. Rows and cells are made once, and only what changed is written.

import { look, ofRun } from './api.js';
import { Asking } from './asking.js';
import { el, say } from './dom.js';
import { count, percent, rate, size, time } from './format.js';
import { between } from './levels.js';
import { store } from './store.js';

/** @typedef {import('./api.js').Row} Row */

/** Columns: key, title, how a value is written, and whether it is shown at first. @type {[string, string, (value: any) => string, boolean][]} */
const COLUMNS = [
  ['count', 'ended', count, true],
  ['failures', 'failed', count, true],
  ['fail_share', 'failed %', percent, false],
  ['rps', 'rps', rate, true],
  ['failures_per_s', 'failed/s', rate, true],
  ['mean_ms', 'mean', time, true],
  ['min_ms', 'min', time, true],
  ['p50_ms', 'p50', time, true],
  ['p90_ms', 'p90', time, false],
  ['p95_ms', 'p95', time, true],
  ['p99_ms', 'p99', time, true],
  ['max_ms', 'max', time, true],
  ['corrected_p95_ms', 'corrected p95', time, false],
  ['delay_p95_ms', 'client delay p95', time, false],
  ['size_bytes', 'bytes', size, true],
];
const KEY = 'perfloop.columns';
/** Other parts are asked for at intervals. */
const PUSHED = 'whole';
const ASK_MS = 1000;
/** Of more rows only those that are seen are in the page, */
const ALL_ROWS = 150;
/** each so high, */
const ROW_PX = 35;
/** and so many above and below. */
const BEYOND = 10;
/** Columns are as wide as they are, whatever stands in them: numbers that grow must not move others. */
const [NAME_PX, COLUMN_PX] = [190, 78];
/** Numbers with their intervals beneath take more room: so wide, and so high. */
const [BOUNDED_PX, BOUNDED_ROW_PX] = [84, 50];
/** Columns that have intervals, by the keys of their ends. @type {Record<string, [string, string, number]>} */
const BOUNDED = {
  fail_share: ['fail_ratio_low', 'fail_ratio_high', 100], rps: ['rps_low', 'rps_high', 1], mean_ms: ['mean_low_ms', 'mean_high_ms', 1],
  p50_ms: ['p50_low_ms', 'p50_high_ms', 1], p95_ms: ['p95_low_ms', 'p95_high_ms', 1], p99_ms: ['p99_low_ms', 'p99_high_ms', 1],
};

/** What a reader chose stays when another run is shown. */
const kept = { sort: '', isDown: true, filter: '' };

/**
 * @param {Row} row
 * @param {string} key
 */
const valueOf = (row, key) => (key === 'fail_share' ? (row.count > 0 ? row.failures / row.count : null) : row[key]);

/**
 * Interval of a number of a row; empty where there is none.
 * @param {Row} row
 * @param {string} key
 */
const reachOf = (row, key) => {
  const bounds = row.bounds;
  if (!bounds || !BOUNDED[key]) return '';
  const [low, high, times] = BOUNDED[key];
  /** @param {number | null} end */
  const scaled = (end) => (end === null ? null : end * times);
  return between(scaled(bounds[low]), scaled(bounds[high]));
};

export class Statistics {
  constructor() {
    this.part = 'whole';
    /** @type {Set<string>} */
    this.columns = new Set(this.remembered());
    /** @type {Map<string, {tr: any, cells: Map<string, any>}>} */
    this.rows = new Map();
    /** @type {Row[]} */
    this.fetched = [];
    this.asking = new Asking(() => this.load(), ASK_MS);
    /** The rows have intervals. */
    this.isBounded = false;
    this.body = el('tbody', {});
    this.foot = el('tfoot', {});
    this.head = el('tr', {});
    this.parts = el('select', { id: 'part', 'aria-label': 'Part of the run' });
    this.parts.addEventListener('change', () => { this.part = this.parts.value; this.show(); });
    const filter = el('input', { id: 'filter', type: 'search', placeholder: 'filter by name', 'aria-label': 'Filter by name' });
    filter.value = kept.filter;
    filter.addEventListener('input', () => { kept.filter = filter.value.toLowerCase(); this.arrange(); });
    /** @type {Row[]} */
    this.order = [];
    this.above = el('tr', { 'aria-hidden': 'true', class: 'spacer' }, el('td', { colspan: COLUMNS.length + 1 }));
    this.below = this.above.cloneNode(true);
    this.table = el('table', { id: 'rows' }, el('thead', {}, this.head), this.body, this.foot);
    this.scroll = el('div', { class: 'scroll rows', tabindex: 0 }, this.table);
    this.scroll.addEventListener('scroll', () => { if (this.order.length > ALL_ROWS) this.paint(); }, { passive: true });
    this.note = el('p', { class: 'hint' });
    this.none = el('p', { class: 'empty' });
    this.body.addEventListener('click', (/** @type {MouseEvent} */ event) => this.open(event));
    this.host = el('section', {}, el('div', { class: 'tools' }, this.parts, filter, this.columnChoice()), this.scroll, this.none, this.note);
    this.drawHead();
    new ResizeObserver(() => this.tellWidth()).observe(this.scroll);
  }

  /** Least width of the table. */
  width() {
    return NAME_PX + (this.isBounded ? BOUNDED_PX : COLUMN_PX) * this.shownColumns().length;
  }

  /** A table that is wider than its room says so. */
  tellWidth() {
    const wanted = this.width();
    this.scroll.dataset.wide = String(wanted > this.scroll.clientWidth + 1);
  }

  remembered() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null');
      if (Array.isArray(kept)) return kept;
    } catch { /* Something else stands there. */ }
    return COLUMNS.filter(([, , , isShown]) => isShown).map(([key]) => key);
  }

  columnChoice() {
    const boxes = COLUMNS.map(([key, title]) => {
      const box = el('input', { type: 'checkbox', 'data-column': key });
      box.checked = this.columns.has(key);
      box.addEventListener('change', () => {
        if (box.checked) this.columns.add(key); else this.columns.delete(key);
        localStorage.setItem(KEY, JSON.stringify([...this.columns]));
        this.rows.clear();
        this.drawHead();
        this.tellWidth();
        this.arrange();
      });
      return el('label', {}, box, title);
    });
    const choice = el('details', { class: 'choice', id: 'columns' }, el('summary', {}, 'Columns'), el('div', {}, ...boxes));
    // It lies over the table: a click elsewhere, or Escape, folds it.
    const fold = (/** @type {Event} */ event) => { if (choice.open && !choice.contains(/** @type {Node} */ (event.target))) choice.open = false; };
    choice.addEventListener('toggle', () => { if (choice.open) document.addEventListener('pointerdown', fold); else document.removeEventListener('pointerdown', fold); });
    choice.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') { choice.open = false; choice.firstElementChild.focus(); } });
    return choice;
  }

  shownColumns() {
    return COLUMNS.filter(([key]) => this.columns.has(key));
  }

  drawHead() {
    const title = (/** @type {string} */ key, /** @type {string} */ text) => {
      const arrow = kept.sort === key ? (kept.isDown ? ' ▾' : ' ▴') : '';
      const button = el('button', { type: 'button', class: 'sort', 'data-sort': key, onclick: () => this.sortBy(key) }, text + arrow);
      const order = kept.sort !== key ? 'none' : kept.isDown ? 'descending' : 'ascending';
      return el('th', { scope: 'col', 'aria-sort': order }, button);
    };
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.sort;
    this.table.style.minWidth = `${this.width()}px`;
    this.head.replaceChildren(title('name', 'name'), ...this.shownColumns().map(([key, text]) => title(key, text)));
    if (focused) this.head.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  /** @param {string} key */
  sortBy(key) {
    if (kept.sort === key && !kept.isDown === (key !== 'name')) kept.sort = '';
    else if (kept.sort === key) kept.isDown = !kept.isDown;
    else [kept.sort, kept.isDown] = [key, key !== 'name'];
    this.drawHead();
    this.arrange();
  }

  show() {
    this.update();
    if (this.part !== PUSHED) this.asking.wantNow();
  }

  update() {
    const shown = store.shown;
    if (!shown) return;
    const known = [...this.parts.options].map((option) => /** @type {any} */ (option).value).join();
    if (known !== shown.parts.map(({ id }) => id).join()) {
      this.parts.replaceChildren(...shown.parts.map(({ id, name }) => el('option', { value: id }, name)));
      if (!shown.parts.some(({ id }) => id === this.part)) this.part = 'whole';
      this.parts.value = this.part;
    }
    if (this.part === PUSHED) this.draw(shown.rows); else this.asking.want();
  }

  async load() {
    const [run, part] = [store.shown?.run.id, this.part];
    if (!run || part === PUSHED) return;
    const answer = await look(ofRun(run, `/rows?part=${encodeURIComponent(part)}`));
    if (answer && part === this.part && store.shown?.run.id === run) this.draw(answer.rows);
  }

  /** @param {Row[]} rows */
  draw(rows) {
    this.fetched = rows;
    const isUnbacked = rows.some((row) => row.unbacked.length > 0);
    const isBounded = rows.some((row) => row.bounds);
    if (isBounded !== this.isBounded) {
      this.isBounded = isBounded;
      this.scroll.classList.toggle('bounded', isBounded);
      this.drawHead();
      this.tellWidth();
    }
    const full = store.shown?.parts.some(({ id }) => id === 'full_load') && !store.goesOn ? ' At full load each has its interval.' : '';
    const beneath = isBounded ? ' Beneath a number stands the interval in which it lies with 95 %; a question mark is an end that is not known.' : full;
    const times = `Times are in ms: TPR of passes of a check, response times of requests.${beneath}`;
    say(this.note, isUnbacked ? `* fewer than 10 samples lie beyond this percentile. ${times}` : times);
    this.arrange();
  }

  /** Brings the rows into their order, without those that are not asked for, and shows them. */
  arrange() {
    const isTotal = (/** @type {Row} */ row) => row.kind.startsWith('all');
    const isAsked = (/** @type {Row} */ row) => kept.filter === '' || row.name.toLowerCase().includes(kept.filter);
    const some = this.fetched.filter((row) => !isTotal(row) && isAsked(row));
    this.order = kept.sort ? this.sorted(some) : this.nested(some);
    this.scroll.hidden = this.fetched.length === 0;
    this.none.hidden = this.order.length > 0;
    say(this.none, this.fetched.length > 0 ? 'No row has this text in its name.' : store.goesOn ? 'Nothing has ended yet.' : 'Nothing ended.');
    this.table.setAttribute('aria-rowcount', String(this.order.length));
    this.paint();
    this.fill(this.foot, this.fetched.filter(isTotal));
  }

  /** Writes the rows that are to be seen. Of many rows no others are in the page: it need not lay them out each second. */
  paint() {
    const all = this.order;
    if (all.length <= ALL_ROWS) return this.fill(this.body, all);
    const rowPx = this.isBounded ? BOUNDED_ROW_PX : ROW_PX;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / rowPx) - BEYOND);
    const last = Math.min(all.length, first + Math.ceil(this.scroll.clientHeight / rowPx) + 2 * BEYOND);
    const spacer = (/** @type {any} */ known, /** @type {number} */ rows) => {
      const height = `${rows * rowPx}px`;
      if (known.firstElementChild.style.height !== height) known.firstElementChild.style.height = height;
      return known;
    };
    this.fill(this.body, all.slice(first, last), spacer(this.above, first), spacer(this.below, all.length - last));
  }

  /**
   * Brings these rows, and no others, into a part of the table.
   * @param {HTMLElement} host
   * @param {Row[]} rows
   * @param {...Element} spacers above and below
   */
  fill(host, rows, ...spacers) {
    const wanted = rows.map((row) => this.written(row));
    const all = spacers.length === 2 ? [spacers[0], ...wanted, spacers[1]] : wanted;
    let at = host.firstElementChild;
    for (const tr of all) {
      if (tr === at) at = at?.nextElementSibling ?? null; else host.insertBefore(tr, at);
    }
    while (at) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
  }

  /**
   * Row of the table, with the values that it has now.
   * @param {Row} row
   */
  written(row) {
    const id = `${row.kind} ${row.name}`;
    const known = this.rows.get(id) ?? this.make(id, row);
    for (const [key, , write] of this.shownColumns()) {
      const mark = row.unbacked.includes(key.replace('_ms', '')) ? '*' : '';
      const [cell, text, reach] = [known.cells.get(key), write(valueOf(row, key)) + mark, reachOf(row, key)];
      if (reach === '') say(cell, text);
      else if (cell.textContent !== text + reach) cell.replaceChildren(text, el('small', { class: 'reach' }, reach));
    }
    known.tr.classList.toggle('failing', row.failures > 0);
    return known.tr;
  }

  /**
   * @param {string} id
   * @param {Row} row
   */
  make(id, row) {
    const cells = new Map(this.shownColumns().map(([key]) => [key, el('td', {})]));
    const isAll = row.kind.startsWith('all');
    const name = isAll ? row.kind : row.name;
    const label = isAll ? name : el('a', { href: '#', title: `${name}: show its charts` }, name);
    const tr = el('tr', { class: row.kind.replace(' ', '-'), 'data-name': row.name, 'data-kind': row.kind }, el('th', { scope: 'row', title: name }, label), ...cells.values());
    const made = { tr, cells };
    this.rows.set(id, made);
    return made;
  }

  /**
   * Shows the charts of a row that is clicked. Who marks text to copy it means no click.
   * @param {MouseEvent} event
   */
  open(event) {
    const target = /** @type {Element} */ (event.target);
    const tr = /** @type {HTMLElement | null} */ (target.closest('tr[data-kind]'));
    if (!tr || (!target.closest('a') && String(getSelection()) !== '')) return;
    event.preventDefault();
    const { kind, name } = tr.dataset;
    sessionStorage.setItem('perfloop.row', `${kind}:${name}`);
    location.hash = (location.hash || '#/').replace(/[^/]*$/, 'charts');
  }

  /** @param {Row[]} rows */
  sorted(rows) {
    const sign = kept.isDown ? -1 : 1;
    const key = kept.sort;
    return rows.map((row, at) => ({ row, at })).sort((one, other) => {
      const [a, b] = [valueOf(one.row, key), valueOf(other.row, key)];
      if (a === b) return one.at - other.at;
      if (a === null || a === undefined) return 1;
      if (b === null || b === undefined) return -1;
      return (a < b ? -1 : 1) * sign;
    }).map(({ row }) => row);
  }

  /**
   * Requests beneath the check that makes them.
   * @param {Row[]} rows
   */
  nested(rows) {
    const checks = rows.filter((row) => row.kind === 'check');
    /** @type {Map<string | null, Row[]>} */
    const own = new Map(checks.map((check) => [check.name, []]));
    /** @type {Row[]} */
    const others = [];
    for (const row of rows) if (row.kind === 'request') (own.get(row.of) ?? others).push(row);
    return [...checks.flatMap((check) => [check, ...(own.get(check.name) ?? [])]), ...others];
  }
}
