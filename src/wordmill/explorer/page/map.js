// The map: points, what is drawn above them, and the view that both share.
import {Camera, boxOf} from "./camera.js";
import {CanvasPoints} from "./canvas_points.js";
import {hexColour} from "./colours.js";
import {listenToHands} from "./gestures.js";
import {Labels} from "./labels.js";
import {animate} from "./motion.js";
import {Overlay} from "./overlay.js";
import {PointGrid} from "./picking.js";
import {WebglPoints} from "./webgl_points.js";

const REACH = {mouse: 12, touch: 24}; // pixels from a point within which it is meant
const FAR_OFF = 0.004; // share of points at each side that a map may begin without
const MOST_RATIO = 2; // device pixels in a pixel of the page that are worth drawing
/** @type {Marks} */
const NO_MARKS = {chosen: null, neighbours: [], arrows: [], named: [], guests: []};

export class WordMap {
  /**
   * @param {{points: HTMLCanvasElement, overlay: HTMLCanvasElement, surface: HTMLElement}} nodes
   * @param {string[]} texts names of the points, (n,)
   * @param {Theme} theme
   * @param {boolean} plain without WebGL
   */
  constructor(nodes, texts, theme, plain) {
    this.nodes = nodes;
    this.theme = theme;
    this.camera = new Camera();
    const canvas = nodes.points;
    const hasWebgl = !plain && canvas.getContext("webgl2", {alpha: false, antialias: false, depth: false}) !== null;
    this.renderer = hasWebgl ? new WebglPoints(canvas, () => this.redraw()) : new CanvasPoints(canvas);
    const context = /** @type {CanvasRenderingContext2D} */ (nodes.overlay.getContext("2d"));
    this.overlay = new Overlay(context, new Labels(texts, context));
    this.positions = new Float32Array(2 * texts.length).fill(NaN);
    this.colours = new Uint8Array(4 * texts.length).fill(255);
    this.weights = Float32Array.from(texts, (_, rank) => weightOfRank(rank, texts.length));
    this.marks = NO_MARKS;
    this.margins = {left: 60, top: 50, right: 60, bottom: 60, ofEnds: {top: 22, bottom: 130}};
    /** @type {Axes | null} */
    this.axes = null;
    /** @type {number | null} */
    this.hovered = null;
    /** @type {PointGrid | null} */
    this.grid = null;
    this.waiting = false;
    this.frames = 0;
    this.stopMoving = () => {};
    this.stopFlying = () => {};
    /** @type {(id: number | null) => void} */
    this.onChoose = () => {};
    this.renderer.setWeights(this.weights);
    this.renderer.setColours(this.colours);
    listenToHands(nodes.surface, this.moves());
    new ResizeObserver(() => this.resize()).observe(nodes.surface);
    this.resize();
  }

  /** @returns {MovesLike} */
  moves() {
    const moved = (/** @type {() => void} */ move) => {
      this.stopFlying();
      move();
      this.redraw();
    };
    return {
      pan: (right, down) => moved(() => this.camera.pan(right, down)),
      zoom: (factor, left, top) => moved(() => this.camera.zoomBy(factor, left, top)),
      all: () => this.showAll(),
      click: (left, top, isTouch) => this.onChoose(this.pointAt(left, top, isTouch ? REACH.touch : REACH.mouse)),
      hover: (left, top) => this.hover(this.pointAt(left, top, REACH.mouse)),
      leave: () => this.hover(null),
      chooseMiddle: () => {
        const {width, height} = this.camera;
        this.onChoose(this.pointAt(width / 2, height / 2, Math.hypot(width, height) / 2));
      },
    };
  }

  resize() {
    const {width, height} = this.nodes.surface.getBoundingClientRect();
    const seen = this.camera.width > 1;
    this.ratio = Math.min(devicePixelRatio, MOST_RATIO);
    this.camera.scale *= seen ? Math.min(width / this.camera.width, height / this.camera.height) || 1 : 1;
    this.camera.width = Math.max(1, width);
    this.camera.height = Math.max(1, height);
    const pixels = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    this.renderer.resize(pixels[0], pixels[1]);
    [this.nodes.overlay.width, this.nodes.overlay.height] = pixels;
    this.measureAll();
    this.draw();
  }

  /**
   * The look at all points, or at nearly all: a few that lie far off make the others small.
   * @param {Float32Array} positions (n, 2)
   * @param {number} [leftOut] share of the points that may be out of view at each side
   */
  whole(positions, leftOut = 0) {
    return this.camera.lookAt(boxOf(positions, Array(positions.length / 2).keys(), leftOut), this.margins);
  }

  /** What zooms are relative to. */
  measureAll() {
    this.camera.fitted = this.whole(this.positions, FAR_OFF).scale;
  }

  /** Show nearly all points. */
  showMost() {
    this.measureAll();
    this.fly(this.whole(this.positions, FAR_OFF));
  }

  /** Show nearly all points; who sees these already is shown the few that lie far off, too. */
  showAll() {
    const {x, y, scale} = this.whole(this.positions, FAR_OFF);
    const apart = Math.hypot(x - this.camera.x, y - this.camera.y) * scale;
    if (apart > 1 || Math.abs(scale / this.camera.scale - 1) > 0.001) this.showMost();
    else this.fly(this.whole(this.positions));
  }

  /**
   * @param {LookLike} to
   * @param {number} [milliseconds]
   */
  fly(to, milliseconds = 450) {
    const {x, y, scale} = this.camera;
    this.stopFlying();
    this.stopFlying = animate(milliseconds, (share) => {
      const between = scale * (to.scale / scale) ** share;
      // What is seen moves evenly: the middle goes by how much of the zoom is done.
      const way = Math.abs(to.scale - scale) < 1e-9 * scale ? share : (1 / between - 1 / scale) / (1 / to.scale - 1 / scale);
      this.camera.take({x: x + (to.x - x) * way, y: y + (to.y - y) * way, scale: between});
      this.redraw();
    });
  }

  /**
   * Bring points into view, no nearer than it takes to tell them from others.
   * @param {number[]} ids
   * @param {Place[]} [places] of what has no point
   */
  flyTo(ids, places = []) {
    const box = boxOf(Float32Array.from([...ids.flatMap((id) => [this.positions[2 * id], this.positions[2 * id + 1]]), ...places.flat()]), [...ids, ...places].keys());
    this.fly(this.camera.lookAt(box, this.margins, Math.max(this.camera.scale, 12 * this.camera.fitted)));
  }

  /**
   * Whether a point is in the part of the map that nothing covers.
   * @param {number} id
   */
  inView(id) {
    const [left, top] = this.camera.toScreen(this.positions[2 * id], this.positions[2 * id + 1]);
    const {width, height} = this.camera;
    return left > 20 && top > 20 && left < width - 20 && top < height - Math.max(20, this.margins.bottom - 30);
  }

  /**
   * Lay the points out anew.
   * @param {Float32Array} positions (n, 2); NaN: not on this map
   * @param {Laying} [how]
   */
  layOut(positions, how = {}) {
    const {milliseconds = 700, fit = true, leftOut = FAR_OFF} = how;
    const before = this.positions;
    const now = new Float32Array(positions.length);
    this.stopMoving();
    this.stopMoving = animate(milliseconds, (share) => {
      for (let at = 0; at < now.length; at++) {
        now[at] = share === 1 || Number.isNaN(before[at]) ? positions[at] : before[at] + (positions[at] - before[at]) * share;
      }
      this.place(now);
    });
    if (!fit) return;
    const look = this.whole(positions, leftOut);
    this.camera.fitted = look.scale;
    this.fly(look, milliseconds);
  }

  /** @param {Float32Array} positions */
  place(positions) {
    this.positions = positions;
    this.grid = null;
    this.renderer.setPositions(this.positions);
    this.redraw();
  }

  /** @param {Uint8Array} colours (n, 4) */
  setColours(colours) {
    this.colours = colours;
    this.renderer.setColours(colours);
    this.redraw();
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.redraw();
  }

  /** @param {Partial<Marks>} marks what stands out, and nothing else */
  setMarks(marks) {
    this.marks = {...NO_MARKS, ...marks};
    this.redraw();
  }

  /** @param {Axes | null} axes */
  setAxes(axes) {
    this.axes = axes;
    this.redraw();
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} reach pixels
   * @returns {number | null}
   */
  pointAt(left, top, reach) {
    this.grid ??= new PointGrid(this.positions);
    const [x, y] = this.camera.toMap(left, top);
    return this.grid.nearest(x, y, reach / this.camera.scale);
  }

  /** @param {number | null} id */
  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    this.nodes.surface.classList.toggle("over-point", id !== null);
    this.redraw();
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const {camera, positions, colours, marks, hovered, axes, theme} = this;
    const size = Math.min(13, 2.4 * camera.zoom ** 0.42 * densityFactor(positions.length / 2));
    const dimmed = marks.chosen !== null || marks.arrows.length > 0 || marks.guests.length > 0;
    const ratio = this.ratio ?? 1;
    this.renderer.draw(camera, {size, opacity: dimmed ? 0.4 : 0.9, paper: hexColour(theme.paper), ratio});
    const radius = Math.max(2, size / 2);
    this.overlay.draw({camera, positions, colours, marks, hovered, axes, theme, radius}, ratio);
    this.frames += 1;
  }
}

/**
 * Few points are drawn larger.
 * @param {number} count
 */
function densityFactor(count) {
  return Math.min(3, Math.max(1, (20000 / Math.max(1, count)) ** 0.3));
}

/**
 * The frequent are drawn larger.
 * @param {number} rank
 * @param {number} count
 */
function weightOfRank(rank, count) {
  return 1 + 0.9 * (1 - Math.log1p(rank) / Math.log1p(count)) ** 1.5;
}
