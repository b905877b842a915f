// A direction of one's own, from some keys to others, as the map's x or y; and a list of keys along it.
import {bar, keyNode, make, note, section} from "./dom.js";
import {cosineText, isolated, listed} from "./text.js";
import {highest} from "./vector_math.js";

const ENDS = 8; // keys that are listed at either end

/** @typedef {{low: string, high: string, values: ArrayLike<number>}} Axis its ends, and cosines of all points (n,) */

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function axisPanel(app) {
  /** @type {Record<string, Axis | null>} */
  const axes = {x: null, y: null};
  const result = make("div", {});
  const from = field("From (one or more, between commas)", "he, man");
  const to = field("To", "she, woman");
  const words = make("textarea", {id: "axis-words", rows: 3, placeholder: "nurse, engineer, teacher", dir: "auto", spellcheck: "false"});
  const sides = sideChoice();
  const forget = () => (axes.x = axes.y = null);
  const draw = async () => {
    const positions = await positionsAlong(app, axes);
    app.showPositions(positions, axisTitle(axes), {axes: {x: endsOf(app, axes.x), y: endsOf(app, axes.y), clear: app.map.margins.ofEnds}, leftOut: 0.0004, left: forget});
  };
  const ask = () => app.doing(async () => {
    const ends = {positive: keysIn(app, to.input.value), negative: keysIn(app, from.input.value)};
    if (!ends.positive.length || !ends.negative.length) throw new Error("An axis needs a key at either end: fill in From and To");
    const side = sides.value();
    const {values} = await app.source.ask("axis", ends);
    axes[side] = {low: ends.negative.join(", "), high: ends.positive.join(", "), values};
    await draw();
    const own = await wordList(app, ends, keysIn(app, /** @type {any} */ (words).value));
    result.replaceChildren(...own, ...endLists(app, axes[side]));
    result.querySelector("h3")?.scrollIntoView({block: "nearest"});
  });
  const form = make("form", {class: "stack", on: {submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    ask();
  }}}, from.node, to.node, sides.node,
  make("div", {}, make("label", {for: "axis-words", class: "box-label"}, "Words to list along it (optional)"), words),
  make("button", {type: "submit", class: "primary"}, "Lay the map along it"));
  const node = make("div", {}, make("h2", {}, "Axis"),
    note("The cosine of every key with the direction between two ends. With a second axis for the other side, both are used."), form, result);
  return {id: "axis", title: "Axis", node, leave: () => app.mark()};
}

/**
 * @param {string} label
 * @param {string} placeholder
 */
function field(label, placeholder) {
  const id = `axis-${label.slice(0, 4).trim().toLowerCase()}`;
  const input = /** @type {HTMLInputElement} */ (make("input", {
    id, type: "text", class: "box-input", placeholder, dir: "auto", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
  }));
  return {input, node: make("div", {}, make("label", {for: id, class: "box-label"}, label), input)};
}

function sideChoice() {
  const radios = ["x", "y"].map((side) => /** @type {HTMLInputElement} */ (
    make("input", {type: "radio", name: "axis-side", value: side, checked: side === "x"})
  ));
  const labels = radios.map((radio, at) => make("label", {class: "radio"}, radio, ["left to right", "upwards"][at]));
  const node = make("fieldset", {class: "radios"}, make("legend", {class: "box-label"}, "It runs"), ...labels);
  return {node, value: () => (radios[0].checked ? "x" : "y")};
}

/** @param {Record<string, Axis | null>} axes */
function axisTitle({x, y}) {
  const parts = [x, y].flatMap((axis) => (axis ? [["from ", keyNode(axis.low), " to ", keyNode(axis.high)]] : []));
  return parts.length > 1 ? ["Axes ", ...parts[0], ", and ", ...parts[1]] : ["Axis ", ...parts[0]];
}

/**
 * @param {any} app
 * @param {Axis | null} axis null: by frequency, or by the model's own order where frequencies are not known
 * @returns {AxisEnds}
 */
function endsOf(app, axis) {
  if (axis) return {low: axis.low, high: axis.high, hasZero: true};
  const [low, high] = app.counts ? ["rare", "frequent"] : ["last", "first"];
  return {low, high, hasZero: false};
}

/**
 * Keys that somebody typed in: one that holds a comma too, where it stands alone.
 * @param {any} app
 * @param {string} text
 */
function keysIn(app, text) {
  const whole = [text, text.trim()].find((key) => key !== "" && app.index.idOf(key) !== null);
  return whole === undefined ? listed(text) : [whole];
}

/**
 * Where points lie along one or two axes; the other side is the frequency, by rank, the frequent at the far end.
 * @param {any} app
 * @param {Record<string, Axis | null>} axes
 * @returns {Promise<Float32Array>} (n, 2), both sides about as wide as the map
 */
async function positionsAlong(app, axes) {
  const count = app.keys.length;
  const rank = (/** @type {number} */ id) => 1 - 2 * (Math.log1p(id) / Math.log1p(count));
  const sides = [axes.x, axes.y].map((axis) => {
    if (!axis) return {value: rank, reach: 1};
    const sorted = Float32Array.from(axis.values, Math.abs).sort();
    const reach = sorted[Math.floor(0.998 * (sorted.length - 1))] || 1;
    return {value: (/** @type {number} */ id) => axis.values[id], reach};
  });
  const shape = app.map.camera.width / app.map.camera.height;
  const positions = new Float32Array(2 * count);
  for (let id = 0; id < count; id++) {
    positions[2 * id] = (sides[0].value(id) / sides[0].reach) * shape;
    positions[2 * id + 1] = sides[1].value(id) / sides[1].reach;
  }
  return positions;
}

/**
 * @param {any} app
 * @param {Axis | null} axis
 */
function endLists(app, axis) {
  if (!axis) return [];
  const values = Array.from(axis.values);
  const top = highest(values, ENDS);
  const bottom = highest(values.map((value) => -value), ENDS);
  return [["Farthest along it", top], ["Farthest against it", bottom]].map(([title, ids]) =>
    section(/** @type {string} */ (title), valueRows(app, /** @type {number[]} */ (ids).map((id) => [app.keys[id], values[id]]))));
}

/**
 * @param {any} app
 * @param {{positive: string[], negative: string[]}} ends
 * @param {string[]} keys
 */
async function wordList(app, ends, keys) {
  if (!keys.length) return [];
  const {values} = await app.source.ask("axis", {...ends, key: keys});
  const pairs = keys.map((key, at) => /** @type {[string, number]} */ ([key, values[at]])).sort((one, other) => other[1] - one[1]);
  app.map.setMarks({named: keys.map((key) => app.index.idOf(key)).filter((id) => id !== null)});
  app.say(`${keys.length} listed along the axis, ${isolated(pairs[0][0])} first`);
  return [section("Your words along it", valueRows(app, pairs))];
}

/**
 * @param {any} app
 * @param {[string, number][]} pairs
 */
function valueRows(app, pairs) {
  const most = Math.max(...pairs.map(([, value]) => Math.abs(value)), 1e-9);
  return make("ol", {class: "rows"}, ...pairs.map(([key, value]) => make("li", {class: "row static"},
    app.link(key), bar(value / most, true), make("span", {class: "number"}, cosineText(value)))));
}
