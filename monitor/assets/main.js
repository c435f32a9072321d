// The dashboard: takes what the live stream tells and shows it.

import { Chart, bucketed } from "./chart.js";
import { byId, setHidden, setStatus, setText } from "./dom.js";
import { bytes, clock, count, moment, pace, percent, rate, since, span, took, visible } from "./format.js";
import { addRecent, nameSessions, resetRecent, setUpJobs, showCurrent } from "./jobs.js";
import { Link } from "./link.js";
import { addEvents, resetEvents, showCapabilities, showControls, showResources, showRoutes, showSections, showSessions, summary } from "./panels.js";

const HISTORY = 600;
const MIB = 1024 * 1024;

let history = [];
// Chosen here; else as long as there is something to show.
let chosenSeconds = null;
let startedAt = null;
let lastHeard = null;
let state = "connecting";

// --- charts ---

const sum = (list, of) => list.reduce((total, one) => total + (of(one) ?? 0), 0);
const most = (list, of) => {
  const values = list.map(of).filter((value) => value !== null && value !== undefined);
  return values.length > 0 ? Math.max(...values) : null;
};
const middle = (list, of) => {
  const values = list.map(of).filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  return values.length > 0 ? values[Math.floor(values.length / 2)] : null;
};

const merge = (samples) => ({
  // A sample is a second: a bucket that is not full yet counts only what it has.
  ok: sum(samples, (s) => s.ok) / samples.length,
  failed: sum(samples, (s) => s.failed) / samples.length,
  p50: middle(samples, (s) => s.p50),
  slowest: most(samples, (s) => s.slowest),
  cpu: most(samples, (s) => s.cpu_percent),
  memory: most(samples, (s) => s.memory_bytes),
});

const charts = [
  new Chart(byId("throughput"), {
    title: "Jobs per second",
    series: [
      { label: "Done", kind: "bar", color: "good", of: (v) => v.ok },
      { label: "Failed", kind: "bar", color: "bad", of: (v) => v.failed },
    ],
    format: rate,
    empty: "No job in this time",
  }),
  new Chart(byId("latency"), {
    title: "Time per job",
    series: [
      { label: "Slowest", kind: "line", color: "second", of: (v) => v.slowest },
      { label: "Median", kind: "line", color: "first", of: (v) => v.p50 },
    ],
    format: took,
    tick: (seconds) => (seconds >= 60 && seconds < 1000 ? `${seconds} s` : took(seconds).replace(/\.0+ /, " ")),
    // From microseconds to hours in one picture.
    logarithmic: true,
    empty: "No job in this time",
  }),
  new Chart(byId("cpu"), {
    title: "Processor",
    series: [{ label: "", kind: "line", color: "first", of: (v) => v.cpu }],
    format: (value) => `${Math.round(value)} %`,
    floor: 10,
    height: 96,
  }),
  new Chart(byId("memory"), {
    title: "Memory",
    series: [{ label: "", kind: "line", color: "first", of: (v) => (v.memory === null ? null : v.memory / MIB) }],
    format: (mib) => bytes(mib * MIB),
    floor: 20,
    height: 96,
  }),
];

function drawCharts() {
  const now = history.length > 0 ? history[history.length - 1].at : Date.now();
  const seconds = chosenSeconds ?? (history.length > 75 ? 300 : 60);
  for (const button of byId("window").children) {
    const pressed = String(Number(button.dataset.seconds) === seconds);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
  const buckets = bucketed(history, seconds, now, merge);
  for (const chart of charts) chart.update(buckets, seconds);
}

byId("window").addEventListener("click", (event) => {
  const seconds = Number(event.target.dataset.seconds);
  if (!seconds) return;
  chosenSeconds = seconds;
  drawCharts();
});

// --- cards ---

function showCards(overview) {
  const { totals } = overview;
  const title = visible(overview.worker_id ? `${overview.name} - ${overview.worker_id}` : overview.name);
  if (document.title !== title) document.title = title;
  setText(byId("name"), overview.name);
  setText(byId("worker-id"), overview.worker_id);
  byId("worker-id").title = visible(overview.worker_id ?? "");
  const [word, status, note] = summary(overview);
  setText(byId("connection-status"), word);
  setText(byId("connection-note"), note);
  setStatus(byId("status-card"), status);
  setText(byId("tasks-completed"), count(totals.ok));
  setText(byId("tasks-failed"), count(totals.failed));
  setStatus(byId("failed-card"), totals.failed > 0 ? "bad" : "plain");
  const ended = totals.ok + totals.failed;
  setText(byId("failed-note"), ended > 0 ? `${percent(totals.failed / ended)} of all` : "");
  const minute = history.slice(-60);
  setText(byId("rate-note"), minute.length > 0 ? pace(sum(minute, (s) => s.ok) / minute.length) : "");
  setText(byId("running"), count(overview.running));
  setText(byId("running-note"), `of ${count(overview.concurrency)} at a time`);
  setText(byId("avg-execution-time"), took(totals.average));
  setText(byId("total-execution-time"), took(totals.spent));
  setText(byId("uptime"), span(overview.uptime));
  setText(byId("started-at"), `since ${since(overview.started_at)}`);
  byId("started-at").title = moment(overview.started_at);
  setText(byId("version"), `Journeyman ${overview.version}`);
}

// --- the stream ---

function take(message) {
  if (message.type === "hello") {
    history = message.history;
    // Another start of the worker: what was listed is of the one before.
    if (startedAt !== null && startedAt !== message.started_at) {
      resetRecent();
      resetEvents();
    }
    startedAt = message.started_at;
    setHidden(byId("logout"), !message.wants_token);
    setHidden(byId("api-link"), !message.docs);
    if (message.docs) byId("api-link").href = message.docs;
    showCapabilities(message.capabilities);
  } else if (message.sample && message.sample.at > (history[history.length - 1]?.at ?? 0)) {
    history.push(message.sample);
    if (history.length > HISTORY) history.shift();
  }
  lastHeard = Date.now();
  showCards(message);
  showControls(message);
  showSessions(message);
  nameSessions(message.sessions);
  showCurrent(message.active);
  addRecent(message.recent);
  addEvents(message.events);
  showRoutes(message.routes);
  showResources(message);
  showSections(message.sections);
  if (message.type === "hello" || message.sample) drawCharts();
}

function showLink(now) {
  const words = { open: ["Live", "good"], connecting: ["Connecting…", "warning"], lost: ["No contact", "bad"] };
  // Between two attempts the page is as far from the monitor as before.
  const shown = now === "connecting" && state === "lost" ? "lost" : now;
  if (shown === state && lastHeard !== null) return;
  if (state === "open" && shown !== "open") {
    addEvents([{ at: new Date().toISOString(), level: "warning", text: "This page lost the monitor" }]);
  }
  state = shown;
  const [word, status] = words[shown];
  setText(byId("live"), word);
  setStatus(byId("live"), status);
  document.body.classList.toggle("stale", shown === "lost");
  showBanner();
}

function showBanner() {
  const banner = byId("banner");
  const lost = state === "lost";
  if (lost) {
    const since = lastHeard === null ? "It has not answered yet." : `What you see is from ${clock(lastHeard)}, ${span((Date.now() - lastHeard) / 1000)} ago.`;
    setText(banner, `The monitor does not answer; the worker may have stopped. ${since}`);
  }
  setHidden(banner, !lost);
}

setUpJobs();
drawCharts();
setInterval(() => {
  if (state === "lost") showBanner();
}, 1000);
new Link(take, showLink);
