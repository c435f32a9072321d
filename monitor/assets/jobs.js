// Current tasks and recent jobs.

import { el, keyed, setHidden, setStatus, setText, byId } from "./dom.js";
import { bytes, clock, count, firstLine, moment, plural, printed, span, took } from "./format.js";

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

// What sessions are called, by backend and number.
let names = new Map();

export function nameSessions(sessions) {
  names = new Map(sessions.map((session) => [`${session.backend}/${session.index}`, session.name]));
}

const sessionOf = (job) => names.get(`${job.backend}/${job.session}`) ?? job.backend;

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

const rowsOf = (list) => [...list.querySelectorAll(":scope > li > .summary")];

// One stop for the Tab key in a whole list; arrow keys go from row to row.
function steps(list) {
  list.addEventListener("keydown", (event) => {
    const all = rowsOf(list);
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))].focus();
  });
  list.addEventListener("focusin", (event) => {
    if (event.target.matches(".summary")) stopAt(list, event.target);
  });
}

function stopAt(list, wanted) {
  const all = rowsOf(list);
  const stop = all.includes(wanted) ? wanted : (all.find((button) => button === document.activeElement) ?? all[0]);
  for (const button of all) {
    const index = button === stop ? 0 : -1;
    if (button.tabIndex !== index) button.tabIndex = index;
  }
  list.stop = stop;
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
  return [el("h3", { text: "Output" }), ...note, el("pre", { tabindex: "0", role: "region", "aria-label": "Output", text: printed(output.text) })];
}

// --- current tasks ---

const activeKey = (job) => `${job.backend}/${job.session}/${job.id}`;

function makeActive(job) {
  const parts = {
    badge: el("span", { class: "badge" }),
    route: el("span", { class: "route" }),
    id: el("span", { class: "id mono" }),
    from: el("span", { class: "from" }),
    share: el("span", { class: "when" }),
    time: el("span", { class: "time" }),
  };
  const item = row(Object.values(parts), () => refreshActive());
  item.parts = parts;
  item.fill = el("span");
  item.progress = el("span", { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }, item.fill);
  item.message = el("span", { class: "message" });
  item.track = el("div", { class: "track" }, item.progress, item.message);
  item.insertBefore(item.track, item.body);
  item.key = activeKey(job);
  return item;
}

function updateActive(item, job) {
  const { badge, route, id, from, share, time } = item.parts;
  const state = job.cancelled ? "Stopping" : job.waiting ? "Waiting" : "Running";
  setText(badge, state);
  setStatus(badge, job.cancelled ? "warning" : job.waiting ? "plain" : "busy");
  setText(route, job.route);
  setText(id, job.id);
  setText(from, sessionOf(job));
  for (const part of [route, id, from]) {
    if (part.title !== part.textContent) part.title = part.textContent;
  }
  setText(time, span(job.age));
  setHidden(item.track, job.waiting && !job.cancelled);
  const known = job.progress !== null;
  const done = known ? Math.round(job.progress * 100) : 0;
  item.progress.classList.toggle("unknown", !known && !job.waiting);
  item.fill.style.width = known ? `${done}%` : "";
  if (known) item.progress.setAttribute("aria-valuenow", String(done));
  else item.progress.removeAttribute("aria-valuenow");
  item.progress.setAttribute("aria-label", `Progress of ${route.textContent} ${id.textContent}`);
  setText(share, known ? `${done} %` : "");
  setText(item.message, job.message ?? (job.cancelled ? `asked to stop: ${job.cancelled}` : ""));
}

// What is below must not jump each time that a short task comes or goes: the box of the list keeps its
// height for a while when it gets shorter.
const KEEPS = 10_000;
let height = { kept: 0, since: 0 };

function keepHeight() {
  const box = byId("current");
  box.style.minHeight = "";
  const now = Date.now();
  const needed = box.offsetHeight;
  if (needed >= height.kept || now - height.since > KEEPS) height = { kept: needed, since: now };
  box.style.minHeight = `${height.kept}px`;
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
  stopAt(list, list.stop);
  setText(empty, "No task at the moment.");
  setHidden(empty, jobs.length > 0);
  keepHeight();
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
// Jobs that came while somebody read the list: it must not run away.
let held = [];
let only = "all";
let search = "";

function makeRecent(job) {
  const label = OUTCOMES[job.outcome] ?? job.outcome;
  const error = job.error ? el("span", { class: "error", text: firstLine(job.error) }) : "";
  const item = row(
    [
      el("span", { class: "badge", data: { status: statusOf(job.outcome) }, text: label }),
      el("span", { class: "route", text: job.route, title: job.route }),
      el("span", { class: "id mono", text: job.id, title: job.id }),
      el("span", { class: "from", text: sessionOf(job) }),
      el("span", { class: "when", text: clock(job.ended_at) }),
      el("span", { class: "time", text: took(job.took) }),
      error,
    ],
    () => openRecent(item, job),
  );
  return item;
}

function errorBox(error) {
  if (!error) return [];
  return [el("h3", { text: "Error" }), el("pre", { class: "wrong", tabindex: "0", role: "region", "aria-label": "Error", text: printed(error) })];
}

async function openRecent(item, job) {
  const about = facts([
    ["Ended", moment(job.ended_at)],
    ["Attempt", job.attempt],
    ["Job id", job.id],
  ]);
  item.body.replaceChildren(about, ...errorBox(job.error));
  const say = (text) => item.body.append(el("p", { class: "note", text }));
  if (job.printed === 0 && !job.error) {
    say("It printed nothing.");
    return;
  }
  // Lists have the beginning of an error, and no output.
  try {
    const answer = await fetch(`/api/v1/jobs/${job.number}`);
    const full = await answer.json();
    if (answer.ok) item.body.replaceChildren(about, ...errorBox(full.error), ...outputBox(full.output));
    else say(full.error);
  } catch {
    say("The monitor does not answer.");
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
  stopAt(byId("recent"), byId("recent").stop);
  const empty = byId("recent-empty");
  setText(empty, recent.length === 0 ? "No job has ended yet." : `None of the latest ${plural(recent.length, "job")} fits.`);
  setHidden(empty, shown.length > 0);
}

export function resetRecent() {
  recent = [];
  held = [];
}

// Somebody reads: a job is open, the list is scrolled, or the keyboard is in it.
function isRead() {
  const list = byId("recent");
  return list.scrollTop > 4 || list.querySelector(":focus-visible") || [...list.children].some((item) => item.isOpen());
}

function release() {
  recent = [...held, ...recent].slice(0, KEPT);
  held = [];
}

// Takes jobs that ended, oldest first.
export function addRecent(jobs) {
  const newest = held[0]?.number ?? recent[0]?.number ?? 0;
  const fresh = jobs.filter((job) => job.number > newest).reverse();
  held = [...fresh, ...held].slice(0, KEPT);
  if (!isRead()) release();
  const button = byId("newer");
  setHidden(button, held.length === 0);
  if (held.length > 0) setText(button, `Show ${plural(Math.min(KEPT, held[0].number - (recent[0]?.number ?? 0)), "newer job")}`);
  drawRecent();
}

export function setUpJobs() {
  for (const id of ["current-task", "recent"]) steps(byId(id));
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
    byId("recent").scrollTop = 0;
    setHidden(byId("newer"), true);
    drawRecent();
    // The button is gone, and the focus should not be.
    byId("recent").querySelector("button")?.focus({ preventScroll: true });
  });
  byId("search").addEventListener("input", (event) => {
    search = event.target.value.trim().toLowerCase();
    drawRecent();
  });
}
