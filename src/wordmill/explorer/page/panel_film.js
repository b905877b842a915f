// Training as a film: the frames of its checkpoints, played or drawn along.
import {make, note} from "./dom.js";
import {lessMotion} from "./motion.js";

const SECONDS = 1.1; // of a frame

/**
 * @param {any} app
 * @returns {PanelLike}
 */
export function filmPanel(app) {
  const film = new Film(app);
  const node = make("div", {}, make("h2", {}, "Training as a film"),
    note("Where the keys lay at each checkpoint, each turned so that it lies as near as it can to the end."),
    film.node);
  return {id: "film", title: "Film", node, enter: () => film.open(), leave: () => film.close()};
}

class Film {
  /** @param {any} app */
  constructor(app) {
    this.app = app;
    /** @type {{title: string, table: string}[]} */
    this.frames = [];
    /** @type {Float32Array[]} */
    this.tables = [];
    this.at = 0;
    this.handle = 0;
    this.left = () => this.stop();
    this.title = make("output", {class: "film-title", for: "film-slider"});
    this.play = make("button", {type: "button", class: "primary", on: {click: () => this.toggle()}}, "Play");
    this.slider = /** @type {HTMLInputElement} */ (make("input", {
      id: "film-slider", type: "range", min: 0, max: 0, step: 0.01, value: 0, "aria-label": "Moment of the training",
      on: {input: () => this.scrub(Number(this.slider.value))},
    }));
    this.node = make("div", {class: "film"}, this.title, this.slider, this.play);
  }

  open() {
    return this.app.doing(async () => {
      if (!this.frames.length) {
        this.frames = (await this.app.source.ask("film")).frames;
        if (!this.frames.length) throw new Error("The film has no frames");
        this.tables = await Promise.all(this.frames.map(({table}) => this.app.source.table(table)));
        this.slider.max = String(this.frames.length - 1);
      }
      this.app.map.setMarks({});
      this.show(this.tables[this.tables.length - 1]);
      this.set(this.frames.length - 1);
    });
  }

  close() {
    this.stop();
    this.app.goBack();
    this.app.mark();
  }

  /**
   * @param {Float32Array} positions (n, 2)
   * @param {Laying} [how]
   */
  show(positions, how = {}) {
    this.app.showPositions(positions, ["Film of the training"], {...how, left: this.left});
  }

  toggle() {
    if (this.handle) this.stop();
    else this.start();
  }

  start() {
    if (!this.app.isAway) this.show(this.tables[0], {milliseconds: 0});
    if (this.at >= this.frames.length - 1) this.set(0);
    this.play.textContent = "Pause";
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      // Where less motion is asked for, frames come one after another, with nothing between them.
      const way = Math.max(0, now - before) / (1000 * SECONDS);
      if (!lessMotion() || way >= 1) {
        before = now;
        this.draw(Math.min(this.frames.length - 1, lessMotion() ? Math.floor(this.at) + 1 : this.at + way));
      }
      if (this.at >= this.frames.length - 1) this.stop();
      else this.handle = requestAnimationFrame(step);
    };
    this.handle = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
    this.play.textContent = "Play";
  }

  /** @param {number} at */
  scrub(at) {
    this.stop();
    if (!this.app.isAway) this.show(this.tables[0], {milliseconds: 0});
    this.draw(at);
  }

  /**
   * Show a moment, between two frames or at one.
   * @param {number} at
   */
  draw(at) {
    const first = Math.min(Math.floor(at), this.frames.length - 1);
    const [from, to] = [this.tables[first], this.tables[Math.min(first + 1, this.tables.length - 1)]];
    const positions = new Float32Array(from.length);
    const share = at - first;
    for (let each = 0; each < positions.length; each++) {
      positions[each] = share === 0 ? from[each] : from[each] + (to[each] - from[each]) * share;
    }
    this.app.map.stopMoving();
    this.app.map.place(positions);
    this.set(at);
  }

  /** @param {number} at */
  set(at) {
    this.at = at;
    this.slider.value = String(at);
    const {title} = this.frames[Math.round(at)];
    this.title.textContent = title;
    this.slider.setAttribute("aria-valuetext", title);
  }
}
