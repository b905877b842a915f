// The page: reads the model's manifest, draws the map, then puts the panels beside it.
import {App} from "./app.js";
import {KeyBox} from "./completion.js";
import {byId, make} from "./dom.js";
import {FileSource} from "./file_source.js";
import {HttpSource} from "./http_source.js";
import {WordMap} from "./map.js";
import {analogyPanel} from "./panel_analogy.js";
import {axisPanel} from "./panel_axis.js";
import {comparePanel} from "./panel_compare.js";
import {errorsPanel} from "./panel_errors.js";
import {filmPanel} from "./panel_film.js";
import {nearestPanel} from "./panel_nearest.js";
import {spacePanel} from "./panel_space.js";
import {setUpSheet} from "./sheet.js";
import {Tabs} from "./tabs.js";
import {LONGEST_NAME, grouped, isolated, noun, visible} from "./text.js";
import {followTheme} from "./theme.js";

const FIRST_LAYOUTS = ["umap", "pca"];

/** @param {unknown} error */
function showFailure(error) {
  const line = byId("error");
  line.textContent = error instanceof Error ? error.message : String(error);
  line.hidden = false;
}

/** Draw the map, with its points in one colour until their colours are here. */
async function start() {
  const source = document.getElementById("manifest") ? new FileSource() : new HttpSource();
  const about = await source.manifest();
  const first = FIRST_LAYOUTS.find((id) => about.layouts.some((layout) => layout.id === id)) ?? about.layouts[0].id;
  const [keys] = await Promise.all([source.table("keys"), source.table(`layout/${first}`)]);
  const plain = new URLSearchParams(location.search).get("renderer") === "canvas";
  const theme = followTheme(byId("theme"), (now) => {
    map.setTheme(now);
    app.doing(() => app.repaint());
  });
  const nodes = {points: byId("points"), overlay: byId("overlay"), surface: byId("surface")};
  const map = new WordMap(nodes, keys.map((key) => visible(key, LONGEST_NAME)), theme, plain);
  const app = new App(source, about, keys, map);
  window.addEventListener("error", (event) => app.fail(event.error ?? event.message));
  window.addEventListener("unhandledrejection", (event) => app.fail(event.reason));
  describe(about);
  await Promise.all([app.showLayout(first), app.showColour(about.colours[0]?.id ?? "")]);
  byId("loading").hidden = true;
  performance.mark("wordmill-drawn");
  if ("counts" in about.tables) app.counts = await source.table("counts");
  setUpControls(app);
  app.followAddress();
  window.addEventListener("hashchange", () => app.followAddress());
}

/** @param {Manifest} about */
function describe(about) {
  document.title = `${visible(about.model, LONGEST_NAME)} · wordmill explorer`;
  byId("model").textContent = visible(about.model, LONGEST_NAME);
  const what = `${grouped(about.shown)} ${noun(about.kind, about.shown)}`;
  byId("surface").setAttribute("aria-label", `Map of ${what} of ${isolated(about.model)}`);
}

/** @param {App} app */
function setUpControls(app) {
  const {about, map} = app;
  const tabs = new Tabs(byId("tabs"), byId("panels"), panelsOf(app));
  app.openPanel = (id) => tabs.show(id);
  setUpSheet(app, tabs);
  setUpSearch(app);
  fill(byId("layout"), about.layouts, app.layout.id, (id) => app.showLayout(id));
  fill(byId("colour"), about.colours, app.colour?.id ?? "", (id) => app.showColour(id));
  map.onChoose = (id) => app.choose(id === null ? null : app.keys[id], "never");
  byId("zoom-in").addEventListener("click", () => map.moves().zoom(1.6));
  byId("zoom-out").addEventListener("click", () => map.moves().zoom(1 / 1.6));
  byId("zoom-all").addEventListener("click", () => map.showAll());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key === "Escape" && !event.defaultPrevented) app.choose(null);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      byId("search").querySelector("input").focus();
    }
  });
}

/**
 * The panels whose questions the source can answer.
 * @param {App} app
 */
function panelsOf(app) {
  const {analogy, axis, compare, evaluation, film} = app.about.features;
  return [
    nearestPanel(app),
    ...(analogy ? [analogyPanel(app)] : []),
    ...(axis ? [axisPanel(app)] : []),
    ...(compare ? [comparePanel(app)] : []),
    ...(evaluation ? [errorsPanel(app)] : []),
    spacePanel(app),
    ...(film ? [filmPanel(app)] : []),
  ];
}

/** @param {App} app */
function setUpSearch(app) {
  const one = noun(app.about.kind, 1);
  const box = new KeyBox({
    label: `Search for a ${one}`,
    placeholder: `Search for a ${one}`,
    quietLabel: true,
    find: (text) => app.find(text),
    choose: (key) => app.choose(key),
    fail: (error) => app.fail(error),
    last: (text) => (app.about.features.subwords ? `Place ${isolated(text)}, unseen, by its pieces` : null),
  });
  byId("search").replaceChildren(box.node);
}

/**
 * @param {HTMLSelectElement} select
 * @param {{id: string, title: string}[]} choices
 * @param {string} chosen
 * @param {(id: string) => void} change
 */
function fill(select, choices, chosen, change) {
  select.replaceChildren(...choices.map(({id, title}) => make("option", {value: id}, visible(title, 60))));
  select.value = chosen;
  select.addEventListener("change", () => change(select.value));
}

start().catch(showFailure);
