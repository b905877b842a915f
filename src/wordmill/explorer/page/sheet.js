// In a narrow window the panels are a sheet over the map's lower part, and the options a box under a button.
import {byId} from "./dom.js";

const NARROW = matchMedia("(max-width: 700px)");

/**
 * @param {any} app
 * @param {{onOpen: () => void}} tabs
 */
export function setUpSheet(app, tabs) {
  const handle = byId("sheet-handle");
  const sheet = byId("sheet");
  const set = (/** @type {boolean} */ open) => {
    sheet.classList.toggle("closed", !open);
    handle.setAttribute("aria-expanded", String(open));
    setMargins();
  };
  const setMargins = () => {
    const covered = NARROW.matches ? sheet.getBoundingClientRect().height : 0;
    app.map.margins = NARROW.matches
      ? {left: 20, top: 58, right: 20, bottom: covered + 16, ofEnds: {top: 60, bottom: covered + 16}}
      : {left: 70, top: 56, right: 70, bottom: 64, ofEnds: {top: 22, bottom: 130}};
    app.map.measureAll();
  };
  handle.addEventListener("click", () => set(sheet.classList.contains("closed")));
  tabs.onOpen = () => set(true);
  setUpOptions();
  const follow = () => {
    byId("legend").open = !NARROW.matches;
    set(!NARROW.matches);
    app.map.showMost();
  };
  NARROW.addEventListener("change", follow);
  if (NARROW.matches) follow();
  else {
    setMargins();
    app.map.showMost();
  }
}

function setUpOptions() {
  const button = byId("options-toggle");
  const options = byId("options");
  const set = (/** @type {boolean} */ open) => {
    options.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!options.classList.contains("open")));
  document.addEventListener("pointerdown", (event) => {
    if (!options.contains(event.target) && !button.contains(event.target)) set(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !options.classList.contains("open")) return;
    set(false);
    button.focus();
    event.preventDefault();
  });
}
