// What the parts of the page share: the model, the map, what is chosen, and the one line for errors.
import {keyInAddress, putKeyInAddress} from "./address.js";
import {paintedPoints} from "./colours.js";
import {byId, keyNode, make} from "./dom.js";
import {KeyIndex} from "./key_search.js";
import {legendOf} from "./legend.js";
import {nearOnMap} from "./picking.js";
import {counted, isolated} from "./text.js";

const LISTED = 10; // neighbours that are drawn

export class App {
  /**
   * @param {Source} source
   * @param {Manifest} about
   * @param {string[]} keys
   * @param {any} map
   */
  constructor(source, about, keys, map) {
    this.source = source;
    this.about = about;
    this.keys = keys;
    this.index = new KeyIndex(keys);
    this.map = map;
    /** @type {Float64Array | null} */
    this.counts = null;
    this.layout = about.layouts[0];
    /** @type {ColourAbout | null} */
    this.colour = about.colours[0] ?? null;
    /** @type {number | null} */
    this.only = null;
    /** @type {any} */
    this.answer = null;
    this.turn = 0;
    this.isAway = false; // whether something other than a layout is shown
    /** @type {((answer: any) => void)[]} */
    this.listeners = [];
    this.left = () => {}; // told when something else is shown than what is away
    /** @type {(id: string) => void} */
    this.openPanel = () => {};
  }

  // -- words to the user

  /** @param {string} text for screen readers */
  say(text) {
    byId("said").textContent = text;
  }

  /** @param {unknown} error */
  fail(error) {
    const line = byId("error");
    const text = error instanceof Error ? error.message : String(error);
    const close = make("button", {type: "button", class: "error-close", "aria-label": "Close", on: {click: () => (line.hidden = true)}}, "×");
    line.replaceChildren(make("span", {}, text), close);
    line.hidden = false;
  }

  /**
   * Do something that may fail, and say so where it does.
   * @param {() => Promise<void> | void} work
   */
  async doing(work) {
    try {
      byId("error").hidden = true;
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  // -- keys

  /**
   * @param {string} text
   * @returns {Promise<Point[]>}
   */
  async find(text) {
    if (this.about.features.search_all) return (await this.source.ask("search", {q: text, n: 20})).found;
    return this.index.find(text, 20).map((id) => this.point(id));
  }

  /**
   * @param {number} id
   * @returns {Point}
   */
  point(id) {
    return {key: this.keys[id], id, count: this.counts ? this.counts[id] : null};
  }

  /**
   * Choose a key: its neighbours are asked for, listed and drawn.
   * @param {string | null} key
   * @param {"always" | "hidden" | "never"} [fly] when to bring it into view
   */
  choose(key, fly = "always") {
    return this.doing(async () => {
      const turn = ++this.turn;
      putKeyInAddress(key);
      if (key === null) return this.show(null);
      this.openPanel("nearest");
      const id = this.index.idOf(key);
      if (id !== null) this.show(await this.listedAnswer(id), fly);
      if (turn !== this.turn || (id !== null && this.about.shown === this.about.keys && !this.about.features.subwords)) return;
      const answer = await this.askAbout(key);
      if (turn === this.turn) this.show(answer, id === null ? fly : "never");
    });
  }

  /**
   * The neighbours among what is on the map, which are at hand.
   * @param {number} id
   */
  async listedAnswer(id) {
    const width = this.about.tables.neighbours.shape[1];
    const [ids, cosines] = await Promise.all([this.source.table("neighbours"), this.source.table("similarities")]);
    const neighbours = Array.from({length: width}, (_, at) => ({...this.point(ids[id * width + at]), cosine: cosines[id * width + at]}));
    return {key: this.point(id), known: true, neighbours, partial: this.about.shown < this.about.keys};
  }

  /**
   * @param {string} key
   * @param {number} [n]
   */
  async askAbout(key, n = LISTED) {
    const answer = await this.source.ask("nearest", {key, n});
    if (!this.about.features.subwords) return answer;
    const {pieces, place} = await this.source.ask("subwords", {key});
    return {...answer, pieces, place: answer.place ?? place};
  }

  /**
   * @param {any} answer
   * @param {"always" | "hidden" | "never"} [fly]
   */
  show(answer, fly = "never") {
    this.answer = answer;
    this.mark();
    for (const listener of this.listeners) listener(answer);
    if (!answer) return;
    performance.mark("wordmill-neighbours");
    this.say(`${isolated(answer.key.key)}: ${counted(answer.neighbours.length, "neighbour")} listed`);
    const {chosen, neighbours, guests} = this.map.marks;
    const ids = [...(chosen === null ? [] : [chosen]), ...neighbours.filter(({near}) => near || chosen === null).map(({id}) => id)];
    if (fly === "always" || (fly === "hidden" && chosen !== null && !this.map.inView(chosen))) {
      if (ids.length || guests.length) this.map.flyTo(ids, guests.map(({place}) => place));
    }
  }

  /** Draw the chosen key and its neighbours. */
  mark() {
    const {answer} = this;
    if (!answer) {
      this.map.setMarks({});
      return;
    }
    const placed = answer.neighbours.slice(0, LISTED).filter((/** @type {Neighbour} */ {id}) => id !== null);
    const ids = placed.map((/** @type {Neighbour} */ {id}) => id);
    const id = answer.key.id;
    const guest = id === null && !this.isAway ? answer.place?.[this.layout.id] : undefined;
    const place = id === null ? guest : this.map.positions.slice(2 * id, 2 * id + 2);
    const near = place ? nearOnMap(this.map.positions, place, id, ids, this.layout.near ?? 2 * LISTED) : ids.map(() => false);
    answer.near = new Map(place ? ids.map((/** @type {number} */ each, /** @type {number} */ at) => [each, near[at]]) : []);
    this.map.setMarks({
      chosen: id,
      neighbours: placed.map((/** @type {Neighbour} */ {cosine}, /** @type {number} */ at) => ({id: ids[at], cosine, near: near[at]})),
      guests: guest ? [{key: answer.key.key, place: guest}] : [],
    });
  }

  // -- what the map shows

  /** @param {string} id */
  showLayout(id) {
    return this.doing(async () => {
      this.layout = this.about.layouts.find((layout) => layout.id === id) ?? this.layout;
      byId("layout").value = this.layout.id;
      const {layout} = this;
      const positions = await this.source.table(`layout/${layout.id}`);
      if (layout !== this.layout) return; // another one was chosen meanwhile
      this.isAway = false;
      this.leaveFor(() => {});
      byId("banner").hidden = true;
      this.map.setAxes(null);
      this.unmarkPlaces();
      this.map.layOut(positions, {milliseconds: this.map.grid || this.map.frames > 3 ? 700 : 0});
      this.remarkLater();
    });
  }

  /**
   * Show positions that are no layout, with a way back.
   * @param {Float32Array} positions (n, 2)
   * @param {(string | Node)[]} title
   * @param {Laying & {axes?: Axes, keepMarks?: boolean, left?: () => void}} [how] `left` is told of the end of it
   */
  showPositions(positions, title, how = {}) {
    this.isAway = true;
    this.leaveFor(how.left ?? (() => {}));
    this.map.setAxes(how.axes ?? null);
    if (!how.keepMarks) this.unmarkPlaces();
    this.map.layOut(positions, how);
    const back = make("button", {type: "button", class: "link", on: {click: () => this.goBack()}}, "Back to the map");
    byId("banner").replaceChildren(make("span", {}, ...title), back);
    byId("banner").hidden = false;
    this.remarkLater();
  }

  /**
   * Tell who showed positions that they are left, unless it is who shows others now.
   * @param {() => void} left of what is shown now
   */
  leaveFor(left) {
    if (this.left !== left) this.left();
    this.left = left;
  }

  async goBack() {
    if (this.isAway) await this.showLayout(this.layout.id);
  }

  /** Let go of marks at places that mean something on another map. */
  unmarkPlaces() {
    const {arrows, guests} = this.map.marks;
    if (guests.length || arrows.some(({from, to}) => Array.isArray(from) || Array.isArray(to))) this.mark();
  }

  /** What is near on the map is known when the points have come to rest. */
  remarkLater() {
    setTimeout(() => {
      const {arrows, named} = this.map.marks; // those of a panel stay
      if (!this.answer || arrows.length || named.length) return;
      this.mark();
      for (const listener of this.listeners) listener(this.answer);
    }, 800);
  }

  /**
   * @param {string} id
   * @param {number | null} [only]
   */
  showColour(id, only = null) {
    return this.doing(async () => {
      this.colour = this.about.colours.find((colour) => colour.id === id) ?? null;
      this.only = only;
      byId("colour").value = this.colour?.id ?? "";
      await this.repaint();
    });
  }

  async repaint() {
    const {colour, map} = this;
    const values = colour ? await this.source.table(`colour/${colour.id}`) : new Float32Array(this.keys.length);
    if (colour !== this.colour) return; // another one was chosen meanwhile
    map.setColours(paintedPoints(colour, values, map.theme.dark, this.only));
    byId("legend").hidden = colour === null;
    if (!colour) return;
    byId("legend-title").textContent = colour.title;
    byId("legend-body").replaceChildren(
      legendOf(colour, map.theme.dark, this.only, (label) => this.showColour(colour.id, label)),
    );
  }

  /** Choose what the address says. */
  followAddress() {
    const key = keyInAddress();
    if (key !== (this.answer?.key.key ?? null)) this.choose(key);
  }

  /**
   * A key that can be clicked, wherever it is listed.
   * @param {string} key
   */
  link(key) {
    return make("button", {type: "button", class: "key-button", on: {click: () => this.choose(key, "hidden")}}, keyNode(key));
  }
}
