// Where one looks: the middle of the view in the map's coordinates (y upwards), and pixels for one unit of them.

const CLOSEST = 600; // times nearer than when all is seen
const FARTHEST = 0.4;

export class Camera {
  constructor() {
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.width = 1;
    this.height = 1;
    this.fitted = 1; // the scale at which all is seen
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]} pixels from the left and the top
   */
  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (this.y - y) * this.scale + this.height / 2];
  }

  /**
   * @param {number} left
   * @param {number} top
   * @returns {[number, number]}
   */
  toMap(left, top) {
    return [(left - this.width / 2) / this.scale + this.x, this.y - (top - this.height / 2) / this.scale];
  }

  /** How much nearer than when all is seen. */
  get zoom() {
    return this.scale / this.fitted;
  }

  /**
   * @param {number} right pixels
   * @param {number} down pixels
   */
  pan(right, down) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
  }

  /**
   * Zoom so that what is under a pixel stays there.
   * @param {number} factor
   * @param {number} [left]
   * @param {number} [top]
   */
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.scale = this.within(this.scale * factor);
    this.x = x - (left - this.width / 2) / this.scale;
    this.y = y + (top - this.height / 2) / this.scale;
  }

  /** @param {number} scale */
  within(scale) {
    return Math.min(Math.max(scale, FARTHEST * this.fitted), CLOSEST * this.fitted);
  }

  /**
   * The look that shows a box, with room for what covers the map's edges.
   * @param {[number, number, number, number]} box left, bottom, right, top
   * @param {{left: number, top: number, right: number, bottom: number}} margins pixels
   * @param {number} [closest] the largest scale
   * @returns {Look}
   */
  lookAt([left, bottom, right, top], margins, closest = Infinity) {
    const width = Math.max(this.width - margins.left - margins.right, 40);
    const height = Math.max(this.height - margins.top - margins.bottom, 40);
    const scale = Math.min(width / Math.max(right - left, 1e-6), height / Math.max(top - bottom, 1e-6), closest);
    const x = (left + right) / 2 + (margins.right - margins.left) / 2 / scale;
    const y = (bottom + top) / 2 + (margins.top - margins.bottom) / 2 / scale;
    return {x, y, scale};
  }

  /** @param {Look} look */
  take({x, y, scale}) {
    this.x = x;
    this.y = y;
    this.scale = scale;
  }
}

/** @typedef {{x: number, y: number, scale: number}} Look */

/**
 * The box of some points; where there is none, the unit box.
 * @param {Float32Array} positions (n, 2)
 * @param {Iterable<number>} ids
 * @param {number} [leftOut] share of the points beyond each of its sides
 * @returns {[number, number, number, number]} left, bottom, right, top
 */
export function boxOf(positions, ids, leftOut = 0) {
  const there = [...ids].filter((id) => !Number.isNaN(positions[2 * id]) && !Number.isNaN(positions[2 * id + 1]));
  if (!there.length) return [-1, -1, 1, 1];
  const [xs, ys] = [0, 1].map((axis) => Float32Array.from(there, (id) => positions[2 * id + axis]).sort());
  const first = Math.floor(leftOut * there.length);
  const last = there.length - 1 - first;
  return [xs[first], ys[first], xs[last], ys[last]];
}
