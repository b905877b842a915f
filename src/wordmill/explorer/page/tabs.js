// Panels behind tabs, after the tabs of the ARIA practices; in a narrow window they lie in a sheet at the lower edge.
import {make} from "./dom.js";

/**
 * @typedef {object} Panel
 * @property {string} id
 * @property {string} title
 * @property {HTMLElement} node
 * @property {() => void} [enter] when it is opened
 * @property {() => void} [leave] when another one is
 */

export class Tabs {
  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} room
   * @param {Panel[]} panels
   */
  constructor(list, room, panels) {
    this.panels = panels;
    /** @type {Panel | null} */
    this.open = null;
    this.onOpen = () => {};
    this.buttons = panels.map((panel) => make("button", {
      id: `tab-${panel.id}`, type: "button", role: "tab", class: "tab", "aria-controls": `panel-${panel.id}`,
      on: {click: () => this.show(panel.id), keydown: (/** @type {KeyboardEvent} */ event) => this.onKey(event)},
    }, panel.title));
    for (const panel of panels) {
      for (const [name, value] of Object.entries({
        id: `panel-${panel.id}`, role: "tabpanel", "aria-labelledby": `tab-${panel.id}`, tabindex: "-1",
      })) panel.node.setAttribute(name, value);
      panel.node.classList.add("panel");
    }
    list.replaceChildren(...this.buttons);
    room.replaceChildren(...panels.map(({node}) => node));
    this.show(panels[0].id);
  }

  /** @param {string} id */
  show(id) {
    const panel = this.panels.find((each) => each.id === id);
    if (!panel) throw new Error(`the page has no panel ${id}`);
    this.panels.forEach((each, at) => {
      const chosen = each === panel;
      each.node.hidden = !chosen;
      this.buttons[at].setAttribute("aria-selected", String(chosen));
      this.buttons[at].setAttribute("tabindex", chosen ? "0" : "-1");
    });
    if (this.open !== panel) {
      const before = this.open;
      this.open = panel;
      before?.leave?.();
      panel.enter?.();
    }
    this.onOpen();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const at = this.panels.indexOf(/** @type {Panel} */ (this.open));
    const places = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.panels.length - 1};
    if (!(event.key in places)) return;
    event.preventDefault();
    const next = (places[event.key] + this.panels.length) % this.panels.length;
    this.show(this.panels[next].id);
    this.buttons[next].focus();
  }
}
