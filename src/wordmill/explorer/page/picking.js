// Which point is near a place: points sorted into the cells of a grid over the map.

const SIDE = 160;

export class PointGrid {
  /** @param {Float32Array} positions (n, 2) */
  constructor(positions) {
    this.positions = positions;
    this.box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < positions.length; at += 2) {
      if (Number.isNaN(positions[at])) continue;
      this.box[0] = Math.min(this.box[0], positions[at]);
      this.box[1] = Math.min(this.box[1], positions[at + 1]);
      this.box[2] = Math.max(this.box[2], positions[at]);
      this.box[3] = Math.max(this.box[3], positions[at + 1]);
    }
    this.step = Math.max(this.box[2] - this.box[0], this.box[3] - this.box[1], 1e-9) / SIDE;
    this.sort();
  }

  /** Count the points of each cell, then put their ids side by side. */
  sort() {
    const n = this.positions.length / 2;
    const cells = new Int32Array(n).fill(-1);
    this.begins = new Uint32Array((SIDE + 1) ** 2 + 1);
    for (let id = 0; id < n; id++) {
      if (Number.isNaN(this.positions[2 * id])) continue;
      cells[id] = this.cellOf(this.positions[2 * id], this.positions[2 * id + 1]);
      this.begins[cells[id] + 1]++;
    }
    for (let cell = 1; cell < this.begins.length; cell++) this.begins[cell] += this.begins[cell - 1];
    const next = this.begins.slice();
    this.ids = new Uint32Array(this.begins[this.begins.length - 1]);
    for (let id = 0; id < n; id++) if (cells[id] >= 0) this.ids[next[cells[id]]++] = id;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  cellOf(x, y) {
    return this.along(y - this.box[1]) * (SIDE + 1) + this.along(x - this.box[0]);
  }

  /** @param {number} distance */
  along(distance) {
    return Math.min(SIDE, Math.max(0, Math.floor(distance / this.step)));
  }

  /**
   * The point nearest to a place, no farther than a radius; of equally near ones the most frequent.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @returns {number | null}
   */
  nearest(x, y, radius) {
    const begins = /** @type {Uint32Array} */ (this.begins);
    const ids = /** @type {Uint32Array} */ (this.ids);
    let best = null;
    let least = radius * radius;
    for (let row = this.along(y - radius - this.box[1]); row <= this.along(y + radius - this.box[1]); row++) {
      const first = row * (SIDE + 1) + this.along(x - radius - this.box[0]);
      const last = row * (SIDE + 1) + this.along(x + radius - this.box[0]);
      for (let at = begins[first]; at < begins[last + 1]; at++) {
        const distance = (this.positions[2 * ids[at]] - x) ** 2 + (this.positions[2 * ids[at] + 1] - y) ** 2;
        if (distance < least || (distance === least && best !== null && ids[at] < best)) {
          [best, least] = [ids[at], distance];
        }
      }
    }
    return best;
  }
}

/**
 * Which of some points are among those nearest to a place on the map.
 * @param {Float32Array} positions (n, 2)
 * @param {ArrayLike<number>} place x and y
 * @param {number | null} id of the point that is there itself, if there is one
 * @param {number[]} others
 * @param {number} near how many count as nearest
 * @returns {boolean[]}
 */
export function nearOnMap(positions, place, id, others, near) {
  const squared = (/** @type {number} */ other) =>
    (positions[2 * other] - place[0]) ** 2 + (positions[2 * other + 1] - place[1]) ** 2;
  const distances = others.map(squared);
  const closer = others.map(() => 0);
  for (let each = 0; each < positions.length / 2; each++) {
    if (each === id) continue;
    const distance = squared(each);
    for (let at = 0; at < distances.length; at++) if (distance < distances[at]) closer[at]++;
  }
  return closer.map((count, at) => count < near && !Number.isNaN(distances[at]));
}
