// Colours of points. A ramp's lightness rises evenly (in OKLCH), away from the ground, so that its order is seen without
// hue; categories take Okabe and Ito's colours, which stay apart for the colour-blind, lighter and darker when they repeat.

const OKABE_ITO = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [230, 159, 0],
  [204, 121, 167],
  [86, 180, 233],
  [178, 34, 52],
  [150, 140, 50],
];
const UNKNOWN = [128, 128, 128];
const HIDDEN_ALPHA = 14;

/**
 * @param {number} share from 0 to 1
 * @param {boolean} dark whether the ground is
 * @returns {number[]} red, green, blue
 */
export function rampColour(share, dark) {
  const at = Math.min(1, Math.max(0, share));
  const lightness = dark ? 0.42 + 0.5 * at : 0.83 - 0.53 * at;
  const hue = dark ? 285 - 190 * at : 110 + 185 * at;
  return fromOklch(lightness, 0.135 - 0.03 * Math.abs(at - 0.5), hue);
}

/**
 * @param {number} lightness
 * @param {number} chroma
 * @param {number} hue degrees
 * @returns {number[]} red, green, blue, brought into the range of screens
 */
function fromOklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map(gammaEncoded);
}

/** @param {number} linear */
function gammaEncoded(linear) {
  const bounded = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055));
}

/**
 * Whether a colour's first label is for points that have none.
 * @param {ColourAbout} about
 */
function restIsFirst(about) {
  return about.id === "evaluation" || about.id.startsWith("group:");
}

/**
 * @param {ColourAbout} about
 * @param {number} label
 * @param {boolean} dark
 * @returns {number[]} red, green, blue
 */
export function categoryColour(about, label, dark) {
  const rest = restIsFirst(about) ? 1 : 0;
  if (label < rest) return dark ? [92, 98, 110] : [176, 178, 184];
  const place = label - rest;
  const base = OKABE_ITO[place % OKABE_ITO.length];
  const round = Math.floor(place / OKABE_ITO.length) % 3;
  const shift = [dark ? 0.18 : 0, 0.5, dark ? -0.25 : -0.4][round];
  return base.map((band) => Math.round(shift >= 0 ? band + (255 - band) * shift : band * (1 + shift)));
}

/**
 * Where a value lies on a colour's scale, from 0 to 1.
 * @param {ColourAbout} about
 * @param {number} value
 */
function onScale({log, low = 0, high = 1}, value) {
  const scale = log ? (/** @type {number} */ number) => Math.log(Math.max(number, 1e-9)) : Number;
  const range = scale(high) - scale(low);
  return range > 0 ? (scale(value) - scale(low)) / range : 0.5;
}

/**
 * Colours of all points.
 * @param {ColourAbout | null} about null: all alike
 * @param {ArrayLike<number>} values (n,)
 * @param {boolean} dark
 * @param {number | null} only the one label that is seen
 * @returns {Uint8Array} (n, 4)
 */
export function paintedPoints(about, values, dark, only) {
  const painted = new Uint8Array(4 * values.length);
  const steps = 256;
  const isNumber = about?.type === "number";
  const table = about && !isNumber
    ? (about.labels ?? []).map((_, label) => categoryColour(about, label, dark))
    : Array.from({length: steps}, (_, step) => rampColour(about ? step / (steps - 1) : 0.6, dark));
  for (let id = 0; id < values.length; id++) {
    const value = values[id];
    const entry = !about ? 0 : isNumber ? Math.round(Math.min(1, Math.max(0, onScale(about, value))) * (steps - 1)) : value;
    painted.set(table[entry] ?? UNKNOWN, 4 * id);
    painted[4 * id + 3] = only !== null && value !== only ? HIDDEN_ALPHA : 255;
  }
  return painted;
}

/**
 * @param {number[]} rgb
 * @returns {string} for style sheets
 */
export function cssColour([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/**
 * @param {string} hex #rrggbb
 * @returns {number[]} red, green, blue
 */
export function hexColour(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
