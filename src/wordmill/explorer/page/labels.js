// Names on the map: the frequent first, each where no other one is yet. A name fits or not by its own box alone, so it
// stays while the map is moved.

const CELL = 64;
const PADDING = 5;
const AREA_OF_ONE = 7500; // pixels of the map for each name, so that points are still seen
const FONT = '"Inter", system-ui, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "DejaVu Sans", sans-serif';

/**
 * @param {number} size
 * @param {boolean} strong
 */
export function labelFont(size, strong) {
  return `${strong ? 650 : 500} ${size}px ${FONT}`;
}

/** Boxes that are taken, found by the cells of a grid. */
export class TakenBoxes {
  constructor() {
    /** @type {Map<number, number[][]>} */
    this.cells = new Map();
  }

  /**
   * Take a box unless it touches another one.
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   */
  take(left, top, right, bottom) {
    if (!this.free(left, top, right, bottom)) return false;
    this.eachCell(left, top, right, bottom, (boxes) => boxes.push([left, top, right, bottom]));
    return true;
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   */
  free(left, top, right, bottom) {
    let free = true;
    this.eachCell(left, top, right, bottom, (boxes) => {
      free &&= !boxes.some((box) => left < box[2] && right > box[0] && top < box[3] && bottom > box[1]);
    });
    return free;
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   * @param {(boxes: number[][]) => void} visit
   */
  eachCell(left, top, right, bottom, visit) {
    for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row++) {
      for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column++) {
        const cell = row * 65536 + column;
        let boxes = this.cells.get(cell);
        if (!boxes) this.cells.set(cell, (boxes = []));
        visit(boxes);
      }
    }
  }
}

export class Labels {
  /**
   * @param {string[]} texts (n,) of all points, as they are shown
   * @param {CanvasRenderingContext2D} context
   */
  constructor(texts, context) {
    this.texts = texts;
    this.context = context;
    this.widths = new Float32Array(texts.length); // at 100 pixels; 0: not measured yet
  }

  /**
   * @param {number} id
   * @param {number} size
   */
  width(id, size) {
    if (!this.widths[id]) {
      this.context.font = labelFont(100, false);
      this.widths[id] = Math.max(1, this.context.measureText(this.texts[id]).width);
    }
    return (this.widths[id] * size) / 100;
  }

  /**
   * Choose the names of a view.
   * @param {CameraLike} camera
   * @param {Float32Array} positions (n, 2)
   * @param {Uint8Array} colours (n, 4): what is hidden has no name
   * @param {TakenBoxes} taken by what is drawn already
   * @param {number} offset pixels from a point's middle to its name
   * @returns {{id: number, left: number, top: number, size: number}[]} middles of their lower edges
   */
  choose(camera, positions, colours, taken, offset) {
    const chosen = [];
    const most = Math.max(12, (camera.width * camera.height) / AREA_OF_ONE);
    const {width, height} = camera;
    for (let id = 0; id < this.texts.length && chosen.length < most; id++) {
      const left = (positions[2 * id] - camera.x) * camera.scale + width / 2;
      const top = (camera.y - positions[2 * id + 1]) * camera.scale + height / 2 - offset;
      if (!(left > 0 && left < width && top > 16 && top < height) || colours[4 * id + 3] < 128) continue;
      const size = sizeOfRank(id);
      const half = this.width(id, size) / 2 + PADDING;
      if (left < half || left > width - half) continue;
      if (taken.take(left - half, top - size - 2, left + half, top + 3)) chosen.push({id, left, top, size});
    }
    return chosen;
  }
}

/** @param {number} rank */
function sizeOfRank(rank) {
  return rank < 100 ? 14 : rank < 1000 ? 13 : 12;
}
