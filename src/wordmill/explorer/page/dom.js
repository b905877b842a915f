// Elements made by hand. Text goes in as text: nothing is ever read as HTML.
import {visible} from "./text.js";

/**
 * Make an element: `class`, `on` (listeners by event), anything else is an attribute; false and null leave it out.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) if (child !== null) node.append(child);
  return node;
}

/**
 * An element of the page by its id.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no element ${id}`);
  return node;
}

/**
 * A key as an element whose direction is its own.
 * @param {string} key
 */
export function keyNode(key) {
  return make("bdi", {class: "key"}, visible(key, 200));
}

/**
 * A bar for a number from 0 to 1; for one below 0, from the middle to the left.
 * @param {number} value
 * @param {boolean} [bothWays] from the middle
 */
export function bar(value, bothWays = false) {
  const filled = make("span", {class: "bar-fill"});
  const length = Math.min(1, Math.abs(value));
  filled.style.setProperty("width", `${(bothWays ? 50 : 100) * length}%`);
  if (bothWays) filled.style.setProperty("margin-inline-start", `${value < 0 ? 50 - 50 * length : 50}%`);
  return make("span", {class: bothWays ? "bar-track both" : "bar-track", "aria-hidden": "true"}, filled);
}

/**
 * A section with a heading.
 * @param {string} title
 * @param {...(Node | string | null)} children
 */
export function section(title, ...children) {
  return make("section", {class: "part"}, make("h3", {}, title), ...children);
}

/** @param {string} text */
export function note(text) {
  return make("p", {class: "note"}, text);
}
