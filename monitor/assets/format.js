// Numbers, durations and times for people.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const count = (n) => (n < 1e6 ? WHOLE.format(n) : SHORT.format(n));

// Shows what would not be seen, or would turn the letters around it: control characters, and those that
// change the direction of text.
export function visible(text) {
  return String(text).replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => {
    return `\u27e8${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}\u27e9`;
  });
}

// What a terminal would show in the end: without colours, and of a line that was written over again and
// again the last state.
export function printed(text) {
  const plain = text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "").replace(/\r+\n/g, "\n");
  const last = (line) => line.split("\r").findLast((part) => part !== "") ?? "";
  return plain.split("\n").map((line) => (line.includes("\r") ? last(line) : line)).join("\n");
}

// The first line that says something.
export function firstLine(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 ? `${lines[0]} …` : (lines[0] ?? "");
}

// A rate each second.
export function rate(n) {
  if (n >= 100) return count(n);
  if (n >= 10) return n.toFixed(1).replace(/\.0$/, "");
  return n.toFixed(2).replace(/0$/, "").replace(/\.0$/, "");
}

// A rate in words.
export function pace(n) {
  return n > 0 && n < 0.1 ? `${rate(n * 60)} each minute` : `${rate(n)} each second`;
}

// A time that something took.
export function took(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds === 0) return "0 s";
  if (seconds < 0.00095) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 0.0095) return `${(seconds * 1e3).toFixed(1)} ms`;
  if (seconds < 0.95) return `${Math.round(seconds * 1e3)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  return span(seconds);
}

// A time that goes on: hours, minutes, seconds.
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const days = Math.floor(s / 86400);
  const hours = Math.floor(s / 3600) % 24;
  const minutes = Math.floor(s / 60) % 60;
  if (days > 0) return `${days}d ${hours}h ${minutes}m`;
  if (hours > 0) return `${hours}h ${minutes}m ${s % 60}s`;
  if (minutes > 0) return `${minutes}m ${s % 60}s`;
  return `${s} s`;
}

export function bytes(n) {
  if (n === null || n === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const pad = (n) => String(n).padStart(2, "0");

// The time of day here.
export function clock(time) {
  const at = new Date(time);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

// A time in few words: the day only when it is another one.
export function since(time) {
  const at = new Date(time);
  if (at.toDateString() === new Date().toDateString()) return clock(time);
  return `${at.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${clock(time).slice(0, 5)}`;
}

// The day and the time here.
export function moment(time) {
  const at = new Date(time);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clock(time)}`;
}

export const percent = (share) => `${(100 * share).toFixed(share > 0.0995 || share === 0 ? 0 : 1)} %`;

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
