// @ts-check
// The page: its parts, and which of them is shown.

import { byId, el, say } from './dom.js';
import { Form } from './form.js';
import { Header } from './header.js';
import { rate } from './format.js';
import { store } from './store.js';
import { followTheme } from './theme.js';
import { Downloads } from './downloads.js';
import { Failures } from './failures.js';
import { History } from './history.js';
import { LogView } from './log.js';
import { OverTime } from './over_time.js';
import { Ratio } from './ratio.js';
import { Statistics } from './statistics.js';

/**
 * Part of the page: it is told when it is to be seen, and of each snapshot while it is.
 * @typedef {{host: HTMLElement, show: () => void, update: () => void}} View
 */

/** @type {[string, string, () => View][]} */
const TABS = [
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
/** True while the form stands in front. */
let isForm = false;

/** Place that the address names: `#/charts`, `#/run/2/charts`. */
const place = () => {
  const parts = location.hash.replace(/^#\/?/, '').split('/').map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  const run = parts[0] === 'run' ? parts[1] ?? null : null;
  const name = run === null ? parts[0] : parts[2];
  return { run, tab: TABS.some(([known]) => known === name) ? /** @type {string} */ (name) : 'statistics' };
};

/** @param {string} name */
const hash = (name) => (store.chosen === null ? `#/${name}` : `#/run/${encodeURIComponent(store.chosen)}/${name}`);

const view = () => {
  let known = views.get(tab);
  if (!known) {
    const made = TABS.find(([name]) => name === tab);
    known = (made ?? TABS[0])[2]();
    views.set(tab, known);
  }
  return known;
};

const drawTabs = () => {
  const host = byId('tabs');
  const shown = store.shown;
  if (host.childElementCount === 0) {
    for (const [name, title] of TABS) {
      const link = el('a', { id: `tab-${name}`, role: 'tab', 'data-tab': name }, title, el('span', { class: 'badge' }));
      host.append(link);
    }
    host.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const now = TABS.findIndex(([name]) => name === tab);
      location.hash = hash(TABS[(now + step + TABS.length) % TABS.length][0]);
      setTimeout(() => byId(`tab-${tab}`).focus());
    });
  }
  for (const link of host.children) {
    const name = /** @type {any} */ (link).dataset.tab;
    link.setAttribute('href', hash(name));
    link.setAttribute('aria-selected', String(name === tab));
    link.setAttribute('tabindex', name === tab ? '0' : '-1');
    const badge = name === 'failures' && shown ? shown.failures.count : 0;
    const mark = /** @type {HTMLElement} */ (link.lastElementChild);
    mark.hidden = badge === 0;
    say(mark, badge > 0 ? String(badge) : '');
  }
};

const draw = () => {
  const has = store.shown !== null;
  const isReady = isForm || (!has && tab !== 'history');
  byId('ready').hidden = !isReady;
  byId('tabs').hidden = isForm;
  byId('view').hidden = isReady;
  if (isReady) form.show(byId('ready'), isForm);
  drawTabs();
  const host = byId('view');
  const known = view();
  if (host.firstElementChild !== known.host) {
    host.replaceChildren(known.host);
    known.show();
  }
};

const update = () => {
  header.update();
  drawTabs();
  if (byId('view').hidden) draw(); else view().update();
  const live = store.live;
  document.title = live && live.run.state !== 'stopped'
    ? `${live.run.state} · ${rate(live.now.rps)} rps · perfloop` : `perfloop${live ? ' · stopped' : ''}`;
};

const follow = async () => {
  const wanted = place();
  tab = wanted.tab;
  isForm = false;
  await store.choose(wanted.run);
  draw();
  view().show();
  update();
};

header.onNew = () => {
  isForm = !isForm;
  draw();
};
form.onStarted = () => {
  isForm = false;
  if (location.hash === '#/statistics') void follow(); else location.hash = '#/statistics';
};
form.onClosed = () => {
  isForm = false;
  draw();
};
store.addEventListener('shown', update);
store.addEventListener('live', () => header.update());
store.addEventListener('chosen', () => views.clear());
store.addEventListener('state', () => {
  header.update();
  draw();
  if (tab === 'history') view().update();
  byId('version').textContent = `perfloop ${store.server?.version ?? ''}`;
});
store.addEventListener('lost', () => { byId('lost').hidden = !store.isLost; });
window.addEventListener('hashchange', follow);
followTheme();
store.start();
void follow();
