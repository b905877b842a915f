// Keys are anybody's text. What could hide or turn others' text around is shown by its code.

const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const NUMBERS = new Intl.NumberFormat("en");
const LONGEST = 60;
export const LONGEST_NAME = 40; // characters of a key on the map

/**
 * A key as it can be seen: control characters by their pictures or codes, blanks at its ends by an open box.
 * @param {string} key
 * @param {number} [longest] characters, after which it is cut
 */
export function visible(key, longest = Infinity) {
  const characters = key.length > longest ? [...key] : [];
  const cut = characters.length > longest ? characters.slice(0, longest - 1).join("") + "…" : key;
  if (cut === "") return "(empty)";
  return cut.replace(HIDDEN, picture).replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length));
}

/** @param {string} character */
function picture(character) {
  const code = character.charCodeAt(0);
  if (code < 32) return String.fromCharCode(0x2400 + code);
  if (code === 127) return "␡";
  return `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/**
 * A key inside a sentence that is no element: its direction ends where it ends.
 * @param {string} key
 */
export function isolated(key) {
  return `\u2068${visible(key, LONGEST)}\u2069`;
}

/** @param {number} value */
export function grouped(value) {
  return NUMBERS.format(value);
}

/** @param {number} value from 0 to 1 */
export function percent(value) {
  return `${Math.round(value * 100)}%`;
}

/**
 * A number with so many digits that it tells something.
 * @param {number | null} value
 */
export function short(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 1000) return grouped(Math.round(value));
  return Number.isInteger(value) ? grouped(value) : cosineText(value);
}

/** @param {number} value from -1 to 1; what is rounded to 0 has no sign */
export function cosineText(value) {
  return value.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

const NOUNS = {
  words: ["word", "words"],
  items: ["item", "items"],
  documents: ["document", "documents"],
  nodes: ["node", "nodes"],
};

/**
 * What a model's keys are called.
 * @param {string} kind
 * @param {number} [count]
 */
export function noun(kind, count = 2) {
  const [one, many] = NOUNS[kind] ?? ["key", "keys"];
  return count === 1 ? one : many;
}

/**
 * Keys that somebody typed in, between commas or line ends.
 * @param {string} text
 * @returns {string[]}
 */
export function listed(text) {
  return text.split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== "");
}
