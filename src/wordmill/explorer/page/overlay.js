// What is drawn above the points: lines, arrows, points that stand out, axes and names.
import {cssColour} from "./colours.js";
import {TakenBoxes, labelFont} from "./labels.js";
import {LONGEST_NAME, visible} from "./text.js";

const END = 13; // pixels of the names at an axis's ends
const HEAD = 10; // length of an arrow's head
const SMALLEST = 4.5; // radius of a point that stands out

/**
 * @typedef {object} Scene
 * @property {CameraLike & {toScreen: (x: number, y: number) => [number, number]}} camera
 * @property {Float32Array} positions
 * @property {Uint8Array} colours
 * @property {Marks} marks
 * @property {number | null} hovered
 * @property {Axes | null} axes
 * @property {Theme} theme
 * @property {number} radius of a point, in pixels
 */

export class Overlay {
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {LabelsLike} labels
   */
  constructor(context, labels) {
    this.context = context;
    this.labels = labels;
  }

  /**
   * @param {Scene} scene
   * @param {number} ratio device pixels in a pixel of the page
   */
  draw(scene, ratio) {
    const {context} = this;
    this.scene = scene;
    this.taken = new TakenBoxes();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, scene.camera.width, scene.camera.height);
    context.lineCap = "round";
    context.lineJoin = "round";
    if (scene.axes) this.drawAxes(scene.axes);
    this.drawLines();
    for (const arrow of scene.marks.arrows) this.drawArrow(arrow);
    this.drawStanding();
    this.drawNames();
  }

  /**
   * @param {number | Place} where
   * @returns {[number, number]}
   */
  at(where) {
    const {camera, positions} = /** @type {Scene} */ (this.scene);
    return Array.isArray(where) ? camera.toScreen(...where) : camera.toScreen(positions[2 * where], positions[2 * where + 1]);
  }

  /**
   * Lines where a direction says nothing, and its two ends at the edges of the view.
   * @param {Axes} axes
   */
  drawAxes({x, y, clear: {top, bottom}}) {
    const {context} = this;
    const {camera, theme} = /** @type {Scene} */ (this.scene);
    const {width, height} = camera;
    const [zeroLeft, zeroTop] = camera.toScreen(0, 0);
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.beginPath();
    if (x.hasZero) context.rect(zeroLeft, 0, 0, height);
    if (y.hasZero) context.rect(0, zeroTop, width, 0);
    context.stroke();
    const across = this.drawEnds(x, 16, width - 16, top);
    for (const [begin, end] of across) this.taken?.take(begin, top - END, end, top + 5);
    context.save();
    context.rotate(-Math.PI / 2);
    context.translate(-height, 0);
    const upwards = this.drawEnds(y, bottom, height - top - 2 * END, 24);
    for (const [begin, end] of upwards) this.taken?.take(24 - END, height - end, 24 + 5, height - begin);
    context.restore();
  }

  /**
   * @param {AxisEnds} ends
   * @param {number} begin
   * @param {number} end
   * @param {number} top
   * @returns {[number, number][]} from where to where the names go
   */
  drawEnds({low, high}, begin, end, top) {
    const {context} = this;
    const names = [`← ${visible(low, LONGEST_NAME)}`, `${visible(high, LONGEST_NAME)} →`];
    context.font = labelFont(END, true);
    context.fillStyle = /** @type {Scene} */ (this.scene).theme.muted;
    context.textAlign = "left";
    context.fillText(names[0], begin, top);
    context.textAlign = "right";
    context.fillText(names[1], end, top);
    const [first, last] = names.map((name) => context.measureText(name).width);
    return [[begin, begin + first], [end - last, end]];
  }

  drawLines() {
    const {marks, theme} = /** @type {Scene} */ (this.scene);
    const {context} = this;
    const centre = marks.chosen ?? marks.guests[0]?.place;
    if (centre === undefined) return;
    const from = this.at(centre);
    for (const {id, cosine, near} of marks.neighbours) {
      context.strokeStyle = theme.accent;
      context.globalAlpha = 0.35 + 0.5 * Math.max(0, cosine);
      context.lineWidth = 1 + 1.2 * Math.max(0, cosine);
      context.setLineDash(near ? [] : [2, 5]);
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...this.at(id));
      context.stroke();
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** @param {Arrow} arrow */
  drawArrow({from, to, strong, dashed = false}) {
    const {context} = this;
    const {theme, radius} = /** @type {Scene} */ (this.scene);
    const [startX, startY] = this.at(from);
    const [tipX, tipY] = this.at(to);
    const length = Math.hypot(tipX - startX, tipY - startY);
    if (!(length > 1)) return;
    const unit = [(tipX - startX) / length, (tipY - startY) / length];
    const gap = Math.max(radius, SMALLEST) + 3;
    const end = [tipX - unit[0] * gap, tipY - unit[1] * gap];
    context.strokeStyle = strong ? theme.accent : theme.muted;
    context.lineWidth = strong ? 2.2 : 1.4;
    context.setLineDash(dashed ? [5, 5] : []);
    context.beginPath();
    context.moveTo(startX, startY);
    context.lineTo(end[0], end[1]);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    for (const side of [-1, 1]) {
      context.moveTo(end[0], end[1]);
      context.lineTo(end[0] - HEAD * unit[0] - side * 0.45 * HEAD * unit[1], end[1] - HEAD * unit[1] + side * 0.45 * HEAD * unit[0]);
    }
    context.stroke();
  }

  /** Points that stand out, and their names, which come before all others. */
  drawStanding() {
    const {marks, hovered, theme, radius} = /** @type {Scene} */ (this.scene);
    const ends = marks.arrows.flatMap(({from, to}) => [from, to]).filter((end) => typeof end === "number");
    const standing = new Set([...marks.neighbours.map(({id}) => id), ...marks.named, .../** @type {number[]} */ (ends)]);
    if (marks.chosen !== null) standing.delete(marks.chosen);
    for (const id of standing) this.drawDisc(this.at(id), Math.max(radius + 1, SMALLEST), this.colourOf(id), theme.paper, 1.5);
    if (marks.chosen !== null) this.drawDisc(this.at(marks.chosen), radius + 3, theme.accent, theme.paper, 2);
    for (const {place} of marks.guests) this.drawDisc(this.at(place), radius + 3, theme.paper, theme.accent, 2.5);
    if (hovered !== null) this.drawDisc(this.at(hovered), radius + 2, this.colourOf(hovered), theme.ink, 1.5);
    if (marks.chosen !== null) this.drawName(this.at(marks.chosen), this.labels.texts[marks.chosen], 16, true);
    for (const {key, place} of marks.guests) this.drawName(this.at(place), visible(key, LONGEST_NAME), 16, true);
    if (hovered !== null && hovered !== marks.chosen) this.drawName(this.at(hovered), this.labels.texts[hovered], 14, true);
    for (const id of standing) if (id !== hovered) this.drawName(this.at(id), this.labels.texts[id], 13, true);
    this.standing = new Set([...standing, ...[marks.chosen, hovered].filter((id) => id !== null)]);
  }

  /** @param {number} id */
  colourOf(id) {
    const {colours} = /** @type {Scene} */ (this.scene);
    return cssColour([colours[4 * id], colours[4 * id + 1], colours[4 * id + 2]]);
  }

  /**
   * @param {[number, number]} at
   * @param {number} radius
   * @param {string} fill
   * @param {string} edge
   * @param {number} width
   */
  drawDisc([left, top], radius, fill, edge, width) {
    const {context} = this;
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = edge;
    context.lineWidth = width;
    context.stroke();
  }

  /**
   * A name beside a point in view, on whichever side is free and not cut off; where none is, there is no name.
   * @param {[number, number]} at
   * @param {string} text
   * @param {number} size
   * @param {boolean} strong
   */
  drawName([left, top], text, size, strong) {
    const {context} = this;
    const {camera: {width, height}, radius} = /** @type {Scene} */ (this.scene);
    if (left < 0 || left > width || top < 0 || top > height) return;
    const taken = /** @type {TakenBoxes} */ (this.taken);
    context.font = labelFont(size, strong);
    const half = Math.min(context.measureText(text).width, width - 12) / 2 + 3;
    const middle = Math.min(Math.max(left, half + 3), width - half - 3);
    const gap = Math.max(radius, SMALLEST) + 5;
    const sides = [
      [middle, top - gap],
      [left + gap + half, top + size / 3],
      [left - gap - half, top + size / 3],
      [middle, top + gap + size * 0.8],
    ];
    const seen = sides.filter(([x, y]) => x >= half && x <= width - half && y >= size && y <= height);
    const free = seen.find(([x, y]) => taken.take(x - half, y - size, x + half, y + 3));
    if (free) this.write(text, free[0], free[1], 1);
  }

  drawNames() {
    const {camera, positions, colours, marks, radius} = /** @type {Scene} */ (this.scene);
    const {context, labels} = this;
    const quiet = marks.chosen !== null || marks.arrows.length > 0 || marks.guests.length > 0;
    const taken = /** @type {TakenBoxes} */ (this.taken);
    let size = 0;
    for (const name of labels.choose(camera, positions, colours, taken, radius + 3)) {
      if (this.standing?.has(name.id)) continue;
      if (name.size !== size) context.font = labelFont((size = name.size), false);
      this.write(labels.texts[name.id], name.left, name.top, quiet ? 0.5 : 0.95);
    }
  }

  /**
   * @param {string} text
   * @param {number} left its middle
   * @param {number} top its lower edge
   * @param {number} opacity
   */
  write(text, left, top, opacity) {
    const {context} = this;
    const {theme} = /** @type {Scene} */ (this.scene);
    context.textAlign = "center";
    context.globalAlpha = 0.85 * opacity;
    context.strokeStyle = theme.paper;
    context.lineWidth = 3.5;
    context.strokeText(text, left, top);
    context.globalAlpha = opacity;
    context.fillStyle = theme.ink;
    context.fillText(text, left, top);
    context.globalAlpha = 1;
  }
}
