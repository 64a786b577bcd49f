// @ts-check
// The page: its parts, and which of them is shown.

import { byId, el, notice, say } from './dom.js';
import { Form } from './form.js';
import { Header } from './header.js';
import { count, rate } from './format.js';
import { store } from './store.js';
import { followTheme } from './theme.js';
import { Capacity } from './capacity.js';
import { Downloads } from './downloads.js';
import { Failures } from './failures.js';
import { History } from './history.js';
import { LogView } from './log.js';
import { OverTime } from './over_time.js';
import { Ratio } from './ratio.js';
import { Statistics } from './statistics.js';
import { Worker } from './worker.js';

/**
 * Part of the page: it is told when it is to be seen, and of each snapshot while it is.
 * @typedef {{host: HTMLElement, show: () => void, update: () => void}} View
 */

/** Tab of the start form, which is there while it is shown. */
const NEW = 'new';
/** @type {[string, string, () => View][]} */
const TABS = [
  ['worker', 'Worker', () => new Worker()],
  ['capacity', 'Capacity', () => new Capacity()],
  ['statistics', 'Statistics', () => new Statistics()],
  ['charts', 'Charts', () => new OverTime()],
  ['failures', 'Failures', () => new Failures()],
  ['ratio', 'Ratio', () => new Ratio()],
  ['downloads', 'Downloads', () => new Downloads()],
  ['log', 'Log', () => new LogView()],
  ['history', 'History', () => new History()],
];

/** @type {Map<string, View>} */
const views = new Map();
const header = new Header();
const form = new Form();
let tab = 'statistics';
/** Tab that the address names; null where it names none. @type {string | null} */
let named = null;
/** True where the address asks for the form. */
let isForm = false;

/** Place that the address names: `#/charts`, `#/run/2/charts`, `#/new`. */
const place = () => {
  const parts = location.hash.replace(/^#\/?/, '').split('/').map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  const run = parts[0] === 'run' ? parts[1] ?? null : null;
  const name = run === null ? parts[0] : parts[2];
  return { run, isForm: name === NEW, tab: TABS.some(([known]) => known === name) ? /** @type {string} */ (name) : null };
};

/** True where a master starts and stops the runs. */
const isWorker = () => Boolean(store.server?.worker);

/** Tab that is shown: a worker without a run begins with its master, a search with its levels. */
const chosenTab = () => {
  const search = store.shown?.search ?? null;
  if (named === 'worker' && !isWorker()) return 'statistics';
  if (isWorker() && store.shown === null && named !== 'history') return 'worker';
  if (named === null) return search ? 'capacity' : 'statistics';
  return named === 'capacity' && store.shown !== null && search === null ? 'statistics' : named;
};

/** @param {string} name */
const hash = (name) => (store.chosen === null || name === NEW ? `#/${name}` : `#/run/${encodeURIComponent(store.chosen)}/${name}`);

/** True while the form stands in front: where it is asked for, and where there is nothing else to show. */
const isReady = () => (isForm && store.server?.can_start !== false) || (store.shown === null && store.server !== null && tab !== 'history' && !isWorker());

/** Tabs that lead somewhere now. */
const names = () => {
  const leads = { capacity: Boolean(store.shown?.search), worker: isWorker() };
  const known = TABS.map(([name]) => name).filter((name) => leads[/** @type {keyof typeof leads} */ (name)] !== false);
  const some = store.shown === null ? known.filter((name) => ['worker', 'history'].includes(name)) : known;
  return isReady() || (store.shown === null && !isWorker()) ? [NEW, ...some] : some;
};

const view = () => {
  let known = views.get(tab);
  if (!known) {
    const made = TABS.find(([name]) => name === tab);
    known = (made ?? TABS[0])[2]();
    views.set(tab, known);
  }
  return known;
};

const makeTabs = () => {
  const host = byId('tabs');
  for (const [name, title] of [[NEW, 'New test'], ...TABS]) {
    host.append(el('a', { id: `tab-${name}`, role: 'tab', 'data-tab': name, 'aria-controls': name === NEW ? 'ready' : 'view' }, title, el('span', { class: 'badge' })));
  }
  host.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const all = names();
    const now = all.indexOf(isReady() ? NEW : tab);
    const places = { ArrowLeft: now - 1 + all.length, ArrowRight: now + 1, Home: 0, End: all.length - 1 };
    const wanted = places[/** @type {keyof typeof places} */ (event.key)];
    if (wanted === undefined) return;
    event.preventDefault();
    const name = all[wanted % all.length];
    location.hash = hash(name);
    byId(`tab-${name}`).focus();
  });
};

const drawTabs = () => {
  const host = byId('tabs');
  if (host.childElementCount === 0) makeTabs();
  const now = isReady() ? NEW : tab;
  const all = names();
  for (const link of host.children) {
    const name = /** @type {any} */ (link).dataset.tab;
    /** @type {any} */ (link).hidden = !all.includes(name);
    link.setAttribute('href', hash(name));
    link.setAttribute('aria-selected', String(name === now));
    link.setAttribute('tabindex', name === now ? '0' : '-1');
    const badge = name === 'failures' ? store.shown?.failures.count ?? 0 : 0;
    const mark = /** @type {HTMLElement} */ (link.lastElementChild);
    mark.hidden = badge === 0;
    say(mark, badge > 0 ? count(badge) : '');
  }
};

const draw = () => {
  const ready = isReady();
  byId('ready').hidden = !ready;
  byId('view').hidden = ready;
  if (ready) void form.show(byId('ready'), store.shown !== null);
  drawTabs();
  if (ready) return;
  const host = byId('view');
  host.setAttribute('aria-labelledby', `tab-${tab}`);
  const known = view();
  if (host.firstElementChild !== known.host) {
    host.replaceChildren(known.host);
    known.show();
  }
};

const drawTitle = () => {
  const live = store.live;
  const mark = live?.run.is_good === true ? '✓ ' : live?.run.is_good === false ? '✕ ' : '';
  const text = !live ? 'perfloop' : live.run.state === 'stopped' ? `${mark}stopped · perfloop` : `${live.run.state} · ${rate(live.now.rps)} rps · perfloop`;
  if (document.title !== text) document.title = text;
};

const update = () => {
  const wanted = chosenTab();
  const isOther = wanted !== tab;
  tab = wanted;
  header.update();
  drawTabs();
  // The first snapshot of a run takes the place of the form, or of the run before.
  const isPlaced = byId('view').hidden === isReady() && (isReady() || byId('view').firstElementChild === view().host);
  if (isOther || !isPlaced) draw(); else if (!isReady()) view().update();
  drawTitle();
};

const follow = async () => {
  const wanted = place();
  named = wanted.tab;
  isForm = wanted.isForm;
  tab = chosenTab();
  await store.choose(wanted.run);
  tab = chosenTab();
  draw();
  if (!isReady()) view().show();
  update();
};

header.onNew = () => { location.hash = isReady() ? '#/statistics' : `#/${NEW}`; };
form.onStarted = (isSearch) => { location.hash = isSearch ? '#/capacity' : '#/statistics'; };
form.onClosed = () => { location.hash = '#/statistics'; };
store.addEventListener('shown', update);
store.addEventListener('live', () => { header.update(); drawTitle(); });
store.addEventListener('chosen', () => {
  views.clear();
  // What says which run is shown stands at the top.
  if (store.chosen !== null) scrollTo(0, 0);
});
store.addEventListener('unknown', () => notice('There is no such run.'));
store.addEventListener('state', () => {
  tab = chosenTab();
  header.update();
  draw();
  if (['history', 'worker'].includes(tab) && !isReady()) view().update();
  byId('version').textContent = `perfloop ${store.server?.version ?? ''}`;
});
store.addEventListener('lost', () => {
  byId('lost').textContent = store.lost;
  byId('lost').hidden = store.lost === '';
  document.documentElement.classList.toggle('is-lost', store.lost !== '');
});
window.addEventListener('hashchange', follow);
followTheme();
store.start();
void follow();
