// Arithmetic on the vectors that a single file holds: whole numbers, each row of a length of its own.

export class VectorTable {
  /**
   * @param {Int8Array} numbers (n, D)
   * @param {number} dimension D
   */
  constructor(numbers, dimension) {
    this.numbers = numbers;
    this.dimension = dimension;
    this.lengths = Float32Array.from({length: numbers.length / dimension}, (_, row) => this.lengthOf(row));
  }

  /** @param {number} row */
  lengthOf(row) {
    let sum = 0;
    for (let at = row * this.dimension; at < (row + 1) * this.dimension; at++) sum += this.numbers[at] ** 2;
    return Math.sqrt(sum);
  }

  /**
   * The sum of unit vectors, each times its weight.
   * @param {[number, number][]} weighted rows and weights
   * @returns {Float32Array} (D,)
   */
  sum(weighted) {
    const total = new Float32Array(this.dimension);
    for (const [row, weight] of weighted) {
      const factor = this.lengths[row] > 0 ? weight / this.lengths[row] : 0;
      for (let at = 0; at < this.dimension; at++) total[at] += factor * this.numbers[row * this.dimension + at];
    }
    return total;
  }

  /**
   * Cosines of all rows with a direction.
   * @param {Float32Array} direction (D,)
   * @returns {Float32Array} (n,)
   */
  cosines(direction) {
    const length = Math.hypot(...direction);
    const found = new Float32Array(this.lengths.length);
    for (let row = 0, at = 0; row < found.length; row++) {
      let sum = 0;
      for (let column = 0; column < this.dimension; column++) sum += this.numbers[at++] * direction[column];
      const divisor = this.lengths[row] * length;
      found[row] = divisor > 0 ? sum / divisor : 0;
    }
    return found;
  }
}

/**
 * Ids of the highest values, the highest first.
 * @param {ArrayLike<number>} values
 * @param {number} most
 * @param {Set<number>} [without]
 * @returns {number[]}
 */
export function highest(values, most, without = new Set()) {
  const best = [];
  for (let id = 0; id < values.length; id++) {
    if (best.length === most && !(values[id] > values[best[most - 1]])) continue;
    if (without.has(id) || Number.isNaN(values[id])) continue;
    let place = Math.min(best.length, most - 1);
    for (; place > 0 && values[id] > values[best[place - 1]]; place--) best[place] = best[place - 1];
    if (most > 0) best[place] = id;
  }
  return best;
}
