// Making and changing elements. Whatever comes from outside becomes text, never markup.

import { visible } from "./format.js";

export const byId = (id) => document.getElementById(id);

// Makes an element. `props`: class, text, on (event handlers), data (data attributes), and attributes.
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "text") element.textContent = visible(value);
    else if (key === "on") {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (key === "data") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : visible(value));
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Sets the text only when it differs, so that a selection in it survives.
export function setText(element, text) {
  const value = text === undefined || text === null ? "" : visible(text);
  if (element.textContent !== value) element.textContent = value;
}

export function setStatus(element, status) {
  if (element.dataset.status !== status) element.dataset.status = status;
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

// Keeps one child for each item, in the order of the items. A child is made once and then updated, so
// that focus and what is open in it stay.
export function keyed(parent, items, keyOf, make, update) {
  const known = parent.keyedChildren ?? (parent.keyedChildren = new Map());
  const wanted = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!wanted.has(key)) wanted.set(key, item);
  }
  // Those that go, go first: then those that stay need not be moved, and keep the focus.
  for (const [key, child] of known) {
    if (!wanted.has(key)) {
      child.remove();
      known.delete(key);
    }
  }
  let place = parent.firstElementChild;
  for (const [key, item] of wanted) {
    let child = known.get(key);
    if (!child) {
      child = make(item);
      known.set(key, child);
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}
