// @ts-check
// Charts: lines and bars over time, or by percentile. All of a group share the pointer and the zoom. Names come from outside:
// they are text, and never markup.

/**
 * A line of a chart. A value is null where there is none.
 * @typedef {{name: string, ink: string, points: [number, number | null][], bars?: boolean, thin?: boolean,
 *   dashed?: boolean, off?: boolean}} Line
 * @typedef {{label: string, none: string, unit?: string, percentiles?: boolean, height?: number,
 *   pick?: (from: number, to: number) => void}} Options
 * @typedef {{at: number, text: string}} Mark
 */

const SVG = 'http://www.w3.org/2000/svg';
const PAD = { left: 52, right: 14, top: 18, bottom: 26 };
/** A drag of fewer pixels is a click. */
const CLICK = 6;
/** Lines of no more points have a dot for each. */
const FEW_POINTS = 30;
/** More marks on a chart would hide its lines. */
const MOST_MARKS = 25;

/**
 * A number as short as its size allows.
 * @param {number | null | undefined} value
 */
const number = (value) => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  const decimals = size === 0 ? 0 : size < 1 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
  return value.toFixed(decimals);
};

/** @param {number} value */
const tidy = (value) => String(Number(value.toPrecision(6)));

/**
 * Time of a run, in seconds.
 * @param {number} s
 */
const clock = (s) => {
  if (s < 120) return tidy(s) + ' s';
  const [h, m, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s % 60)];
  /** @param {number} n */
  const two = (n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(rest)}` : `${m}:${two(rest)}`;
};

/**
 * Percentile by the share that lies beyond it.
 * @param {number} left
 */
const percent = (left) => {
  const decimals = Math.max(0, Math.ceil(-Math.log10(left) - 1e-9) - 2);
  return 'p' + ((1 - left) * 100).toFixed(decimals);
};

/**
 * Round steps from 0 to at least `top`.
 * @param {number} top
 * @param {number} wanted
 */
const ticks = (top, wanted) => {
  const raw = (top || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((n) => n * power >= raw * 0.999) || 10) * power;
  const all = [];
  for (let n = 0; n === 0 || all[n - 1] < top; n += 1) all.push(n * step);
  return all;
};

/**
 * Powers of ten, and between few of them also 2 and 5 times these, around two numbers above zero.
 * @param {number} low
 * @param {number} high
 */
const logTicks = (low, high) => {
  const [from, to] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const parts = to - from <= 2 ? [1, 2, 5] : [1];
  const all = [];
  for (let power = from; power <= Math.max(to, from + 1); power += 1) for (const part of parts) all.push(part * 10 ** power);
  const first = all.filter((tick) => tick <= low * 1.0001).pop() ?? all[0];
  const last = all.find((tick) => tick >= high * 0.9999) ?? all[all.length - 1];
  return all.filter((tick) => tick >= first && tick <= Math.max(last, first * 1.0001));
};

/**
 * Steps of a clock between two times.
 * @param {number} from
 * @param {number} to
 * @param {number} wanted
 */
const seconds = (from, to, wanted) => {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const step = steps.find((n) => (to - from) / n <= wanted) || 604800;
  const all = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + 1e-9; n += 1) all.push(n * step);
  return all;
};

/**
 * Shares of 1, 1/2, 1/10, 1/100 and so on between two.
 * @param {number} from
 * @param {number} to
 */
const decades = (from, to) => {
  const all = [1, 0.5];
  for (let left = 0.1; left >= to * 0.999; left /= 10) all.push(Number(left.toPrecision(3)));
  return all.filter((left) => left <= from * 1.001 && left >= to * 0.999);
};

/**
 * An element of a picture.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
const shape = (name, attributes, text) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
};

/**
 * Places of all lines, in order. Most lines of a chart have the same ones.
 * @param {Line[]} lines
 * @param {number} sign
 */
const placesOf = (lines, sign) => {
  const longest = lines.reduce((/** @type {Line['points']} */ known, { points }) => (points.length > known.length ? points : known), []);
  const isSame = lines.every(({ points }) => points.length === 0 || (points[0][0] === longest[0][0]
    && points[points.length - 1][0] === longest[points.length - 1][0]));
  const places = isSame ? longest.map(([at]) => at) : [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))];
  return isSame ? places : places.sort((a, b) => (a - b) * sign);
};

/** Charts that share the pointer and the zoom. */
class Group {
  constructor() {
    /** @type {Chart[]} */
    this.charts = [];
    /** What all show, if it is not everything. @type {[number, number] | null} */
    this.zoom = null;
  }

  redraw() {
    this.charts.forEach((chart) => chart.draw());
  }
}

/** A chart in an element of the page, with a legend in another. */
class Chart {
  /**
   * @param {HTMLElement} host
   * @param {HTMLElement} legend
   * @param {Group} group
   * @param {Options} options
   */
  constructor(host, legend, group, options) {
    this.host = host;
    this.legendHost = legend;
    this.group = group;
    this.options = options;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Mark[]} */
    this.marks = [];
    this.width = 0;
    /** True where times are drawn by their logarithm. */
    this.isLog = false;
    /** Lines that are switched on or off by their reader. @type {Map<string, boolean>} */
    this.switched = new Map();
    /** Places that have values. @type {number[]} */
    this.grid = [];
    /** @type {((value: number) => number) | null} */
    this.x = null;
    /** @type {((value: number) => number)} */
    this.y = () => 0;
    /** @type {SVGElement | null} */
    this.over = null;
    this.frame = 0;
    /** Lower edge of the drawn part. */
    this.bottom = 0;
    /** Whether a place is within what is shown. @type {(at: number) => boolean} */
    this.isWithin = () => true;
    /** @type {number | null} */
    this.pointed = null;
    /** Width and height: asked for anew when they change, and not each time. @type {[number, number] | null} */
    this.size = null;
    group.charts.push(this);
    host.tabIndex = 0;
    host.setAttribute('role', 'img');
    host.setAttribute('aria-label', options.label);
    this.listen();
    new ResizeObserver(() => this.resize()).observe(host);
  }

  /** Draws anew where the room is another one. */
  resize() {
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    if (this.size && this.size[0] === width && this.size[1] === height) return;
    this.size = null;
    this.draw();
  }

  /**
   * Shows these lines; `width` is the span of a point, at whose middle it is drawn.
   * @param {Line[]} lines
   * @param {number} width
   * @param {Mark[]} [marks]
   */
  set(lines, width, marks = []) {
    this.lines = lines;
    this.width = width;
    this.marks = marks;
    this.grid = placesOf(lines, this.options.percentiles ? -1 : 1);
    this.later();
  }

  /** Draws in the next frame, once. */
  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** @param {Line} line */
  isOn(line) {
    return this.switched.get(line.name) ?? !line.off;
  }

  range() {
    /** @type {[number, number]} */
    const whole = this.options.percentiles
      ? [1, this.grid.length ? this.grid[this.grid.length - 1] : 1]
      : [0, Math.max(this.width, (this.grid.length ? this.grid[this.grid.length - 1] : 0) + this.width / 2)];
    return this.group.zoom || whole;
  }

  draw() {
    const [width, height] = this.size ?? [this.host.clientWidth, this.host.clientHeight];
    if (width === 0) return;
    this.size = [width, height];
    const known = this.lines.filter((line) => line.points.some(([, y]) => y !== null));
    const shown = known.filter((line) => this.isOn(line));
    if (known.length === 0) {
      const none = document.createElement('p');
      none.className = 'empty';
      none.textContent = this.options.none;
      this.host.replaceChildren(none);
      this.legendHost.replaceChildren();
      this.x = null;
      return;
    }
    const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
    this.scale(shown, width, height, svg);
    const clip = `${this.host.id || 'chart'}-clip`;
    const cut = shape('clipPath', { id: clip });
    cut.append(shape('rect', { x: PAD.left - 4, y: 0, width: Math.max(0, width - PAD.left - PAD.right + 8), height }));
    const inside = shape('g', { 'clip-path': `url(#${clip})` });
    this.drawMarks(inside, height);
    for (const line of shown) inside.append(...(line.bars ? this.bars(line) : this.path(line)));
    this.over = shape('g', { class: 'over' });
    svg.append(cut, inside, this.over);
    this.host.replaceChildren(svg);
    this.legend(this.pointed);
    this.point(this.pointed);
  }

  /**
   * Scales, and the axes by them.
   * @param {Line[]} shown
   * @param {number} width
   * @param {number} height
   * @param {SVGElement} svg
   */
  scale(shown, width, height, svg) {
    const [from, to] = this.range();
    const byPercentile = this.options.percentiles === true;
    /** @param {number} x */
    const scale = (x) => (byPercentile ? -Math.log10(x) : x);
    const [a, b] = [scale(from), scale(to)];
    const room = width - PAD.left - PAD.right;
    this.x = (value) => PAD.left + (scale(value) - a) / (b - a || 1) * room;
    this.isWithin = (at) => scale(at) >= a - 1e-9 && scale(at) <= b + 1e-9;
    let [low, high] = [Infinity, 0];
    for (const line of shown) {
      for (const [at, y] of line.points) {
        if (y === null || !this.isWithin(at)) continue;
        high = Math.max(high, y);
        if (y > 0) low = Math.min(low, y);
      }
    }
    const isLog = this.isLog && low < Infinity;
    const steps = isLog ? logTicks(low, high) : ticks(high, height > 240 ? 5 : 4);
    const [bottom, top] = [isLog ? steps[0] : 0, steps[steps.length - 1]];
    /** @param {number} value */
    const rise = (value) => (isLog ? Math.log(Math.max(value, bottom) / bottom) / Math.log(top / bottom || Math.E) : value / top);
    this.y = (value) => height - PAD.bottom - rise(value) * (height - PAD.top - PAD.bottom);
    this.bottom = height - PAD.bottom;
    this.drawAxes(svg, steps, from, to, width, height);
  }

  /**
   * @param {SVGElement} svg
   * @param {number[]} steps
   * @param {number} from
   * @param {number} to
   * @param {number} width
   * @param {number} height
   */
  drawAxes(svg, steps, from, to, width, height) {
    const x = this.x;
    if (!x) return;
    steps.forEach((step, place) => {
      const y = this.y(step);
      svg.append(shape('line', { class: place === 0 ? 'base' : 'grid', x1: PAD.left, x2: width - PAD.right, y1: y, y2: y }));
      svg.append(shape('text', { x: PAD.left - 8, y: y + 4, 'text-anchor': 'end' }, tidy(step)));
    });
    const byPercentile = this.options.percentiles;
    const marks = byPercentile ? decades(from, to) : seconds(from, to, width / 90);
    let free = -Infinity; // where the next label may begin
    for (const mark of marks) {
      const at = x(mark);
      if (byPercentile) svg.append(shape('line', { class: 'grid', x1: at, x2: at, y1: PAD.top, y2: height - PAD.bottom }));
      if (at - 20 < free) continue;
      free = at + 20;
      const anchor = at > width - 40 ? 'end' : at < PAD.left + 8 ? 'start' : 'middle';
      svg.append(shape('text', { x: at, y: height - 7, 'text-anchor': anchor }, byPercentile ? percent(mark) : clock(mark)));
    }
  }

  /**
   * @param {SVGElement} inside
   * @param {number} height
   */
  drawMarks(inside, height) {
    const x = this.x;
    if (!x) return;
    let free = -Infinity;
    const within = this.marks.filter(({ at }) => this.isWithin(at));
    for (const { at, text } of within.slice(-MOST_MARKS)) {
      inside.append(shape('line', { class: 'mark', x1: x(at), x2: x(at), y1: PAD.top, y2: height - PAD.bottom }));
      if (x(at) < free) continue;
      free = x(at) + 6.2 * text.length + 10;
      inside.append(shape('text', { class: 'mark', x: x(at) + 4, y: PAD.top - 5 }, text));
    }
  }

  /** @param {Line} line */
  path(line) {
    const x = this.x;
    if (!x) return [];
    const dots = [];
    if (line.points.length <= FEW_POINTS) {
      for (const [at, value] of line.points) {
        if (value !== null) dots.push(shape('circle', { cx: x(at), cy: this.y(value), r: 2.5, fill: `var(${line.ink})` }));
      }
    }
    const track = this.track(line, x);
    const kind = `line${line.thin ? ' thin' : ''}${line.dashed ? ' dashed' : ''}`;
    return [shape('path', { class: kind, d: track, stroke: `var(${line.ink})` }), ...dots];
  }

  /**
   * Points of a line as a path. Of many points of one pixel column the lowest and the highest are drawn: no more is seen.
   * @param {Line} line
   * @param {(at: number) => number} x
   */
  track(line, x) {
    const isDense = line.points.length > (this.size?.[0] ?? 0);
    /** @type {(string | number)[]} */
    const parts = [];
    let [pen, column, low, high] = ['M', NaN, 0, 0];
    const flush = () => {
      if (Number.isNaN(column)) return;
      parts.push(pen, column, ' ', Math.round(low * 10) / 10);
      if (Math.abs(high - low) >= 0.1) parts.push('L', column, ' ', Math.round(high * 10) / 10);
      pen = 'L';
      column = NaN;
    };
    for (const [at, value] of line.points) {
      if (value === null) {
        flush();
        pen = 'M';
        continue;
      }
      const [px, py] = [isDense ? Math.round(x(at)) : Math.round(x(at) * 10) / 10, this.y(value)];
      if (px !== column) {
        flush();
        [column, low, high] = [px, py, py];
      } else {
        low = Math.min(low, py);
        high = Math.max(high, py);
      }
    }
    flush();
    return parts.join('');
  }

  /** @param {Line} line */
  bars(line) {
    const x = this.x;
    if (!x) return [];
    const room = x(this.width) - x(0);
    const wide = Math.min(Math.max(1.5, room * 0.6), 18);
    const some = line.points.filter(([at, value]) => value !== null && value > 0 && this.isWithin(at));
    return some.map(([at, value]) => {
      const y = this.y(value ?? 0);
      const tall = Math.max(1, this.bottom - y);
      return shape('rect', { x: x(at) - wide / 2, width: wide, y, height: tall, fill: `var(${line.ink})` });
    });
  }

  /**
   * Value of a line at a place. A distribution of fewer samples ends earlier.
   * @param {Line} line
   * @param {number} at
   */
  valueAt(line, at) {
    const points = line.points;
    if (this.options.percentiles) return points.find(([left]) => left <= at * 1.0001)?.[1] ?? null;
    let [low, high] = [0, points.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < at - 1e-9) low = middle + 1; else high = middle;
    }
    const found = points[low];
    return found && Math.abs(found[0] - at) < this.width / 2 + 1e-9 ? found[1] : null;
  }

  /**
   * Names of the lines, which switch them on and off, and their values at one place.
   * @param {number | null} at
   */
  legend(at) {
    const items = this.lines.filter((line) => line.points.some(([, y]) => y !== null)).map((line) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'name';
      button.setAttribute('aria-pressed', String(this.isOn(line)));
      const swatch = document.createElement('i');
      swatch.style.background = `var(${line.ink})`;
      if (line.dashed) swatch.className = 'dashed';
      button.append(swatch, line.name);
      if (at !== null && this.isOn(line)) {
        const value = document.createElement('b');
        value.textContent = ` ${number(this.valueAt(line, at))}`;
        button.append(value);
      }
      button.addEventListener('click', () => {
        this.switched.set(line.name, !this.isOn(line));
        this.draw();
      });
      return button;
    });
    const where = document.createElement('b');
    where.className = 'where';
    if (at !== null) where.textContent = this.options.percentiles ? percent(at) : clock(Math.max(0, at - this.width / 2));
    const focused = [...this.legendHost.querySelectorAll('button')].indexOf(/** @type {any} */ (document.activeElement));
    this.legendHost.replaceChildren(...items, where);
    if (focused >= 0) items[focused]?.focus();
  }

  /**
   * Place of the grid that is nearest to a pixel.
   * @param {number} px
   */
  nearest(px) {
    if (!this.x) return null;
    let best = null;
    let away = Infinity;
    for (const at of this.grid) {
      const distance = Math.abs(this.x(at) - px);
      if (this.isWithin(at) && distance < away) [best, away] = [at, distance];
    }
    return best;
  }

  /**
   * Points at a place.
   * @param {number | null} at
   */
  point(at) {
    this.pointed = at;
    if (!this.over || !this.x) return;
    if (at === null) {
      this.over.replaceChildren();
      return;
    }
    const x = this.x(at);
    const parts = [shape('line', { class: 'pointer', x1: x, x2: x, y1: PAD.top, y2: this.bottom })];
    for (const line of this.lines.filter((one) => this.isOn(one))) {
      const value = this.valueAt(line, at);
      if (value === null) continue;
      parts.push(shape('circle', { cx: x, cy: this.y(value), r: 4, fill: `var(${line.ink})`, stroke: 'var(--card)', 'stroke-width': 2 }));
    }
    this.over.replaceChildren(...parts);
  }

  /** @param {number | null} at */
  pointAll(at) {
    for (const chart of this.group.charts) {
      chart.point(at);
      if (chart.x) chart.legend(at);
    }
  }

  listen() {
    /** @type {number | null} */
    let start = null;
    const { host } = this;
    /** @param {PointerEvent} event */
    const px = (event) => event.clientX - host.getBoundingClientRect().left;
    host.addEventListener('pointermove', (event) => {
      this.pointAll(this.nearest(px(event)));
      if (start === null || Math.abs(px(event) - start) <= CLICK || !this.over) return;
      const [left, right] = [Math.min(start, px(event)), Math.max(start, px(event))];
      this.over.append(shape('rect', { class: 'zoom', x: left, width: right - left, y: PAD.top, height: Math.max(0, this.bottom - PAD.top) }));
    });
    host.addEventListener('pointerdown', (event) => { if (this.x && event.button === 0) start = px(event); });
    const leave = () => { start = null; this.pointAll(null); };
    host.addEventListener('pointerleave', leave);
    host.addEventListener('pointercancel', leave);
    host.addEventListener('pointerup', (event) => {
      if (start === null) return;
      const ends = /** @type {[number, number]} */ ([Math.min(start, px(event)), Math.max(start, px(event))]);
      start = null;
      this.choose(...ends);
    });
    host.addEventListener('dblclick', () => { this.group.zoom = null; this.group.redraw(); });
    host.addEventListener('keydown', (event) => this.byKey(event));
    host.addEventListener('blur', () => this.pointAll(null));
  }

  /**
   * What a drag between two pixels asks for: to look closer or, where it hardly moved, to hear of a moment.
   * @param {number} left
   * @param {number} right
   */
  choose(left, right) {
    const x = this.x;
    if (!x) return;
    if (right - left <= CLICK) {
      const at = this.nearest(left);
      if (at !== null) this.options.pick?.(Math.max(0, at - this.width / 2), at + this.width / 2);
      return;
    }
    const inside = this.grid.filter((at) => x(at) >= left && x(at) <= right);
    if (inside.length < 2) return;
    this.group.zoom = [inside[0], inside[inside.length - 1]];
    this.group.redraw();
  }

  /** @param {KeyboardEvent} event */
  byKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape' || event.key === '0') {
      this.group.zoom = null;
      this.group.redraw();
    } else if (event.key === 'Enter' && this.pointed !== null) {
      this.options.pick?.(Math.max(0, this.pointed - this.width / 2), this.pointed + this.width / 2);
    } else if (step) {
      const inside = this.grid.filter((at) => this.isWithin(at));
      const known = this.pointed === null ? (step > 0 ? -1 : inside.length) : inside.indexOf(this.pointed);
      this.pointAll(inside[Math.min(inside.length - 1, Math.max(0, known + step))] ?? null);
      event.preventDefault();
    }
  }

  /** The picture as a file, with the colours that it has now. */
  async png() {
    const svg = /** @type {SVGElement | null} */ (this.host.querySelector('svg'))?.cloneNode(true);
    if (!(svg instanceof SVGElement)) return null;
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    const now = [...this.host.querySelectorAll('svg *')];
    [...svg.querySelectorAll('*')].forEach((part, place) => {
      const style = getComputedStyle(now[place]);
      for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-family']) {
        part.setAttribute(name, style.getPropertyValue(name));
      }
    });
    svg.setAttribute('xmlns', SVG);
    svg.setAttribute('width', String(2 * width));
    svg.setAttribute('height', String(2 * height));
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.outerHTML)}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext('2d');
    if (!pen) return null;
    pen.fillStyle = getComputedStyle(this.host).getPropertyValue('--card') || '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0);
    return new Promise((/** @type {(file: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/png'));
  }
}

// Paper has another size.
/** @param {Group[]} groups */
const followPaper = (groups) => {
  const redraw = () => groups.forEach((group) => group.charts.forEach((chart) => chart.resize()));
  for (const event of ['beforeprint', 'afterprint']) window.addEventListener(event, redraw);
};

export { Chart, Group, clock, followPaper, number, percent };
