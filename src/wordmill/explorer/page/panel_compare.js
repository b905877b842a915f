// Two models side by side: the keys whose neighbours changed most, what came and what went.
import {bar, keyNode, make, note, section} from "./dom.js";
import {cosineText, isolated, percent} from "./text.js";

const MOST = 200;

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function comparePanel(app) {
  const list = make("ol", {class: "rows"});
  const title = make("h2", {}, "Compare");
  const least = /** @type {HTMLInputElement} */ (make("input", {id: "compare-least", type: "number", min: 0, step: 1, class: "number-input"}));
  const moved = make("button", {type: "button", class: "switch", role: "switch", "aria-checked": "false"}, "Show where they lie in the other model");
  const state = {asked: false, other: "", isMoved: false};
  const load = () => app.doing(async () => {
    const answer = await app.source.ask("compare", {n: MOST, ...(least.value === "" ? {} : {least: least.value})});
    state.asked = true;
    state.other = answer.other;
    if (least.value === "" && answer.least !== undefined) least.value = answer.least;
    title.replaceChildren("Against ", keyNode(answer.other));
    list.replaceChildren(...changeRows(app, answer, () => state.isMoved));
    if (!answer.changed.length) list.append(note("No key that both have is so frequent."));
  });
  const setMoved = (/** @type {boolean} */ isMoved) => {
    state.isMoved = isMoved;
    moved.setAttribute("aria-checked", String(isMoved));
  };
  const left = () => setMoved(false);
  moved.addEventListener("click", () => app.doing(async () => {
    if (state.isMoved) {
      await app.goBack();
      return;
    }
    const positions = await otherPositions(app);
    setMoved(true);
    app.showPositions(positions, ["Where they lie in ", keyNode(state.other)], {fit: false, milliseconds: 1200, keepMarks: true, left});
  }));
  const canLimit = app.about.tables.counts && !("answer/compare" in app.about.tables);
  least.addEventListener("change", load);
  const node = make("div", {}, title,
    note("Both models are laid over each other. First come the keys that share fewest of their ten neighbours."),
    moved,
    canLimit ? make("div", {class: "inline-field"}, make("label", {for: "compare-least"}, "Seen at least"), least, "times in both") : null,
    section("Changed most", list));
  return {id: "compare", title: "Compare", node, enter: () => void (state.asked || load()), leave: () => app.mark()};
}

/** @param {any} app */
function otherPositions(app) {
  return app.source.table(`layout/other:${app.layout.id}`);
}

/**
 * @param {any} app
 * @param {any} answer
 * @param {() => boolean} isMoved whether the points lie as in the other model
 */
function changeRows(app, answer, isMoved) {
  return answer.changed.map((/** @type {any} */ change) => {
    const {point, overlap, here} = change;
    const detail = make("div", {class: "detail", hidden: true});
    const button = make("button", {
      type: "button", class: "row-button three", "aria-expanded": "false",
      on: {click: () => app.doing(async () => {
        const open = detail.hidden;
        button.setAttribute("aria-expanded", String(open));
        detail.hidden = !open;
        if (!open) return;
        if (!detail.firstChild) detail.append(...bothLists(app, answer.other, change));
        if (!isMoved()) await app.goBack(); // its ends are places of a layout
        await drawChange(app, change);
      })},
    }, keyNode(point.key), bar(overlap), make("span", {class: "number"}, `${Math.round(overlap * here.length)} of ${here.length}`));
    return make("li", {class: "row"}, button, detail);
  });
}

/**
 * @param {any} app
 * @param {string} other
 * @param {any} change
 */
function bothLists(app, other, {here, there, came, went, cosine, overlap}) {
  const lists = [[app.about.model, here, new Set(went), "went", "−"], [other, there, new Set(came), "came", "+"]];
  const columns = lists.map(([model, keys, changed, kind, sign]) => make("div", {},
    make("h4", {}, keyNode(model)),
    make("ol", {class: "plain"}, ...keys.map((/** @type {string} */ key) => make("li", {class: changed.has(key) ? kind : ""},
      make("span", {class: "change", role: "img", "aria-label": changed.has(key) ? kind : "stays"}, changed.has(key) ? sign : ""), app.link(key))))));
  return [
    note(`${percent(overlap)} of its neighbours stay; cosine of both vectors ${cosineText(cosine)}.`),
    make("div", {class: "columns"}, ...columns),
  ];
}

/**
 * Draw a key's way from here to there, with the neighbours that went and those that came.
 * @param {any} app
 * @param {any} change
 */
async function drawChange(app, {point, here, there}) {
  if (point.id === null) return;
  const ids = [...here, ...there].map((key) => app.index.idOf(key)).filter((id) => id !== null);
  const tables = [await app.source.table(`layout/${app.layout.id}`), await otherPositions(app)];
  const places = tables.map((table) => [table[2 * point.id], table[2 * point.id + 1]]);
  app.map.setMarks({
    arrows: [{from: places[0], to: places[1], strong: true}],
    named: [point.id, ...ids],
  });
  app.map.flyTo([], places);
  app.say(`${isolated(point.key)} is shown on the map`);
}
