// @ts-check
// Elements of the page. Whatever comes from outside goes in as text.

/**
 * An element with attributes and children; a text is a child, too.
 * @param {string} name
 * @param {Record<string, any>} [attributes] `on…` is a listener; false and undefined leave an attribute out
 * @param {...(Node | string | null | undefined)} children
 * @returns {any}
 */
export const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'value') /** @type {any} */ (made).value = value;
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined).map((child) => /** @type {any} */ (child)));
  return made;
};

/**
 * An element that stands in the page.
 * @param {string} id
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);

/**
 * Sets a text, if it is another one: what did not change is not drawn anew.
 * @param {Element} element
 * @param {string} text
 */
export const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/**
 * A place of a chart with its title.
 * @param {string} id
 * @param {string} title
 * @param {string} unit
 * @param {...Node} more
 */
export const figure = (id, title, unit, ...more) => {
  const legend = el('span', { class: 'legend', id: `${id}-legend` });
  const host = el('div', { class: 'chart', id });
  const caption = el('figcaption', {}, el('b', {}, title), el('span', { class: 'unit' }, unit), ...more, legend);
  return { figure: el('figure', {}, caption, host), host, legend };
};

/**
 * A button that copies a text.
 * @param {() => string} text
 * @param {Element} shown what is selected where nothing can be copied
 */
export const copyButton = (text, shown) => {
  const button = el('button', { type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    } catch {
      getSelection()?.selectAllChildren(shown);
    }
  });
  return button;
};

/** @type {ReturnType<typeof setTimeout> | undefined} */
let noticed;

/**
 * Tells for some seconds why something that was asked for did not happen.
 * @param {string} text
 */
export const notice = (text) => {
  const host = byId('notice');
  host.textContent = text;
  host.hidden = false;
  clearTimeout(noticed);
  noticed = setTimeout(() => { host.hidden = true; }, 8000);
};
