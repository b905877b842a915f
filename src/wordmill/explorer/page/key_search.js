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
   * @returns {number[]} ids: this very key, keys that begin so, keys that hold it
   */
  find(text, most) {
    this.folded ??= this.keys.map((key) => key.toLowerCase());
    const sought = text.toLowerCase();
    const exact = this.idOf(text);
    const found = exact === null ? [] : [exact];
    const inside = [];
    for (let id = 0; id < this.folded.length && found.length < most; id++) {
      const at = id === exact ? -1 : this.folded[id].indexOf(sought);
      if (at === 0) found.push(id);
      else if (at > 0 && inside.length < most) inside.push(id);
    }
    return [...found, ...inside].slice(0, most);
  }
}
