// Points as discs by WebGL2: one call a frame, whatever their number.

const VERTEX = `#version 300 es
uniform vec4 look;  // middle of the view (x, y), half of its width and height in the map's units
uniform float size; // pixels
in vec2 place;
in vec4 colour;
in float weight;
out vec4 tint;
out float radius;
void main() {
  tint = colour;
  radius = 0.5 * size * weight;
  gl_Position = vec4((place - look.xy) / look.zw, 0.0, 1.0);
  gl_PointSize = 2.0 * radius + 1.0;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform float opacity;
in vec4 tint;
in float radius;
out vec4 shade;
void main() {
  float off = length(gl_PointCoord - 0.5) * (2.0 * radius + 1.0);
  float alpha = tint.a * opacity * clamp(radius + 0.5 - off, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  shade = vec4(tint.rgb * alpha, alpha);
}`;

/** @implements {Renderer} */
export class WebglPoints {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => void} redraw called when a lost context is back
   */
  constructor(canvas, redraw) {
    this.canvas = canvas;
    this.gl = /** @type {WebGL2RenderingContext} */ (
      canvas.getContext("webgl2", {alpha: false, antialias: false, depth: false, powerPreference: "low-power"})
    );
    /** @type {Record<string, Float32Array | Uint8Array | Uint32Array>} what was sent, for a context that comes back */
    this.kept = {};
    /** @type {Record<string, WebGLUniformLocation | null>} */
    this.uniforms = {};
    /** @type {Record<string, WebGLBuffer | null>} */
    this.buffers = {};
    this.count = 0;
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.setUp();
      for (const [name, array] of Object.entries(this.kept)) this.send(name, array);
      redraw();
    });
    this.setUp();
  }

  setUp() {
    const {gl} = this;
    const program = linked(gl);
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const name of ["look", "size", "opacity"]) this.uniforms[name] = gl.getUniformLocation(program, name);
    for (const [name, width, type] of /** @type {[string, number, number][]} */ ([
      ["place", 2, gl.FLOAT],
      ["colour", 4, gl.UNSIGNED_BYTE],
      ["weight", 1, gl.FLOAT],
    ])) {
      this.buffers[name] = gl.createBuffer();
      const at = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, width, type, type === gl.UNSIGNED_BYTE, 0, 0);
    }
    this.buffers.order = gl.createBuffer();
  }

  /** @param {Float32Array} positions (n, 2); NaN: not drawn */
  setPositions(positions) {
    this.send("place", positions.map((number) => (Number.isNaN(number) ? 1e9 : number)));
    if (positions.length / 2 !== this.count) this.setCount(positions.length / 2);
  }

  /** @param {Uint8Array} colours (n, 4) */
  setColours(colours) {
    this.send("colour", colours);
  }

  /** @param {Float32Array} weights (n,) diameters as multiples of the common one */
  setWeights(weights) {
    this.send("weight", weights);
  }

  /**
   * @param {string} name
   * @param {Float32Array | Uint8Array | Uint32Array} array
   */
  send(name, array) {
    const {gl} = this;
    this.kept[name] = array;
    const target = name === "order" ? gl.ELEMENT_ARRAY_BUFFER : gl.ARRAY_BUFFER;
    gl.bindBuffer(target, this.buffers[name]);
    gl.bufferData(target, array, gl.DYNAMIC_DRAW);
  }

  /**
   * Draw the last first: the frequent lie above the rare.
   * @param {number} count
   */
  setCount(count) {
    this.count = count;
    this.send("order", Uint32Array.from({length: count}, (_, at) => count - 1 - at));
  }

  /**
   * @param {number} width device pixels
   * @param {number} height
   */
  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.gl.viewport(0, 0, width, height);
  }

  /**
   * @param {CameraLike} camera
   * @param {Drawing} drawing
   */
  draw(camera, {size, opacity, paper, ratio}) {
    const {gl, uniforms} = this;
    if (gl.isContextLost()) return; // drawn when it is back
    gl.clearColor(paper[0] / 255, paper[1] / 255, paper[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform4f(uniforms.look, camera.x, camera.y, camera.width / 2 / camera.scale, camera.height / 2 / camera.scale);
    gl.uniform1f(uniforms.size, size * ratio);
    gl.uniform1f(uniforms.opacity, opacity);
    if (this.count) gl.drawElements(gl.POINTS, this.count, gl.UNSIGNED_INT, 0);
  }
}

/** @param {WebGL2RenderingContext} gl */
function linked(gl) {
  const program = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [type, text] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(type));
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL does not take the map's program: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
