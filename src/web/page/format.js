// @ts-check
// Numbers and times for people, as the reports write them.

/**
 * Milliseconds with four digits.
 * @param {number | null | undefined} ms
 */
export const time = (ms) => {
  if (ms === null || ms === undefined) return '–';
  const decimals = ms < 1 ? 3 : ms < 100 ? 2 : ms < 1000 ? 1 : 0;
  return ms.toFixed(decimals);
};

/**
 * Something per second.
 * @param {number | null | undefined} value
 */
export const rate = (value) => {
  if (value === null || value === undefined) return '–';
  return value.toFixed(value >= 1000 ? 0 : 2);
};

/**
 * A share in percent.
 * @param {number | null | undefined} share
 */
export const percent = (share) => (share === null || share === undefined ? '–' : (share * 100).toFixed(2));

/**
 * A whole number in groups of three digits. Written by hand: a table of a thousand rows asks for it often.
 * @param {number | null | undefined} value
 */
export const count = (value) => {
  if (value === null || value === undefined) return '–';
  const text = String(value);
  return text.length < 4 ? text : text.replace(/\B(?=(\d{3})+$)/g, ' ');
};

/** @param {number | null | undefined} value */
export const size = (value) => (value === null || value === undefined ? '–' : value < 10000 ? value.toFixed(0) : `${(value / 1024).toFixed(1)} Ki`);

/**
 * A span of time in whole seconds.
 * @param {number | null | undefined} s
 */
export const span = (s) => {
  if (s === null || s === undefined) return '–';
  const whole = Math.round(s);
  const [h, m, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  /** @param {number} n */
  const two = (n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(rest)}` : m > 0 ? `${m}:${two(rest)}` : `${rest} s`;
};

/**
 * A moment of the wall clock.
 * @param {string} text
 */
export const moment = (text) => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
};
