// Analogies: a is to b as c is to what? Drawn as two arrows that should be alike.
import {KeyBox} from "./completion.js";
import {bar, keyNode, make, note, section} from "./dom.js";
import {cosineText, counted, isolated} from "./text.js";

const DRAWN = 5; // candidates that have an arrow

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function analogyPanel(app) {
  const result = make("div", {});
  const boxes = ["is to", "as", "is to what?"].map((_, at) => new KeyBox({
    label: ["One key", "is to another", "as a third"][at],
    quietLabel: false,
    find: (text) => app.find(text),
    choose: () => {
      const next = boxes.find((box) => box.value === "");
      if (next) next.input.focus();
      else ask();
    },
    fail: (error) => app.fail(error),
  }));
  const ask = () => app.doing(async () => {
    const [a, b, c] = boxes.map((box) => box.value.trim() || box.value);
    if ([a, b, c].includes("")) throw new Error("An analogy needs three keys: fill in all three boxes");
    await runAnalogy(app, [a, b, c], result);
  });
  const form = make("form", {class: "stack", on: {submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    ask();
  }}}, ...boxes.map((box) => box.node), make("button", {type: "submit", class: "primary"}, "Find what it is to"));
  const node = make("div", {},
    make("h2", {}, "Analogy"),
    note("The first is to the second as the third is to what? Arrows of the same length and direction would be a perfect answer, in the full space."),
    form, result);
  return {id: "analogy", title: "Analogy", node, leave: () => app.mark()};
}

/**
 * @param {any} app
 * @param {string[]} keys a, b and c
 * @param {HTMLElement} result
 */
async function runAnalogy(app, [a, b, c], result) {
  const {candidates} = await app.source.ask("analogy", {positive: [b, c], negative: [a], n: 10});
  if (!candidates.length) throw new Error("There is no key left that could be the answer");
  const rows = candidates.map((/** @type {Neighbour} */ candidate, /** @type {number} */ at) => make("li", {class: "row"}, make("button", {
    type: "button", class: "row-button three", on: {click: () => drawAnalogy(app, [a, b, c], candidates, at)},
  }, keyNode(candidate.key), bar(Math.max(0, candidate.cosine)), make("span", {class: "number"}, cosineText(candidate.cosine)))));
  const sentence = make("p", {class: "sentence"}, keyNode(a), " is to ", keyNode(b), " as ", keyNode(c), " is to ", make("strong", {}, keyNode(candidates[0].key)));
  result.replaceChildren(sentence, section("Candidates", make("ol", {class: "rows"}, ...rows)));
  sentence.scrollIntoView({block: "nearest"});
  drawAnalogy(app, [a, b, c], candidates, 0);
  app.say(`${isolated(candidates[0].key)} comes first of ${counted(candidates.length, "candidate")}`);
}

/**
 * @param {any} app
 * @param {string[]} keys
 * @param {Neighbour[]} candidates
 * @param {number} chosen
 */
function drawAnalogy(app, [a, b, c], candidates, chosen) {
  const [from, to, third] = [a, b, c].map((key) => app.index.idOf(key));
  const placed = candidates.map(({id}) => id);
  const arrows = from !== null && to !== null ? [{from, to, strong: true}] : [];
  if (third !== null) {
    for (const [at, id] of placed.slice(0, Math.max(DRAWN, chosen + 1)).entries()) {
      if (id !== null && (at < DRAWN || at === chosen)) arrows.push({from: third, to: id, strong: at === chosen, dashed: at !== chosen});
    }
  }
  arrows.sort((one, other) => Number(one.strong) - Number(other.strong));
  app.map.setMarks({arrows, named: [from, to, third].filter((id) => id !== null)});
  const ids = [from, to, third, placed[chosen]].filter((id) => id !== null && id !== undefined);
  if (ids.length) app.map.flyTo(ids);
}
