// The same points without WebGL: discs written into the pixels of a plain canvas.

/** @implements {Renderer} */
export class CanvasPoints {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", {alpha: false}));
    this.positions = new Float32Array(0);
    this.colours = new Uint8Array(0);
    this.weights = new Float32Array(0);
    this.resize(1, 1);
  }

  /** @param {Float32Array} positions (n, 2); NaN: not drawn */
  setPositions(positions) {
    this.positions = positions;
  }

  /** @param {Uint8Array} colours (n, 4) */
  setColours(colours) {
    this.colours = colours;
  }

  /** @param {Float32Array} weights (n,) diameters as multiples of the common one */
  setWeights(weights) {
    this.weights = weights;
  }

  /**
   * @param {number} width device pixels
   * @param {number} height
   */
  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(Math.max(1, width), Math.max(1, height));
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {CameraLike} camera
   * @param {Drawing} drawing
   */
  draw(camera, {size, opacity, paper, ratio}) {
    const {positions, colours, weights} = this;
    const image = /** @type {ImageData} */ (this.image);
    const scale = camera.scale * ratio;
    this.pixels?.fill(packedColour(paper[0], paper[1], paper[2]));
    for (let id = positions.length / 2 - 1; id >= 0; id--) {
      const left = (positions[2 * id] - camera.x) * scale + image.width / 2;
      const top = (camera.y - positions[2 * id + 1]) * scale + image.height / 2;
      if (!(left > -20 && top > -20 && left < image.width + 20 && top < image.height + 20)) continue;
      const alpha = (colours[4 * id + 3] / 255) * opacity;
      const mixed = [0, 1, 2].map((band) => colours[4 * id + band] * alpha + paper[band] * (1 - alpha));
      this.disc(left, top, 0.5 * size * ratio * weights[id], packedColour(mixed[0], mixed[1], mixed[2]));
    }
    this.context.putImageData(image, 0, 0);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} radius
   * @param {number} colour
   */
  disc(left, top, radius, colour) {
    const {width, height} = /** @type {ImageData} */ (this.image);
    const pixels = /** @type {Uint32Array} */ (this.pixels);
    const first = Math.max(0, Math.round(top - radius));
    const last = Math.min(height - 1, Math.max(first, Math.round(top + radius) - 1));
    for (let row = first; row <= last; row++) {
      const half = Math.sqrt(Math.max(0.25, radius * radius - (row + 0.5 - top) ** 2));
      const begin = Math.max(0, Math.round(left - half));
      const end = Math.min(width, Math.round(left + half));
      if (end > begin) pixels.fill(colour, row * width + begin, row * width + end);
    }
  }
}

/**
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 */
function packedColour(red, green, blue) {
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}
