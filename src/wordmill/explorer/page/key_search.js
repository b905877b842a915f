// Keys by what they begin with or hold, the case aside. Keys stand by falling count, so the frequent come first.

export class KeyIndex {
  /** @param {string[]} keys */
  constructor(keys) {
    this.keys = keys;
    /** @type {string[] | null} */
    this.folded = null;
    /** @type {Map<string, number> | null} */
    this.ids = null;
  }

  /**
   * @param {string} key
   * @returns {number | null}
   */
  idOf(key) {
    this.ids ??= new Map(this.keys.map((each, id) => [each, id]));
    return this.ids.get(key) ?? null;
  }

  /**
   * @param {string} text
   * @param {number} most
   * @returns {number[]} ids: this very key, however it is written; keys that begin so; keys that hold it
   */
  find(text, most) {
    this.folded ??= this.keys.map((key) => key.toLowerCase());
    const sought = text.toLowerCase();
    const title = sought.replace(/^./u, (first) => first.toUpperCase());
    const found = new Set();
    for (const form of [text, sought, title, text.toUpperCase()]) {
      const id = this.idOf(form);
      if (id !== null) found.add(id);
    }
    const inside = [];
    for (let id = 0; id < this.folded.length && found.size < most; id++) {
      const at = this.folded[id].indexOf(sought);
      if (at === 0) found.add(id);
      else if (at > 0 && inside.length < most) inside.push(id);
    }
    return [...new Set([...found, ...inside])].slice(0, most);
  }
}
