// Current tasks and recent jobs.

import { el, keyed, setHidden, setStatus, setText, byId } from "./dom.js";
import { bytes, clock, count, moment, plural, span, took } from "./format.js";

const OUTCOMES = {
  ok: "Done",
  failed: "Failed",
  retry_after: "Failed, retry",
  rejected: "Rejected",
  timed_out: "Timed out",
  cancelled: "Cancelled",
  bad_input: "Bad input",
  panicked: "Panicked",
  no_route: "No route",
  overloaded: "Overloaded",
  handed_back: "Handed back",
};

const statusOf = (outcome) => {
  if (outcome === "ok") return "good";
  return ["cancelled", "handed_back", "retry_after", "overloaded"].includes(outcome) ? "warning" : "bad";
};

// A row that opens: a button with a summary, and what it opens.
function row(summary, onOpen) {
  const body = el("div", { class: "details", hidden: true });
  const button = el("button", { type: "button", class: "summary", "aria-expanded": "false" }, ...summary);
  const item = el("li", { class: "job" }, button, body);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    setHidden(body, !open);
    if (open) onOpen(item);
  });
  item.body = body;
  item.isOpen = () => button.getAttribute("aria-expanded") === "true";
  return item;
}

function facts(pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    list.append(el("div", {}, el("dt", { text: name }), el("dd", { text: value })));
  }
  return list;
}

function outputBox(output) {
  if (!output) return [el("p", { class: "note", text: "It printed nothing." })];
  const note = output.skipped > 0 ? [el("p", { class: "note", text: `The first ${bytes(output.skipped)} were not kept.` })] : [];
  return [el("h3", { text: "Output" }), ...note, el("pre", { tabindex: "0", text: output.text, "aria-label": "Output" })];
}

// --- current tasks ---

const activeKey = (job) => `${job.backend}/${job.session}/${job.id}`;

function makeActive(job) {
  const parts = {
    badge: el("span", { class: "badge" }),
    route: el("span", { class: "route" }),
    id: el("span", { class: "id mono" }),
    from: el("span", { class: "from" }),
    time: el("span", { class: "time" }),
  };
  const item = row(Object.values(parts), () => refreshActive());
  item.parts = parts;
  item.fill = el("span", { class: "fill" });
  item.progress = el("span", { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }, item.fill);
  item.share = el("span", { class: "share" });
  item.message = el("span", { class: "message" });
  item.track = el("div", { class: "track" }, item.progress, item.share, item.message);
  item.insertBefore(item.track, item.body);
  item.key = activeKey(job);
  return item;
}

function updateActive(item, job) {
  const { badge, route, id, from, time } = item.parts;
  const state = job.cancelled ? "Stopping" : job.waiting ? "Waiting" : "Running";
  setText(badge, state);
  setStatus(badge, job.cancelled ? "warning" : job.waiting ? "plain" : "busy");
  setText(route, job.route);
  setText(id, job.id);
  id.title = job.id;
  setText(from, `${job.backend} ${job.session}`);
  setText(time, span(job.age));
  setHidden(item.track, job.waiting && !job.cancelled);
  const known = job.progress !== null;
  const share = known ? Math.round(job.progress * 100) : 0;
  item.progress.classList.toggle("unknown", !known && !job.waiting);
  item.fill.style.width = known ? `${share}%` : "";
  if (known) item.progress.setAttribute("aria-valuenow", String(share));
  else item.progress.removeAttribute("aria-valuenow");
  item.progress.setAttribute("aria-label", `Progress of ${job.route} ${job.id}`);
  setText(item.share, known ? `${share} %` : "");
  setText(item.message, job.message ?? (job.cancelled ? `asked to stop: ${job.cancelled}` : ""));
}

let openActive = [];
let fetching = false;

// What current tasks printed is fetched only for those that are open.
async function refreshActive() {
  const open = openActive.filter((item) => item.isConnected && item.isOpen());
  if (fetching || open.length === 0) return;
  fetching = true;
  try {
    const answer = await fetch("/api/v1/jobs");
    const { active } = await answer.json();
    const jobs = new Map((active ?? []).map((job) => [activeKey(job), job]));
    for (const item of open) {
      const job = jobs.get(item.key);
      if (job) showActive(item, job);
    }
  } catch {
    // The stream tells when the monitor is away.
  } finally {
    fetching = false;
  }
}

function showActive(item, job) {
  const pre = item.body.querySelector("pre");
  const atEnd = !pre || pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 8;
  item.body.replaceChildren(
    facts([
      ["Attempt", job.attempt],
      ["Time left", job.time_left === null ? null : span(job.time_left)],
      ["Asked to stop", job.cancelled],
      ["Printed", bytes(job.printed)],
    ]),
    ...outputBox(job.output),
  );
  const fresh = item.body.querySelector("pre");
  if (fresh && atEnd) fresh.scrollTop = fresh.scrollHeight;
}

export function showCurrent(jobs) {
  const list = byId("current-task");
  const empty = byId("active-empty");
  if (jobs === null) {
    setText(empty, "The sessions did not answer in time.");
    setHidden(empty, false);
    return;
  }
  // Those that run come first, the oldest of them at the top.
  const ordered = [...jobs].sort((a, b) => Number(a.waiting) - Number(b.waiting) || b.age - a.age);
  keyed(list, ordered, activeKey, makeActive, updateActive);
  openActive = [...list.children];
  setText(empty, "No task at the moment.");
  setHidden(empty, jobs.length > 0);
  const waiting = jobs.filter((job) => job.waiting).length;
  const parts = [];
  if (jobs.length > waiting) parts.push(`${count(jobs.length - waiting)} running`);
  if (waiting) parts.push(`${count(waiting)} waiting`);
  setText(byId("active-note"), parts.join(", "));
  refreshActive();
}

// --- recent jobs ---

const KEPT = 100;
let recent = [];
// Jobs that came while one was open: what is read must not run away.
let held = [];
let only = "all";
let search = "";

function makeRecent(job) {
  const label = OUTCOMES[job.outcome] ?? job.outcome;
  const error = job.error ? el("span", { class: "error", text: job.error }) : "";
  const item = row(
    [
      el("span", { class: "badge", data: { status: statusOf(job.outcome) }, text: label }),
      el("span", { class: "route", text: job.route }),
      el("span", { class: "id mono", text: job.id, title: job.id }),
      el("span", { class: "from", text: `${job.backend} ${job.session}` }),
      el("span", { class: "when", text: clock(job.ended_at) }),
      el("span", { class: "time", text: took(job.took) }),
      error,
    ],
    () => openRecent(item, job),
  );
  return item;
}

async function openRecent(item, job) {
  const about = facts([
    ["Ended", moment(job.ended_at)],
    ["Attempt", job.attempt],
    ["Job id", job.id],
  ]);
  const error = job.error ? [el("h3", { text: "Error" }), el("pre", { class: "wrong", tabindex: "0", text: job.error, "aria-label": "Error" })] : [];
  item.body.replaceChildren(about, ...error);
  if (job.printed === 0) {
    item.body.append(el("p", { class: "note", text: "It printed nothing." }));
    return;
  }
  try {
    const answer = await fetch(`/api/v1/jobs/${job.number}`);
    const full = await answer.json();
    if (answer.ok) item.body.append(...outputBox(full.output));
    else item.body.append(el("p", { class: "note", text: full.error }));
  } catch {
    item.body.append(el("p", { class: "note", text: "The monitor does not answer." }));
  }
}

function matches(job) {
  if (only === "failed" && job.outcome === "ok") return false;
  if (!search) return true;
  const text = `${job.id} ${job.route} ${job.backend} ${job.outcome} ${job.error ?? ""}`;
  return text.toLowerCase().includes(search);
}

function drawRecent() {
  const shown = recent.filter(matches);
  keyed(byId("recent"), shown, (job) => job.number, makeRecent, () => {});
  const empty = byId("recent-empty");
  setText(empty, recent.length === 0 ? "No job has ended yet." : `None of the latest ${plural(recent.length, "job")} fits.`);
  setHidden(empty, shown.length > 0);
}

export function resetRecent() {
  recent = [];
  held = [];
}

const isAnyOpen = () => [...byId("recent").children].some((item) => item.isOpen());

function release() {
  recent = [...held, ...recent].slice(0, KEPT);
  held = [];
}

// Takes jobs that ended, oldest first.
export function addRecent(jobs) {
  const newest = held[0]?.number ?? recent[0]?.number ?? 0;
  const fresh = jobs.filter((job) => job.number > newest).reverse();
  held = [...fresh, ...held].slice(0, KEPT);
  if (!isAnyOpen()) release();
  const button = byId("newer");
  setHidden(button, held.length === 0);
  if (held.length > 0) setText(button, `Show ${plural(held[0].number - recent[0].number, "newer job")}`);
  drawRecent();
}

export function setUpJobs() {
  const filter = byId("outcome-filter");
  filter.addEventListener("click", (event) => {
    const chosen = event.target.dataset.only;
    if (!chosen) return;
    only = chosen;
    for (const button of filter.children) button.setAttribute("aria-pressed", String(button.dataset.only === only));
    drawRecent();
  });
  byId("newer").addEventListener("click", () => {
    release();
    setHidden(byId("newer"), true);
    drawRecent();
  });
  byId("search").addEventListener("input", (event) => {
    search = event.target.value.trim().toLowerCase();
    drawRecent();
  });
}
