// @ts-check
// A recorded exchange: request, answer, times, and the line that repeats it. All of it is text from outside.

import { copyButton, el } from './dom.js';
import { moment, time } from './format.js';

/** @type {[string, string][]} */
const PHASES = [['resolve', 'name'], ['connect', 'connect'], ['proxy', 'proxy'], ['tls', 'TLS'], ['first_byte', 'first byte'], ['receive', 'receive'], ['client_delay', 'client delay']];

/**
 * @param {string} first
 * @param {{headers: [string, string][], body: string, body_bytes: number}} message
 */
const message = (first, message) => {
  const head = [first, ...message.headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  const kept = new TextEncoder().encode(message.body).length;
  return [
    el('pre', {}, head),
    message.body ? el('pre', { class: 'body' }, message.body) : null,
    message.body_bytes > kept ? el('p', { class: 'quiet' }, `The first ${kept} of ${message.body_bytes} bytes.`) : null,
  ];
};

/** @param {any} kept */
const exchange = (kept) => {
  const phases = PHASES.filter(([key]) => kept.times_ms[key] > 0).map(([key, name]) => `${name} ${time(kept.times_ms[key])} ms`);
  const curl = el('code', {}, kept.curl);
  const line = `${kept.method} ${kept.url}`;
  return el('details', { class: 'example' },
    el('summary', {}, el('span', { class: 'time' }, `${time(kept.tpr_ms)} ms`), el('span', { class: 'status' }, kept.status === null ? 'no answer' : String(kept.status)),
      el('span', { class: 'url' }, line), el('span', { class: 'quiet' }, `${kept.kept_as.join(', ')}${kept.kept_as.length ? ' · ' : ''}${kept.at_s.toFixed(1)} s`)),
    el('p', { class: 'quiet' }, `user ${kept.user}, iteration ${kept.iteration}, ${moment(kept.start)}${phases.length ? ` · ${phases.join(', ')}` : ''}`),
    kept.message ? el('p', { class: 'detail' }, kept.message) : null,
    el('div', { class: 'curl' }, el('pre', {}, curl), copyButton(() => kept.curl, curl)),
    el('div', { class: 'pair' },
      el('div', {}, el('h3', {}, 'Request'), ...message(line, kept.request)),
      el('div', {}, el('h3', {}, 'Response'), ...(kept.response ? message(String(kept.status), kept.response) : [el('p', { class: 'detail' }, kept.error ?? '')]))));
};

/**
 * Exchanges, or that there are none.
 * @param {any[]} exchanges
 */
export const exchangeList = (exchanges) => (exchanges.length > 0 ? exchanges.map(exchange) : [el('p', { class: 'quiet' }, 'No exchange was recorded.')]);
