// Connections, controls, routes, the log, and what else the worker tells.

import { confirm, post } from "./dialog.js";
import { byId, el, keyed, setHidden, setStatus, setText } from "./dom.js";
import { bytes, clock, count, plural, span, took } from "./format.js";

const STATES = {
  connecting: ["Connecting", "warning"],
  registering: ["Registering", "warning"],
  ready: ["Online", "good"],
  waiting: ["Not connected", "bad"],
  disconnected: ["Disconnected", "warning"],
  draining: ["Draining", "warning"],
  closing: ["Closing", "warning"],
  stopped: ["Stopped", "plain"],
  failed: ["Failed", "bad"],
};

const stateOf = (session) => {
  if (session.ready && session.paused) return ["Paused", "warning"];
  return STATES[session.state] ?? [session.state, "plain"];
};

const isOver = (session) => session.state === "stopped" || session.state === "failed";
const isEnding = (session) => isOver(session) || session.state === "draining" || session.state === "closing";

const COMMANDS = {
  pause: {
    label: "Pause",
    title: "Pause?",
    text: "No more jobs are started until it is resumed. Those that run go on, and the connection stays.",
    done: "Asked to pause.",
  },
  resume: { label: "Resume", done: "Asked to resume." },
  reconnect: {
    label: "Reconnect",
    title: "Reconnect?",
    text: "The connection is dropped and made anew. Jobs that run go on; their results are sent afterwards, where the system takes late results.",
    done: "Asked to reconnect.",
  },
  connect: { label: "Connect", path: "reconnect", done: "Asked to connect." },
  disconnect: {
    label: "Disconnect",
    title: "Disconnect?",
    text: "The connection is dropped and stays down until somebody connects it again. Jobs that run go on; their results wait, where the system takes late results, else they are lost.",
    done: "Asked to disconnect.",
    danger: true,
  },
  drain: {
    label: "Drain and stop",
    title: "Drain and stop?",
    text: "No more jobs are taken, those that run are finished, and then the worker ends. It cannot be started again from here.",
    done: "Asked to drain.",
    danger: true,
  },
  restart: {
    label: "Restart worker",
    title: "Restart the worker?",
    text: "The worker leaves its foreman and registers anew. Tasks that run go on, and their results are sent afterwards.",
    done: "Worker restarted.",
  },
};

function button(name, path, what) {
  const command = COMMANDS[name];
  return el("button", {
    type: "button",
    class: command.danger ? "danger" : "",
    text: command.label,
    data: { command: name },
    "aria-label": what ? `${command.label}: ${what}` : null,
    on: {
      click: async () => {
        const title = command.title && (what ? command.title.replace("?", ` ${what}?`) : command.title);
        const ask = { ...command, title, yes: command.label };
        if (!command.title || (await confirm(ask))) await post(path, command.done);
      },
    },
  });
}

// Shows those buttons, in this order; makes them once.
function setButtons(box, names, pathOf, what) {
  const key = names.join();
  if (box.dataset.names === key) return;
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.command : null;
  box.dataset.names = key;
  box.replaceChildren(...names.map((name) => button(name, pathOf(name), what)));
  if (focused) (box.querySelector(`[data-command="${focused}"]`) ?? box.firstElementChild)?.focus();
}

function commandsOf(session) {
  if (isEnding(session)) return [];
  const away = session.state === "disconnected";
  return [session.paused ? "resume" : "pause", away ? "connect" : "reconnect", ...(away ? [] : ["disconnect"])];
}

export function showControls(overview) {
  const box = byId("controls");
  const { sessions } = overview;
  if (!overview.can_steer) {
    setText(box, "This monitor only shows.");
    return;
  }
  const going = sessions.filter((session) => !isEnding(session));
  let names = [];
  if (going.length > 0) {
    const allAway = going.every((session) => session.state === "disconnected");
    names = [going.every((session) => session.paused) ? "resume" : "pause"];
    if (allAway) names.push("connect");
    else names.push(overview.restart ? "restart" : "reconnect", "disconnect");
    names.push("drain");
  }
  const pathOf = (name) => (name === "restart" ? overview.restart : `/api/v1/${COMMANDS[name].path ?? name}`);
  setButtons(box, names, pathOf, "");
  if (names.length === 0) setText(box, sessions.every(isOver) ? "The worker has ended." : "The worker is ending.");
}

function makeSession() {
  const parts = {
    mark: el("span", { class: "mark", "aria-hidden": "true" }),
    name: el("span", { class: "session-name" }),
    state: el("span", { class: "session-state" }),
  };
  const item = el("li", { class: "session" }, el("p", { class: "session-head" }, ...Object.values(parts)));
  item.parts = parts;
  item.note = el("p", { class: "note" });
  item.wrong = el("p", { class: "wrong" });
  item.counts = el("p", { class: "counts" });
  item.buttons = el("div", { class: "buttons small" });
  item.append(item.note, item.wrong, item.counts, item.buttons);
  return item;
}

function updateSession(item, session, overview) {
  const { name, state } = item.parts;
  const [word, status] = stateOf(session);
  setStatus(item, status);
  setText(name, session.name);
  name.title = name.textContent;
  setText(state, word);
  const notes = [`for ${span((Date.parse(overview.now) - Date.parse(session.since)) / 1000)}`];
  if (session.ready && session.paused) notes.unshift("starts no jobs");
  if (session.next_attempt !== null) notes.push(`attempt ${session.attempt} in ${span(session.next_attempt + 0.999)}`);
  else if (session.attempt > 1) notes.push(`attempt ${session.attempt}`);
  if (session.connections > 1) notes.push(plural(session.connections, "connection"));
  setText(item.note, notes.join(" · "));
  const showError = session.last_error && !session.ready && !["stopped", "disconnected"].includes(session.state);
  setText(item.wrong, showError ? session.last_error : "");
  setHidden(item.wrong, !showError);
  const counts = [`${count(session.ok)} done`, `${count(session.failed)} failed`, `${count(session.in_flight)} in flight`];
  for (const [key, label] of [["outbox", "waiting to be sent"], ["dropped", "not delivered"], ["ignored", "messages ignored"]]) {
    if (session[key] > 0) counts.push(`${count(session[key])} ${label}`);
  }
  setText(item.counts, counts.join(" · "));
  const names = overview.can_steer ? commandsOf(session) : [];
  const pathOf = (name) => `/api/v1/sessions/${session.place}/${COMMANDS[name].path ?? name}`;
  setButtons(item.buttons, names, pathOf, session.name);
  setHidden(item.buttons, names.length === 0);
}

export function showSessions(overview) {
  keyed(byId("sessions"), overview.sessions, (session) => session.place, makeSession, (item, session) => updateSession(item, session, overview));
}

// The word for the whole worker: [word, status, note].
export function summary(overview) {
  const { sessions } = overview;
  const ready = sessions.filter((session) => session.ready).length;
  const of = sessions.length === 1 ? sessions[0].backend : `${ready} of ${sessions.length} sessions`;
  if (sessions.every(isOver)) {
    return sessions.some((s) => s.state === "failed") ? ["Failed", "bad", "the worker has ended"] : ["Stopped", "plain", "the worker has ended"];
  }
  if (sessions.every(isEnding)) return ["Draining", "warning", "takes no more jobs"];
  if (ready === sessions.length) {
    if (sessions.every((session) => session.paused)) return ["Paused", "warning", "starts no jobs"];
    return ["Online", "good", of];
  }
  if (ready > 0) return ["Partly online", "warning", of];
  if (sessions.every((session) => session.state === "disconnected")) return ["Disconnected", "warning", "on request"];
  const tries = sessions.some((session) => session.state === "connecting" || session.state === "registering");
  return tries ? ["Connecting", "warning", of] : ["Offline", "bad", of];
}

const CELLS = ["Running", "Done", "Failed", "Median", "99 %"];

export function showRoutes(routes) {
  keyed(
    byId("routes"),
    routes,
    (route) => route.route,
    (route) => el("tr", {}, el("th", { scope: "row", class: "mono", text: route.route }), ...CELLS.map((label) => el("td", { data: { label } }))),
    (item, route) => {
      const any = route.ok + route.failed > 0;
      const cells = [count(route.running), count(route.ok), count(route.failed), any ? took(route.p50) : "–", any ? took(route.p99) : "–"];
      cells.forEach((text, i) => setText(item.children[i + 1], text));
      item.children[3].classList.toggle("bad", route.failed > 0);
    },
  );
}

const KEPT = 200;
let entries = [];
let own = 0;

// What happened at the worker, and, with `number` left out, at this page.
export function addEvents(events) {
  const known = new Set(entries.map((entry) => entry.key));
  for (const event of events) {
    const key = event.number === undefined ? `page ${(own += 1)}` : `worker ${event.number}`;
    if (!known.has(key)) entries.unshift({ ...event, key });
  }
  entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  entries = entries.slice(0, KEPT);
  keyed(
    byId("activity-log"),
    entries,
    (entry) => entry.key,
    (entry) =>
      el("li", { data: { level: entry.level } }, el("time", { datetime: entry.at, text: clock(entry.at) }), el("span", { text: entry.text })),
    () => {},
  );
}

export function resetEvents() {
  entries = entries.filter((entry) => entry.number === undefined);
}

export function showResources({ usage, concurrency, free_permits: free, totals }) {
  const facts = [
    ["Processor", usage.cpu_percent === null ? "–" : `${usage.cpu_percent.toFixed(1)} % of one${usage.processors ? ` of ${plural(usage.processors, "processor")}` : ""}`],
    ["Memory of the worker", bytes(usage.memory_bytes)],
    ["Memory of the machine", usage.memory_total_bytes === null ? "–" : `${bytes(usage.memory_available_bytes)} free of ${bytes(usage.memory_total_bytes)}`],
    ["Places for jobs", `${count(concurrency - Math.min(free, concurrency))} of ${count(concurrency)} taken`],
    ["Jobs in flight", count(totals.in_flight)],
    ["Results waiting to be sent", count(totals.outbox)],
    ["Results not delivered", count(totals.dropped)],
  ].map(([name, value]) => ({ name, value, status: "plain" }));
  showFacts(byId("resources"), facts);
}

function showFacts(list, facts) {
  keyed(
    list,
    facts,
    (fact) => fact.name,
    (fact) => el("div", {}, el("dt", { text: fact.name }), el("dd", {}, el("span", { class: "mark", "aria-hidden": "true" }), el("span"))),
    (item, fact) => {
      setStatus(item, fact.status);
      setText(item.lastElementChild.lastElementChild, fact.value);
    },
  );
}

// How many of a section's facts are not good, in words.
function verdict(facts) {
  const of = (status) => facts.filter((fact) => fact.status === status).length;
  const [bad, warnings, good] = [of("bad"), of("warning"), of("good")];
  if (bad > 0) return [plural(bad, "problem"), "bad"];
  if (warnings > 0) return [plural(warnings, "warning"), "warning"];
  return good > 0 ? ["All good", "good"] : ["", "plain"];
}

function makeSection(section) {
  const title = el("h2", { text: section.title });
  const badge = el("span", { class: "badge" });
  const list = el("dl", { class: "facts" });
  const panel = el("section", { class: "panel", "aria-label": section.title }, el("div", { class: "heading" }, title, badge), list);
  return { panel, badge, list };
}

// What the program shows besides: the sandbox, a pool. By turns on the left and on the right.
export function showSections(sections) {
  const right = byId("right");
  const known = right.sections ?? (right.sections = new Map());
  for (const section of sections) {
    let made = known.get(section.title);
    if (!made) {
      made = makeSection(section);
      if (known.size % 2 === 0) byId("left").append(made.panel);
      else right.insertBefore(made.panel, byId("capabilities-panel"));
      known.set(section.title, made);
    }
    const [words, status] = verdict(section.facts);
    setText(made.badge, words);
    setStatus(made.badge, status);
    setHidden(made.badge, words === "");
    showFacts(made.list, section.facts);
  }
  for (const [title, made] of known) {
    if (!sections.some((section) => section.title === title)) {
      made.panel.remove();
      known.delete(title);
    }
  }
}

const few = (names) => (names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${count(names.length - 3)} more` : names.join(", "));

export function showCapabilities(tables) {
  const box = byId("capabilities");
  const seen = new Map();
  for (const table of tables) {
    const text = JSON.stringify(table.rows);
    if (seen.has(text)) seen.get(text).names.add(table.backend);
    else seen.set(text, { names: new Set([table.backend]), rows: table.rows });
  }
  box.replaceChildren(
    ...[...seen.values()].map(({ names, rows }) => {
      const list = el("dl", { class: "facts" });
      for (const { name, value } of rows) list.append(el("div", {}, el("dt", { text: name }), el("dd", { text: value })));
      return el("details", {}, el("summary", { text: few([...names]) }), list);
    }),
  );
}
