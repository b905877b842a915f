// What the colours mean: a scale for numbers; for categories their names, each of which can be seen alone.
import {categoryColour, cssColour, rampColour} from "./colours.js";
import {make} from "./dom.js";
import {short, visible} from "./text.js";

const STOPS = 12;

/**
 * @param {ColourAbout} about
 * @param {boolean} dark
 * @param {number | null} only the label that is seen alone
 * @param {(label: number | null) => void} isolate
 * @returns {HTMLElement}
 */
export function legendOf(about, dark, only, isolate) {
  return about.type === "number" ? scaleLegend(about, dark) : categoryLegend(about, dark, only, isolate);
}

/**
 * @param {ColourAbout} about
 * @param {boolean} dark
 */
function scaleLegend({log, low = 0, high = 1}, dark) {
  const ramp = make("div", {class: "ramp", "aria-hidden": "true"});
  const stops = Array.from({length: STOPS}, (_, at) => cssColour(rampColour(at / (STOPS - 1), dark)));
  ramp.style.setProperty("background", `linear-gradient(to right, ${stops.join(", ")})`);
  const middle = log ? Math.sqrt(Math.max(low, 1e-9) * high) : (low + high) / 2;
  const ends = [low, middle, high].map((value) => make("span", {}, short(Number(value.toPrecision(3)))));
  return make("div", {class: "scale"}, ramp, make("div", {class: "scale-ends"}, ...ends));
}

/**
 * @param {ColourAbout} about
 * @param {boolean} dark
 * @param {number | null} only
 * @param {(label: number | null) => void} isolate
 */
function categoryLegend(about, dark, only, isolate) {
  const rows = (about.labels ?? []).map((label, at) => {
    const dot = make("span", {class: "dot", "aria-hidden": "true"});
    dot.style.setProperty("background", cssColour(categoryColour(about, at, dark)));
    return make("li", {}, make("button", {
      type: "button", class: "category", "aria-pressed": String(only === at),
      on: {click: () => isolate(only === at ? null : at)},
    }, dot, make("bdi", {}, visible(label, 60))));
  });
  return make("ul", {class: "categories"}, ...rows);
}
