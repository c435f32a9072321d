// Charts over time, drawn as SVG. Each can be read by keyboard: arrow keys move through its values.

import { el, setHidden, setText, svg } from "./dom.js";
import { clock } from "./format.js";

const BUCKETS = 60;
const LEFT = 52;
const RIGHT = 6;
const TOP = 8;
const BOTTOM = 20;

// Puts the samples of the last `seconds` into sixty buckets, the newest last. An empty one is null.
export function bucketed(samples, seconds, now, merge) {
  const width = (seconds * 1000) / BUCKETS;
  // Buckets begin at fixed times, so that bars do not change while they travel.
  const end = Math.ceil(now / width) * width;
  const groups = Array.from({ length: BUCKETS }, () => []);
  for (const sample of samples) {
    const place = BUCKETS - 1 - Math.floor((end - 1 - sample.at) / width);
    if (place >= 0 && place < BUCKETS) groups[place].push(sample);
  }
  return groups.map((group, i) => ({
    at: end - (BUCKETS - i) * width,
    values: group.length > 0 ? merge(group, width / 1000) : null,
  }));
}

function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 4, 5, 10];
  return power * steps.find((step) => step * power >= value * 0.999);
}

// An axis from zero to at least this value: where its lines are, and how high a value is, 0 to 1.
function linear(highest) {
  const top = nice(highest);
  return { ticks: [0, top / 2, top], share: (value) => value / top };
}

// An axis in powers of ten around these values.
function decades(values) {
  const some = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(some.length > 0 ? Math.min(...some) : 0.001));
  const high = Math.max(low + 1, Math.ceil(Math.log10(some.length > 0 ? Math.max(...some) : 1)));
  const step = Math.ceil((high - low) / 4);
  const ticks = [];
  for (let power = low; power <= high; power += step) ticks.push(10 ** power);
  return { ticks, share: (value) => Math.max(0, Math.min(1, (Math.log10(value) - low) / (high - low))) };
}

export class Chart {
  // `series`: { label, kind: "bar" | "line", color: a class, of: values => number | null }.
  constructor(root, { title, series, format, tick = format, floor = 0, height = 150, logarithmic = false, empty }) {
    Object.assign(this, { root, title, series, format, tick, floor, height, logarithmic, empty });
    this.buckets = [];
    this.cursor = null;
    this.caption = el("p", { class: "caption" });
    this.legend = el("p", { class: "legend" });
    this.values = series.map((one) => {
      const value = el("b");
      this.legend.append(
        el("span", { class: `key ${one.color}` }, el("i", { "aria-hidden": "true" }), `${one.label} `, value),
      );
      return value;
    });
    this.when = el("span", { class: "when" });
    this.legend.append(this.when);
    this.plot = svg("svg", { role: "img", tabindex: "0", "aria-label": title });
    setText(this.caption, title);
    root.append(el("div", { class: "chart-head" }, this.caption, this.legend), this.plot);
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.move(null));
    this.plot.addEventListener("blur", () => this.move(null));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(root);
  }

  update(buckets, seconds) {
    this.buckets = buckets;
    this.seconds = seconds;
    this.draw();
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    const place = Math.floor(share * BUCKETS);
    this.move(place >= 0 && place < BUCKETS ? place : null);
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -BUCKETS, End: BUCKETS };
    if (event.key === "Escape") this.move(null);
    if (!(event.key in steps)) return;
    event.preventDefault();
    const from = this.cursor ?? BUCKETS;
    this.move(Math.max(0, Math.min(BUCKETS - 1, from + steps[event.key])));
  }

  move(cursor) {
    if (this.cursor === cursor) return;
    this.cursor = cursor;
    this.draw();
  }

  // What the legend tells: the values under the cursor, else the newest.
  shown() {
    if (this.cursor !== null) return this.buckets[this.cursor];
    for (let i = this.buckets.length - 1; i >= Math.max(0, this.buckets.length - 3); i -= 1) {
      if (this.buckets[i].values) return this.buckets[i];
    }
    return undefined;
  }

  draw() {
    const width = Math.max(200, this.root.clientWidth);
    const { height } = this;
    const bars = this.series.filter((one) => one.kind === "bar");
    const lines = this.series.filter((one) => one.kind === "line");
    const heights = [];
    for (const { values } of this.buckets) {
      if (!values) continue;
      heights.push(bars.reduce((sum, one) => sum + (one.of(values) ?? 0), 0));
      for (const one of lines) heights.push(one.of(values) ?? 0);
    }
    const { ticks, share } = this.logarithmic ? decades(heights) : linear(Math.max(this.floor, ...heights));
    const x = (i) => LEFT + (i * (width - LEFT - RIGHT)) / BUCKETS;
    const y = (value) => TOP + (1 - share(value)) * (height - TOP - BOTTOM);
    const parts = [];
    for (const tick of ticks) {
      const at = Math.round(y(tick)) + 0.5;
      parts.push(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
      const label = svg("text", { class: "axis", x: LEFT - 8, y: at + 4, "text-anchor": "end" });
      label.textContent = this.tick(tick);
      parts.push(label);
    }
    for (const [share, anchor] of [[0, "start"], [0.5, "middle"], [1, "end"]]) {
      const label = svg("text", { class: "axis", x: x(share * BUCKETS), y: height - 4, "text-anchor": anchor });
      label.textContent = share === 1 ? "now" : this.ago(this.seconds * (1 - share));
      parts.push(label);
    }
    if (this.cursor !== null) {
      const from = x(this.cursor);
      const size = x(this.cursor + 1) - from;
      parts.push(svg("rect", { class: "cursor", x: from, width: size, y: TOP, height: height - TOP - BOTTOM }));
    }
    const gap = width > 480 ? 2 : 1;
    this.buckets.forEach(({ values }, i) => {
      let base = 0;
      for (const one of bars) {
        const value = values ? one.of(values) ?? 0 : 0;
        if (value > 0) {
          const from = y(base);
          // Something is never drawn as nothing.
          const size = Math.max(1.5, from - y(base + value));
          const wide = Math.max(1, x(i + 1) - x(i) - gap);
          parts.push(svg("rect", { class: `bar ${one.color}`, x: x(i) + gap / 2, width: wide, y: from - size, height: size, rx: 1 }));
          base += value;
        }
      }
    });
    for (const one of lines) parts.push(...this.line(one, x, y));
    if (this.empty && !this.buckets.some(({ values }) => values && this.series.some((one) => one.of(values)))) {
      const label = svg("text", { class: "none", x: (LEFT + width) / 2, y: height / 2, "text-anchor": "middle" });
      label.textContent = this.empty;
      parts.push(label);
    }
    this.plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.plot.setAttribute("height", height);
    this.plot.replaceChildren(...parts);
    this.tell();
  }

  // A line through the values, broken where there is none; a value alone is a dot.
  line(one, x, y) {
    const parts = [];
    let run = [];
    const flush = () => {
      if (run.length === 1) parts.push(svg("circle", { class: `dot ${one.color}`, cx: run[0][0], cy: run[0][1], r: 2.5 }));
      if (run.length > 1) {
        const path = run.map(([px, py], i) => `${i ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
        parts.push(svg("path", { class: `line ${one.color}`, d: path }));
      }
      run = [];
    };
    this.buckets.forEach(({ values }, i) => {
      const value = values ? one.of(values) : null;
      if (value === null || value === undefined) flush();
      else run.push([(x(i) + x(i + 1)) / 2, y(value)]);
    });
    flush();
    return parts;
  }

  tell() {
    const shown = this.shown();
    const texts = this.series.map((one, i) => {
      const value = shown?.values ? one.of(shown.values) : null;
      const text = value === null || value === undefined ? "–" : this.format(value);
      setText(this.values[i], text);
      return `${one.label} ${text}`.trim();
    });
    const when = this.cursor === null ? "" : clock(shown.at);
    setText(this.when, when);
    setHidden(this.when, when === "");
    this.plot.setAttribute("aria-label", `${this.title}: ${texts.join(", ")}${when ? `, at ${when}` : ""}`);
  }

  ago(seconds) {
    return seconds >= 120 ? `${Math.round((seconds / 60) * 2) / 2} min ago` : `${Math.round(seconds)} s ago`;
  }
}
