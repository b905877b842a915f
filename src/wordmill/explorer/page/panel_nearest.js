// The chosen key: its neighbours in the full space, how many of them the map keeps near, and its pieces.
import {bar, keyNode, make, note, section} from "./dom.js";
import {cosineText, counted, grouped, noun, percent} from "./text.js";

const MORE = [10, 30, 100];

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function nearestPanel(app) {
  const node = make("div", {});
  const show = (/** @type {any} */ answer) => node.replaceChildren(...(answer ? chosenParts(app, answer) : emptyParts(app)));
  app.listeners.push(show);
  show(null);
  return {id: "nearest", title: "Nearest", node};
}

/** @param {any} app */
function emptyParts(app) {
  const {about} = app;
  const keys = noun(about.kind, about.keys);
  const shown = about.shown < about.keys ? `The ${grouped(about.shown)} most frequent are on the map.` : "All are on the map.";
  return [
    make("h2", {}, `${grouped(about.keys)} ${keys}`),
    note(`${counted(about.dimension, "number")} each. ${shown} Click one, or search, to see what is nearest to it.`),
    section("Begin with", make("div", {class: "chips"}, ...startKeys(app).map((key) => app.link(key)))),
    section("Maps", ...about.layouts.map((/** @type {LayoutAbout} */ layout) => layoutLine(layout))),
    ...(about.limits?.length ? [section("Limits", ...about.limits.map((/** @type {string} */ text) => note(text)))] : []),
    section("Keys", make("dl", {class: "shortcuts"}, ...[
      ["/", "search"], ["arrows", "move the map"], ["+ −", "zoom"], ["0", "show all"], ["Enter", "choose the middle"], ["Esc", "let go"],
    ].flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)]))),
  ];
}

/**
 * Keys to begin with: some of middling rank, which mean more than the most frequent.
 * @param {any} app
 * @returns {string[]}
 */
function startKeys(app) {
  const ranks = [0.004, 0.008, 0.012, 0.02, 0.03, 0.05, 0.08, 0.12].map((share) => Math.floor(share * app.keys.length));
  const long = (/** @type {number} */ from) => {
    const near = app.keys.slice(from, from + 30);
    return near.find((/** @type {string} */ key) => /^\p{L}{5,14}$/u.test(key)) ?? near[0];
  };
  return [...new Set(ranks.map(long))];
}

/** @param {LayoutAbout} layout */
function layoutLine({title, note: text, faithful}) {
  return make("p", {class: "note"}, make("strong", {}, title), ` keeps ${percent(faithful)} of true neighbours near. ${text}`);
}

/**
 * @param {any} app
 * @param {any} answer
 */
function chosenParts(app, answer) {
  const {key, known, neighbours, pieces} = answer;
  const rank = key.id === null || key.count === null ? "" : `no. ${grouped(key.id + 1)} of ${grouped(app.about.keys)}`;
  const count = key.count === null ? "" : `seen ${counted(key.count, "time")}`;
  const unseen = known ? "" : "not in the vocabulary: made of its pieces";
  const facts = [count, rank, unseen, known && key.id === null ? "not on the map" : ""].filter((fact) => fact !== "");
  const close = make("button", {type: "button", class: "link", on: {click: () => app.choose(null)}}, "Let go");
  return [
    make("div", {class: "panel-head"}, make("h2", {}, keyNode(key.key)), close),
    make("p", {class: "facts"}, facts.join(" · ")),
    ...(neighbours.length
      ? [faithfulLine(app, answer), section("Nearest in the full space", neighbourList(app, answer), moreButton(app, answer))]
      : [note("There is no other key to be near to.")]),
    ...(pieces ? [piecesPart(pieces)] : []),
  ];
}

/**
 * @param {any} app
 * @param {any} answer
 */
function faithfulLine(app, {key, near, faithful, neighbours}) {
  if (key.id === null) return make("p", {class: "note"}, "Its place on the map is where its vector falls; the circle is empty.");
  const kept = [...(near?.values() ?? [])].filter(Boolean).length;
  const others = app.about.layouts
    .filter((/** @type {LayoutAbout} */ {id}) => faithful && id in faithful)
    .map((/** @type {LayoutAbout} */ {id, title}) => `${title} ${percent(faithful[id])}`);
  const listed = Math.min(10, neighbours.length);
  return make("p", {class: "note"},
    `${kept} of its ${listed} nearest are near it on this map. `,
    others.length > 1 ? `Kept near: ${others.join(", ")}.` : "");
}

/**
 * @param {any} app
 * @param {any} answer
 */
function neighbourList(app, {neighbours, near}) {
  return make("ol", {class: "rows"}, ...neighbours.map((/** @type {Neighbour} */ neighbour) => {
    const isNear = neighbour.id === null ? null : near?.get(neighbour.id) ?? null;
    const where = isNear === null ? "" : isNear ? "near on the map" : "far on the map";
    const sign = make("span", {class: `sign ${isNear === null ? "none" : isNear ? "near" : "far"}`, role: "img", "aria-label": where, title: where});
    return make("li", {class: "row"}, make("button", {
      type: "button", class: "row-button", on: {
        click: () => app.choose(neighbour.key, "hidden"),
        pointerenter: () => app.map.hover(neighbour.id),
        pointerleave: () => app.map.hover(null),
      },
    }, sign, keyNode(neighbour.key), bar(Math.max(0, neighbour.cosine)), make("span", {class: "number"}, cosineText(neighbour.cosine))));
  }));
}

/**
 * @param {any} app
 * @param {any} answer
 */
function moreButton(app, {key, neighbours}) {
  const next = MORE.find((count) => count > neighbours.length);
  const all = app.about.keys - (key.id === null ? 0 : 1);
  const canAsk = app.about.features.search_all || app.about.features.analogy;
  if (!next || !canAsk || neighbours.length >= all) return null;
  const ask = () => app.doing(async () => app.show(await app.askAbout(key.key, next)));
  return make("button", {type: "button", class: "link", on: {click: ask}}, `Show ${next}`);
}

/** @param {{piece: string, row: number, share: number}[]} pieces */
function piecesPart(pieces) {
  const most = Math.max(...pieces.map(({share}) => Math.abs(share)), 1e-9);
  const rows = pieces.map(({piece, share}) => make("li", {class: "row static"},
    keyNode(piece), bar(Math.abs(share) / most), make("span", {class: "number"}, cosineText(share))));
  return section("Pieces, and their share of its vector", make("ol", {class: "rows"}, ...rows));
}
