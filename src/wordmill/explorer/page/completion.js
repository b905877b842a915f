// A box in which keys are typed, with completion: the combobox of the ARIA practices.
import {keyNode, make} from "./dom.js";
import {grouped} from "./text.js";

const WAIT = 90; // milliseconds after the last letter
let boxes = 0;

/**
 * @typedef {object} BoxOptions
 * @property {string} label
 * @property {string} [placeholder]
 * @property {boolean} [quietLabel] the label is for screen readers alone
 * @property {(text: string) => Promise<Point[]>} find
 * @property {(key: string) => void} choose
 * @property {(error: unknown) => void} fail
 * @property {(text: string) => string | null} [last] what else can be done with the text, in words
 */

export class KeyBox {
  /** @param {BoxOptions} options */
  constructor(options) {
    const id = `box-${++boxes}`;
    this.options = options;
    /** @type {string[]} */
    this.keys = [];
    this.listedFor = "";
    this.active = -1;
    this.asked = 0;
    this.timer = 0;
    this.input = /** @type {HTMLInputElement} */ (make("input", {
      id, type: "text", role: "combobox", class: "box-input", placeholder: options.placeholder ?? "",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: "auto",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
      on: {
        input: () => this.later(),
        keydown: (/** @type {KeyboardEvent} */ event) => this.onKey(event),
        blur: () => this.close(),
      },
    }));
    this.list = make("ul", {id: `${id}-list`, role: "listbox", class: "box-list", "aria-label": options.label, hidden: true});
    const label = make("label", {for: id, class: options.quietLabel ? "unseen" : "box-label"}, options.label);
    this.node = make("div", {class: "box"}, label, this.input, this.list);
  }

  get value() {
    return this.input.value;
  }

  set value(text) {
    this.input.value = text;
    this.close();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT);
  }

  async look() {
    const turn = ++this.asked;
    const text = this.value;
    if (text.trim() === "") {
      this.close();
      return;
    }
    try {
      const found = await this.options.find(text);
      if (turn === this.asked && document.activeElement === this.input) this.show(text, found);
    } catch (error) {
      this.options.fail(error);
    }
  }

  /**
   * @param {string} text
   * @param {Point[]} found
   */
  show(text, found) {
    this.keys = found.map(({key}) => key);
    this.listedFor = text;
    const rows = found.map((point, at) => this.option(at, keyNode(point.key), point.count === null ? "" : grouped(point.count)));
    const last = this.options.last?.(text) ?? null;
    if (last !== null && !this.keys.includes(text)) {
      rows.push(this.option(this.keys.length, make("span", {class: "box-last"}, last), ""));
      this.keys.push(text);
    }
    if (!rows.length) rows.push(make("li", {class: "box-none", role: "option", "aria-disabled": "true"}, "Nothing found"));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(-1);
  }

  /**
   * @param {number} at
   * @param {Node} content
   * @param {string} count
   */
  option(at, content, count) {
    return make("li", {
      id: `${this.input.id}-${at}`, role: "option", class: "box-option", "aria-selected": "false",
      on: {
        pointerdown: (/** @type {Event} */ event) => event.preventDefault(), // the input keeps the focus
        click: () => this.take(this.keys[at]),
      },
    }, content, make("span", {class: "box-count"}, count));
  }

  /** @param {number} at */
  activate(at) {
    this.active = at;
    [...this.list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === at)));
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", `${this.input.id}-${at}`);
      this.list.children[at].scrollIntoView({block: "nearest"});
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) this.look();
      else if (this.keys.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        const places = this.keys.length + 1; // one of them: none
        this.activate(((this.active + 1 + step + places) % places) - 1);
      }
    } else if (event.key === "Enter") {
      if (open && this.active >= 0) this.take(this.keys[this.active]);
      else if (this.value !== "") this.take(this.meant());
    } else if (event.key === "Escape" && (open || this.value)) {
      if (open) this.close();
      else this.value = "";
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  /** What is meant by the text alone: it itself, or what was found for it where it is no key. */
  meant() {
    const isListed = !this.list.hidden && this.listedFor === this.value;
    return isListed && this.keys.length && !this.keys.includes(this.value) ? this.keys[0] : this.value;
  }

  /** @param {string} key */
  take(key) {
    this.value = key;
    this.options.choose(key);
  }

  close() {
    clearTimeout(this.timer);
    this.asked++;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }
}
