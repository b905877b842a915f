// Tables as they travel: little-endian, row by row, described in the manifest; "json" is a JSON text.

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
};

/**
 * Read a table from its bytes.
 * @param {string} name
 * @param {TableAbout} about
 * @param {Uint8Array} bytes that begin their buffer, not squeezed
 * @returns {any}
 */
export function readTable(name, about, bytes) {
  if (about.dtype === "json") return JSON.parse(new TextDecoder().decode(bytes));
  const type = ARRAYS[about.dtype];
  if (!type) throw new Error(`table ${name} is of numbers that this page does not know: ${about.dtype}`);
  const length = about.shape.reduce((product, size) => product * size, 1);
  if (bytes.byteLength !== length * type.BYTES_PER_ELEMENT) {
    throw new Error(`table ${name} has ${bytes.byteLength} bytes, and should have ${length * type.BYTES_PER_ELEMENT}`);
  }
  return new type(bytes.buffer, bytes.byteOffset, length);
}

/**
 * Undo base64.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  if ("fromBase64" in Uint8Array) return /** @type {any} */ (Uint8Array).fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/**
 * Undo gzip.
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>}
 */
export async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new /** @type {any} */ (globalThis).DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
