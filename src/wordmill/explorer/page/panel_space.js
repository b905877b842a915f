// How healthy the space is: anisotropy and hubs, each with its number and its cure; and how true the maps are.
import {bar, make, note, section} from "./dom.js";
import {grouped, percent, short} from "./text.js";

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function spacePanel(app) {
  const node = make("div", {}, make("h2", {}, "The space itself"),
    anisotropyPart(app.about.anisotropy), hubsPart(app), mapsPart(app));
  return {id: "space", title: "Space", node};
}

/** @param {{mean_cosine: number, cured?: number, cure: string}} anisotropy */
function anisotropyPart({mean_cosine: mean, cured, cure}) {
  return section("Anisotropy",
    figures([["mean cosine of two keys", mean], ["with its cure", cured]]),
    note("Near 0 the vectors point everywhere. High, they lie in a cone: all similarities are too high, and less apart."),
    make("p", {class: "cure"}, cure));
}

/** @param {any} app */
function hubsPart(app) {
  const {skewness, cured, top, cure} = app.about.hubs;
  const most = Math.max(1, ...top.map((/** @type {[number, number]} */ [, times]) => times));
  const rows = top.map((/** @type {[number, number]} */ [id, times]) => make("li", {class: "row static"},
    app.link(app.keys[id]), bar(times / most), make("span", {class: "number"}, grouped(times))));
  return section("Hubs",
    figures([["skewness", skewness], ["with its cure", cured]]),
    note("A hub is among the ten neighbours of many keys, whatever these mean. Ten times is usual; the number is how often."),
    colourLink(app, "hubness", "Colour the map by hubs"),
    make("ol", {class: "rows"}, ...rows),
    make("p", {class: "cure"}, cure));
}

/** @param {any} app */
function mapsPart(app) {
  const rows = app.about.layouts.map((/** @type {LayoutAbout} */ {id, title, note: text, faithful, near}) => make("div", {class: "map-fact"},
    make("div", {class: "map-line"}, make("strong", {}, title), bar(faithful), make("span", {class: "number"}, percent(faithful))),
    note(`${text} ${near === undefined ? "" : `Near is: among the ${grouped(near)} nearest on the map.`}`),
    colourLink(app, `faithful:${id}`, `Colour by how true ${title} is`)));
  return section("How true the maps are", note("Share of a key's ten true neighbours that are near it on the map, too."), ...rows);
}

/** @param {[string, number | undefined][]} pairs */
function figures(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined);
  return make("dl", {class: "figures"}, ...known.map(([title, value]) =>
    make("div", {}, make("dt", {}, title), make("dd", {}, short(Number(value))))));
}

/**
 * @param {any} app
 * @param {string} id
 * @param {string} text
 */
function colourLink(app, id, text) {
  if (!app.about.colours.some((/** @type {ColourAbout} */ colour) => colour.id === id)) return null;
  return make("button", {type: "button", class: "link", on: {click: () => app.showColour(id)}}, text);
}
