// Asking before doing, doing, and saying how it went.

import { byId, el } from "./dom.js";

// The answer to the question that is shown, if one is.
let answer = null;

function setUp(dialog) {
  byId("confirm-yes").addEventListener("click", () => answer?.(true));
  byId("confirm-no").addEventListener("click", () => answer?.(false));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    answer?.(false);
  });
  // Its event comes later than the closing: another question may be shown by then.
  dialog.addEventListener("close", () => {
    if (!dialog.open) answer?.(false);
  });
  // A key that is still held from the button that asked is no answer.
  dialog.addEventListener("keydown", (event) => {
    if (event.repeat && event.key !== "Tab") event.preventDefault();
  });
}

// Asks; resolves to whether the answer was yes.
export function confirm({ title, text, yes, danger }) {
  const dialog = byId("confirm");
  if (!dialog.dataset.ready) {
    dialog.dataset.ready = "yes";
    setUp(dialog);
  }
  answer?.(false);
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  const button = byId("confirm-yes");
  button.textContent = yes;
  button.classList.toggle("danger", Boolean(danger));
  button.classList.toggle("primary", !danger);
  return new Promise((resolve) => {
    answer = (said) => {
      answer = null;
      dialog.close();
      resolve(said);
    };
    dialog.showModal();
    // What cannot be undone is not one careless Enter away.
    (danger ? byId("confirm-no") : button).focus();
  });
}

export function toast(text, status = "plain") {
  const note = el("div", { class: "toast", text, data: { status } });
  byId("toasts").append(note);
  setTimeout(() => note.remove(), status === "bad" ? 10_000 : 5_000);
}

// Sends a command; true if it was taken.
export async function post(path, done) {
  try {
    const answer = await fetch(path, { method: "POST" });
    if (answer.status === 401) {
      location.reload();
      return false;
    }
    if (!answer.ok) {
      const body = await answer.json().catch(() => ({}));
      toast(`Refused: ${body.error ?? body.detail ?? answer.statusText}`, "bad");
      return false;
    }
    toast(done, "good");
    return true;
  } catch {
    toast("The monitor does not answer; nothing was done.", "bad");
    return false;
  }
}
