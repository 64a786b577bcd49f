// @ts-check
// Charts: lines and bars over time, or by percentile. All of a group share the pointer and the zoom. Names come from outside:
// they are text, and never markup.

/**
 * A line of a chart. A value is null where there is none. `other` names what else it is of: it is drawn dashed, and
 * switched along with the line of its own name.
 * @typedef {{name: string, ink: string, points: [number, number | null][], bars?: boolean, thin?: boolean,
 *   other?: string, off?: boolean}} Line
 * @typedef {{label: string, none: string, unit?: string, percentiles?: boolean, height?: number,
 *   pick?: (from: number, to: number) => void}} Options
 * @typedef {{at: number, text: string}} Mark
 */

const SVG = 'http://www.w3.org/2000/svg';
const PAD = { left: 52, right: 14, top: 18, bottom: 26 };
/** A drag of fewer pixels is a click. */
const CLICK = 6;
/** More bars are drawn as one shape: a browser is slow with thousands. */
const MOST_BARS = 200;
/** Lines of fewer points have dots. */
const MOST_DOTS = 30;
/** More names than this take two lines, with their values: room for these is kept, or the chart would jump. */
const NAMES_OF_LINE = 4;
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
 * A number of an axis, where there is little room.
 * @param {number} value
 */
const short = (value) => (value >= 1e6 ? `${tidy(value / 1e6)} M` : value >= 1e5 ? `${tidy(value / 1e3)} k` : tidy(value));

/**
 * First place of an ordered list whose key is not below a value.
 * @param {number} count
 * @param {(place: number) => number} key
 * @param {number} value
 */
const firstFrom = (count, key, value) => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(middle) < value) low = middle + 1; else high = middle;
  }
  return low;
};

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
 * Part of a legend: what the dashed lines are of.
 * @param {string} name
 */
const otherName = (name) => {
  const made = document.createElement('span');
  made.className = 'other';
  made.append(document.createElement('i'), name);
  return made;
};

/** Charts that share the pointer and the zoom. */
class Group {
  constructor() {
    /** @type {Chart[]} */
    this.charts = [];
    /** What all show, if it is not everything. @type {[number, number] | null} */
    this.zoom = null;
    /** A span that is marked in all, such as the moment whose failures are shown. @type {[number, number] | null} */
    this.picked = null;
  }

  redraw() {
    this.charts.forEach((chart) => chart.draw());
  }

  /** @param {[number, number] | null} range */
  zoomTo(range) {
    this.zoom = range;
    this.redraw();
  }

  /** @param {[number, number] | null} span */
  mark(span) {
    this.picked = span;
    this.redraw();
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
    /** Told when a line is switched. @type {(name: string, isOn: boolean) => void} */
    this.onSwitch = () => {};
    /** Places that have values. @type {number[]} */
    this.grid = [];
    /** @type {((value: number) => number) | null} */
    this.x = null;
    /** @type {((value: number) => number)} */
    this.y = () => 0;
    /** Places by a scale on which they rise evenly. @type {(at: number) => number} */
    this.scaled = options.percentiles ? (at) => -Math.log10(at) : (at) => at;
    /** Pointer, in a picture of its own: the lines need not be painted anew while it moves. */
    this.over = shape('svg', { class: 'over', 'aria-hidden': 'true' });
    this.frame = 0;
    /** Lower edge of the drawn part. */
    this.bottom = 0;
    /** Ends of what is shown, on the scale. @type {[number, number]} */
    this.ends = [0, 1];
    /** @type {number | null} */
    this.pointed = null;
    /** Names of the legend, and where their values go. @type {Map<string, {button: HTMLButtonElement, value: HTMLElement}>} */
    this.names = new Map();
    this.known = '';
    this.where = document.createElement('b');
    this.where.className = 'where';
    this.whole = this.wholeButton();
    group.charts.push(this);
    host.tabIndex = 0;
    // A slider is what tells its value when an arrow key moves it.
    for (const [name, value] of [['role', 'slider'], ['aria-roledescription', 'chart'], ['aria-label', options.label]]) host.setAttribute(name, value);
    this.tellPlace();
    this.listen();
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
    const places = new Set();
    for (const line of lines) for (const [at] of line.points) places.add(at);
    this.grid = [...places].sort((a, b) => (this.options.percentiles ? b - a : a - b));
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
    const last = this.grid.length ? this.grid[this.grid.length - 1] : 0;
    /** @type {[number, number]} */
    const whole = this.options.percentiles ? [1, last || 1] : [0, Math.max(this.width, last + this.width / 2)];
    return this.group.zoom || whole;
  }

  /** @param {number} at */
  isWithin(at) {
    const place = this.scaled(at);
    return place >= this.ends[0] - 1e-9 && place <= this.ends[1] + 1e-9;
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    if (width === 0) return;
    const known = this.lines.filter((line) => line.points.some(([, y]) => y !== null));
    const shown = known.filter((line) => this.isOn(line));
    if (known.length === 0) {
      const none = document.createElement('p');
      none.className = 'empty';
      none.textContent = this.options.none;
      this.host.replaceChildren(none);
      this.legendHost.replaceChildren();
      this.known = '';
      this.x = null;
      return;
    }
    const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
    this.scale(shown, width, height, svg);
    const clip = `${this.host.id || 'chart'}-clip`;
    const cut = shape('clipPath', { id: clip });
    cut.append(shape('rect', { x: PAD.left - 4, y: 0, width: Math.max(0, width - PAD.left - PAD.right + 8), height }));
    const inside = shape('g', { 'clip-path': `url(#${clip})` });
    this.drawMarks(inside, width, height);
    for (const line of shown) inside.append(...(line.bars ? this.bars(line) : this.path(line, width)));
    svg.append(cut, inside);
    this.over.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.host.replaceChildren(svg, this.over);
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
    const [a, b] = [this.scaled(from), this.scaled(to)];
    const room = width - PAD.left - PAD.right;
    this.ends = [a, b];
    this.x = (value) => PAD.left + (this.scaled(value) - a) / (b - a || 1) * room;
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
      svg.append(shape('text', { x: PAD.left - 8, y: y + 4, 'text-anchor': 'end' }, short(step)));
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
   * @param {number} width
   * @param {number} height
   */
  drawMarks(inside, width, height) {
    const x = this.x;
    if (!x) return;
    const { picked } = this.group;
    const tall = height - PAD.top - PAD.bottom;
    if (picked && !this.options.percentiles) {
      const wide = Math.max(3, x(picked[1]) - x(picked[0]));
      inside.append(shape('rect', { class: 'picked', x: x(picked[0]), width: wide, y: PAD.top, height: Math.max(0, tall) }));
    }
    let free = -Infinity;
    const within = this.marks.filter(({ at }) => this.isWithin(at));
    for (const { at, text } of within.slice(-MOST_MARKS)) {
      inside.append(shape('line', { class: 'mark', x1: x(at), x2: x(at), y1: PAD.top, y2: height - PAD.bottom }));
      const long = 6.2 * text.length + 10;
      const isLast = x(at) + long > width - PAD.right;
      const left = isLast ? x(at) - long : x(at);
      if (left < free) continue;
      free = left + long;
      inside.append(shape('text', { class: 'mark', x: x(at) + (isLast ? -4 : 4), y: PAD.top - 5, 'text-anchor': isLast ? 'end' : 'start' }, text));
    }
  }

  /**
   * Points that are shown, and one to each side of these.
   * @param {Line} line
   */
  shownPoints(line) {
    const { points } = line;
    /** @param {number} place */
    const key = (place) => this.scaled(points[place][0]);
    const from = firstFrom(points.length, key, this.ends[0] - 1e-9);
    const to = firstFrom(points.length, key, this.ends[1] + 1e-9);
    return points.slice(Math.max(0, from - 1), to + 1);
  }

  /**
   * A line. Of many points in a column of pixels only the lowest and the highest can be seen.
   * @param {Line} line
   * @param {number} width
   */
  path(line, width) {
    const x = this.x;
    if (!x) return [];
    const points = this.shownPoints(line);
    const isDense = points.length > 2 * width;
    const hasDots = points.length <= MOST_DOTS;
    const dots = [];
    let [track, pen] = ['', 'M'];
    /** @param {number} px @param {number} py */
    const go = (px, py) => {
      // A point between two gaps is a dot.
      track += pen === 'M' ? `M${px.toFixed(1)} ${py.toFixed(1)}h0` : `L${px.toFixed(1)} ${py.toFixed(1)}`;
      pen = 'L';
    };
    /** Lowest and highest of a column, in the order of their times. @type {{px: number, ys: number[]} | null} */
    let column = null;
    const flush = () => {
      if (!column) return;
      const [first, last] = [column.ys[0], column.ys[column.ys.length - 1]];
      const [high, low] = [Math.min(...column.ys), Math.max(...column.ys)];
      for (const y of first < last ? [high, low] : [low, high]) go(column.px, y);
      column = null;
    };
    for (const [at, value] of points) {
      if (value === null) { flush(); pen = 'M'; continue; }
      const [px, py] = [x(at), this.y(value)];
      if (!isDense) go(px, py);
      else if (column && Math.round(column.px) === Math.round(px)) column.ys.push(py);
      else { flush(); column = { px, ys: [py] }; }
      if (hasDots) dots.push(shape('circle', { cx: px.toFixed(1), cy: py.toFixed(1), r: 2.5, fill: `var(${line.ink})` }));
    }
    flush();
    const kind = `line${line.thin || isDense ? ' thin' : ''}${line.other === undefined ? '' : ' dashed'}`;
    return [shape('path', { class: kind, d: track, stroke: `var(${line.ink})` }), ...dots];
  }

  /** @param {Line} line */
  bars(line) {
    const x = this.x;
    if (!x) return [];
    const room = x(this.width) - x(0);
    const wide = Math.min(Math.max(1.5, room * 0.6), 18);
    const some = line.points.filter(([at, value]) => value !== null && value > 0 && this.isWithin(at));
    /** @param {number | null} value */
    const tall = (value) => Math.max(1, this.bottom - this.y(value ?? 0));
    if (some.length > MOST_BARS) {
      const track = some.map(([at, value]) => `M${x(at).toFixed(1)} ${this.bottom}v-${tall(value).toFixed(1)}`).join('');
      return [shape('path', { class: 'bars', d: track, stroke: `var(${line.ink})`, 'stroke-width': wide })];
    }
    return some.map(([at, value]) => shape('rect', {
      x: x(at) - wide / 2, width: wide, y: this.bottom - tall(value), height: tall(value), fill: `var(${line.ink})`,
    }));
  }

  /**
   * Value of a line at a place. A distribution of fewer samples ends earlier.
   * @param {Line} line
   * @param {number} at
   */
  valueAt(line, at) {
    const points = line.points;
    if (this.options.percentiles) return points.find(([left]) => left <= at * 1.0001)?.[1] ?? null;
    const place = firstFrom(points.length, (index) => points[index][0], at - 1e-9);
    // Points of another run may be wider: the nearest one is meant.
    const near = [points[place - 1], points[place]].filter((point) => point !== undefined)
      .sort((a, b) => Math.abs(a[0] - at) - Math.abs(b[0] - at))[0];
    const reach = Math.max(this.width, points.length > 1 ? points[1][0] - points[0][0] : 0) / 2;
    return near && Math.abs(near[0] - at) <= reach + 1e-9 ? near[1] : null;
  }

  wholeButton() {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'name whole';
    button.textContent = this.options.percentiles ? '↺ all percentiles' : '↺ whole run';
    button.addEventListener('click', () => { this.group.zoomTo(null); this.host.focus(); });
    return button;
  }

  /** @param {Line} line */
  nameOf(line) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'name';
    const swatch = document.createElement('i');
    swatch.style.background = `var(${line.ink})`;
    const value = document.createElement('b');
    button.append(swatch, line.name, value);
    button.addEventListener('click', () => {
      const isOn = button.getAttribute('aria-pressed') !== 'true';
      this.switched.set(line.name, isOn);
      this.onSwitch(line.name, isOn);
      this.draw();
    });
    return { button, value };
  }

  /**
   * Names of the lines, which switch them on and off, and their values at one place. They are made once: a button that
   * is made anew while it is pressed hears of no click.
   * @param {number | null} at
   */
  legend(at) {
    const lines = this.lines.filter((line) => line.points.some(([, y]) => y !== null));
    const isZoomed = this.group.zoom !== null;
    const known = JSON.stringify([lines.map(({ name, ink, other }) => [name, ink, other]), isZoomed]);
    if (known !== this.known) {
      this.known = known;
      // A line of something else stands beside that of its name.
      const own = lines.filter(({ name, other }, place) => other === undefined || !lines.some((line, at) => line.name === name && at < place));
      this.names = new Map(own.map((line) => [line.name, this.nameOf(line)]));
      const buttons = [...this.names.values()].map(({ button }) => button);
      const others = [...new Set(lines.flatMap(({ other }) => other ?? []))].map(otherName);
      this.legendHost.replaceChildren(...buttons, ...others, this.where, ...(isZoomed ? [this.whole] : []));
      // With another run beside it each name has two values: in all charts of a row alike.
      this.legendHost.dataset.many = String(others.length > 0 || lines.length > NAMES_OF_LINE);
    }
    for (const [name, { button, value }] of this.names) {
      const same = lines.filter((line) => line.name === name);
      const isOn = this.isOn(same[0]);
      button.setAttribute('aria-pressed', String(isOn));
      const [text, ...besides] = same.map((line) => (at === null ? '' : number(this.valueAt(line, at))));
      const told = at === null || !isOn ? '' : ` ${text}${besides.map((beside) => ` ┊ ${beside}`).join('')}`;
      if (value.textContent !== told) value.textContent = told;
    }
    this.where.textContent = at === null ? '' : this.placeName(at);
  }

  /** @param {number} at */
  placeName(at) {
    return this.options.percentiles ? percent(at) : clock(Math.max(0, at - this.width / 2));
  }

  /**
   * Place of the grid that is nearest to a pixel.
   * @param {number} px
   */
  nearest(px) {
    const x = this.x;
    if (!x || this.grid.length === 0) return null;
    const [a, b] = this.ends;
    const wanted = a + (px - PAD.left) / (x(this.range()[1]) - PAD.left || 1) * (b - a);
    const place = firstFrom(this.grid.length, (index) => this.scaled(this.grid[index]), wanted);
    const near = [place - 1, place, place + 1].map((index) => this.grid[index]).filter((at) => at !== undefined && this.isWithin(at));
    near.sort((one, other) => Math.abs(x(one) - px) - Math.abs(x(other) - px));
    return near[0] ?? null;
  }

  /**
   * Points at a place.
   * @param {number | null} at
   */
  point(at) {
    this.pointed = at;
    if (!this.x) return;
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

  /** Tells those who hear the page where its keys have led, and what stands there. */
  tellPlace() {
    const at = this.pointed;
    const lines = at === null ? [] : this.lines.filter((line) => this.isOn(line));
    const values = lines.map((line) => `${line.name}${line.other === undefined ? '' : ` of ${line.other}`} ${number(this.valueAt(line, at ?? 0))}`);
    const text = at === null ? 'arrow keys tell values' : `${this.placeName(at)}: ${values.join(', ')}`;
    this.host.setAttribute('aria-valuemin', '0');
    this.host.setAttribute('aria-valuemax', String(Math.max(0, this.grid.length - 1)));
    this.host.setAttribute('aria-valuenow', String(at === null ? 0 : Math.max(0, this.grid.indexOf(at))));
    this.host.setAttribute('aria-valuetext', text);
  }

  listen() {
    /** @type {number | null} */
    let start = null;
    const { host } = this;
    /** @param {PointerEvent} event */
    const px = (event) => event.clientX - host.getBoundingClientRect().left;
    host.addEventListener('pointermove', (event) => {
      this.pointAll(this.nearest(px(event)));
      if (start === null || Math.abs(px(event) - start) <= CLICK) return;
      const [left, right] = [Math.min(start, px(event)), Math.max(start, px(event))];
      this.over.append(shape('rect', { class: 'zoom', x: left, width: right - left, y: PAD.top, height: Math.max(0, this.bottom - PAD.top) }));
    });
    host.addEventListener('pointerdown', (event) => {
      if (!this.x || event.button !== 0) return;
      start = px(event);
      // A drag may end beside the chart.
      if (event.isTrusted && event.pointerType === 'mouse') host.setPointerCapture(event.pointerId);
      this.pointAll(this.nearest(start));
    });
    // A finger that is lifted has left, too; the values that it asked for stay.
    host.addEventListener('pointerleave', (event) => { start = null; if (event.pointerType !== 'touch') this.pointAll(null); });
    host.addEventListener('pointercancel', () => { start = null; this.pointAll(null); });
    host.addEventListener('pointerup', (event) => {
      if (start === null) return;
      const ends = /** @type {[number, number]} */ ([Math.min(start, px(event)), Math.max(start, px(event))]);
      start = null;
      this.choose(...ends);
    });
    host.addEventListener('dblclick', () => this.group.zoomTo(null));
    host.addEventListener('keydown', (event) => this.byKey(event));
    host.addEventListener('blur', () => { this.pointAll(null); this.tellPlace(); });
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
      if (at !== null) this.pick(at);
      return;
    }
    const inside = this.grid.filter((at) => x(at) >= left && x(at) <= right);
    if (inside.length < 2) return;
    this.group.zoomTo([inside[0], inside[inside.length - 1]]);
  }

  /** @param {number} at */
  pick(at) {
    this.options.pick?.(Math.max(0, at - this.width / 2), at + this.width / 2);
  }

  /**
   * Looks closer at the place that is pointed at, or from farther away.
   * @param {number[]} inside
   * @param {number} factor
   */
  zoomBy(inside, factor) {
    const middle = this.pointed === null ? inside.length >> 1 : inside.indexOf(this.pointed);
    const all = this.grid;
    const reach = Math.max(2, Math.round(inside.length * factor / 2));
    const place = all.indexOf(inside[middle]);
    const [from, to] = [Math.max(0, place - reach), Math.min(all.length - 1, place + reach)];
    this.group.zoomTo(from === 0 && to === all.length - 1 ? null : [all[from], all[to]]);
  }

  /** @param {KeyboardEvent} event */
  byKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = this.grid.filter((at) => this.isWithin(at));
    const last = inside.length - 1;
    const now = this.pointed === null ? null : inside.indexOf(this.pointed);
    const far = Math.max(1, Math.round(inside.length / 10));
    /** @type {Record<string, number | undefined>} */
    const places = {
      ArrowLeft: (now ?? last + 1) - 1, ArrowRight: (now ?? -1) + 1, PageDown: (now ?? last + 1) - far, PageUp: (now ?? -1) + far, Home: 0, End: last,
    };
    const place = places[event.key];
    if (place !== undefined) {
      this.pointAll(inside[Math.min(last, Math.max(0, place))] ?? null);
      this.tellPlace();
    } else if (event.key === 'Escape' || event.key === '0') {
      this.group.zoomTo(null);
    } else if (event.key === '+' || event.key === '-') {
      this.zoomBy(inside, event.key === '+' ? 0.5 : 2);
    } else if (event.key === 'Enter' && this.pointed !== null) {
      this.pick(this.pointed);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** The picture as SVG that needs no style sheet, with the colours that it has now. */
  picture() {
    const drawn = this.host.querySelector('svg:not(.over)');
    const svg = drawn?.cloneNode(true);
    if (!drawn || !(svg instanceof SVGElement)) return null;
    const now = [...drawn.querySelectorAll('*')];
    [...svg.querySelectorAll('*')].forEach((part, place) => {
      const style = getComputedStyle(now[place]);
      for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-family']) {
        part.setAttribute(name, style.getPropertyValue(name));
      }
    });
    svg.setAttribute('xmlns', SVG);
    svg.setAttribute('width', String(2 * this.host.clientWidth));
    svg.setAttribute('height', String(2 * this.host.clientHeight));
    return svg.outerHTML;
  }

  /**
   * The chart as a file: its title, what it is of, the names of its lines, and the picture.
   * @param {string} title
   * @param {string} below
   */
  async png(title, below) {
    const text = this.picture();
    if (!text) return null;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const head = 74;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2 * this.host.clientWidth, 2 * (this.host.clientHeight + head)];
    const pen = canvas.getContext('2d');
    if (!pen) return null;
    const style = getComputedStyle(this.host);
    // `light-dark()` is told only by a property that has a colour.
    const probe = document.createElement('i');
    this.host.append(probe);
    /** @param {string} name */
    const ink = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
    pen.fillStyle = ink('--card');
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 2 * head);
    pen.scale(2, 2);
    pen.fillStyle = ink('--ink');
    pen.font = `600 14px ${style.fontFamily}`;
    pen.fillText(title, 16, 24);
    pen.font = `12px ${style.fontFamily}`;
    pen.fillStyle = ink('--quiet');
    pen.fillText(below, 16, 43);
    pen.font = `13px ${style.fontFamily}`;
    let left = 16;
    for (const { name, ink: own, other } of this.lines.filter((one) => this.isOn(one) && this.names.has(one.name))) {
      const text = other === undefined ? name : `${name} of ${other}`;
      pen.fillStyle = ink(own);
      pen.fillRect(left, other === undefined ? 55 : 59, 10, other === undefined ? 10 : 3);
      pen.fillStyle = ink('--quiet');
      pen.fillText(text, left + 15, 64);
      left += 15 + pen.measureText(text).width + 16;
    }
    probe.remove();
    return new Promise((/** @type {(file: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/png'));
  }
}

// On paper, and in a window of another size, all are drawn anew.
/** @param {Group[]} groups */
const followSize = (groups) => {
  const redraw = () => groups.forEach((group) => group.charts.forEach((chart) => chart.draw()));
  for (const event of ['beforeprint', 'afterprint']) window.addEventListener(event, redraw);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  window.addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 100);
  });
};

export { Chart, Group, clock, followSize, number, percent, shape, short, ticks };
