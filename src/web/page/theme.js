// @ts-check
// Light or dark: by the system, or as chosen.

import { byId } from './dom.js';

const KEY = 'perfloop.theme';

export const followTheme = () => {
  const select = byId('theme');
  const root = document.documentElement;
  /** @param {string} theme */
  const apply = (theme) => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    select.value = theme;
  };
  apply(localStorage.getItem(KEY) ?? '');
  select.addEventListener('change', () => {
    localStorage.setItem(KEY, select.value);
    apply(select.value);
  });
};
