// Evaluation laid over the map: what failed first, and what came instead.
import {keyNode, make, note, section} from "./dom.js";
import {grouped, percent, short, visible} from "./text.js";

const STEP = 60; // failures that are listed at a time

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function errorsPanel(app) {
  const sets = make("div", {});
  let asked = false;
  const load = () => app.doing(async () => {
    const answer = await app.source.ask("evaluation");
    asked = true;
    sets.replaceChildren(...answer.sets.map((/** @type {any} */ set) => setPart(app, set)));
  });
  const hasColour = app.about.colours.some((/** @type {ColourAbout} */ {id}) => id === "evaluation");
  const node = make("div", {}, make("h2", {}, "Errors"),
    note("What evaluation sets ask, and the model answers otherwise. Click one to see it on the map."),
    hasColour ? make("button", {type: "button", class: "link", on: {click: () => app.showColour("evaluation")}}, "Colour the map by right and wrong") : null,
    sets);
  return {id: "errors", title: "Errors", node, enter: () => void (asked || load()), leave: () => app.mark()};
}

/**
 * @param {any} app
 * @param {any} set
 */
function setPart(app, set) {
  const score = set.score === null ? "nothing could be asked" : set.kind === "pairs" ? `Spearman ${short(set.score)}` : `${percent(set.score)} right`;
  const known = set.known === undefined ? "" : `, of ${grouped(set.known)} that could be asked; ${grouped(set.asked)} are in the file`;
  const list = make("ol", {class: "plain failures"});
  const more = make("button", {type: "button", class: "link"}, "Show more");
  const filter = sectionFilter(set);
  const show = (/** @type {number} */ count) => {
    const wanted = filter ? set.failures.filter((/** @type {any} */ {section: name}) => !filter.value || name === filter.value) : set.failures;
    list.replaceChildren(...wanted.slice(0, count).map((/** @type {any} */ failure) => make("li", {}, failureButton(app, failure))));
    more.hidden = wanted.length <= count;
    more.onclick = () => show(count + STEP);
  };
  filter?.addEventListener("change", () => show(STEP));
  show(STEP);
  return section(visible(set.name, 60), note(`${score}${known}.`), filter ? make("div", {class: "filter"}, filter) : null, list, more);
}

/**
 * @param {any} set
 * @returns {HTMLSelectElement | null} a choice of the set's parts, where it has several
 */
function sectionFilter({name, failures}) {
  const names = [...new Set(failures.map((/** @type {any} */ failure) => failure.section).filter(Boolean))];
  if (names.length < 2) return null;
  const options = names.map((each) => make("option", {value: each}, visible(each, 60)));
  return /** @type {HTMLSelectElement} */ (
    make("select", {"aria-label": `Part of ${visible(name, 60)}`}, make("option", {value: ""}, "all parts"), ...options)
  );
}

/**
 * @param {any} app
 * @param {any} failure
 */
function failureButton(app, failure) {
  const parts = failure.question ? analogyParts(failure) : pairParts(failure);
  const draw = () => (failure.question ? drawQuestion(app, failure) : drawPair(app, failure));
  return make("button", {type: "button", class: "failure", on: {click: draw}}, ...parts);
}

/** @param {any} failure */
function analogyParts({question: [a, b, c], expected, got, rank}) {
  return [
    make("span", {class: "asked"}, keyNode(a), " : ", keyNode(b), " = ", keyNode(c), " : ", make("strong", {}, keyNode(expected))),
    make("span", {class: "instead"}, "came ", got === null ? "nothing" : keyNode(got), rank > 0 ? `, the right one is no. ${rank}` : ""),
  ];
}

/** @param {any} failure */
function pairParts({pair: [one, other], human, model, ranks}) {
  return [
    make("span", {class: "asked"}, keyNode(one), " and ", keyNode(other)),
    make("span", {class: "instead"}, `no. ${ranks[0]} for people (${short(human)}), no. ${ranks[1]} for the model (${short(model)})`),
  ];
}

/**
 * An id on the map of a key as it is, or as it is written small.
 * @param {any} app
 * @param {string | null} key
 * @returns {number | null}
 */
function idOnMap(app, key) {
  return key === null ? null : app.index.idOf(key) ?? app.index.idOf(key.toLowerCase());
}

/**
 * @param {any} app
 * @param {any} failure
 */
function drawQuestion(app, {question, expected, got}) {
  const [a, b, c, right, wrong] = [...question, expected, got].map((key) => idOnMap(app, key));
  const arrows = [];
  if (a !== null && b !== null) arrows.push({from: a, to: b, strong: false});
  if (c !== null && right !== null) arrows.push({from: c, to: right, strong: false, dashed: true});
  if (c !== null && wrong !== null) arrows.push({from: c, to: wrong, strong: true});
  showFailureOnMap(app, arrows, [a, b, c, right, wrong]);
}

/**
 * @param {any} app
 * @param {any} failure
 */
function drawPair(app, {pair}) {
  const [one, other] = pair.map((/** @type {string} */ key) => idOnMap(app, key));
  showFailureOnMap(app, one !== null && other !== null ? [{from: one, to: other, strong: true}] : [], [one, other]);
}

/**
 * @param {any} app
 * @param {Arrow[]} arrows
 * @param {(number | null)[]} ids
 */
function showFailureOnMap(app, arrows, ids) {
  const placed = ids.filter((id) => id !== null);
  app.map.setMarks({arrows, named: placed});
  if (placed.length) app.map.flyTo(placed);
  else app.fail(new Error("None of these is on the map"));
}
