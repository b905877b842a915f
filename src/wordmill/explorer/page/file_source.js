// A model inside the page's own file: tables are decoded, and answers computed, here.
import {KeyIndex} from "./key_search.js";
import {fromBase64, readTable, unzipped} from "./tables.js";
import {isolated} from "./text.js";
import {VectorTable, highest} from "./vector_math.js";

/** @implements {Source} */
export class FileSource {
  constructor() {
    /** @type {Map<string, Promise<any>>} */
    this.tables = new Map();
    /** @type {KeyIndex | null} */
    this.keyIndex = null;
    /** @type {VectorTable | null} */
    this.vectorTable = null;
    /** @type {Manifest} */
    this.about = JSON.parse(document.getElementById("manifest")?.textContent ?? "null");
  }

  async manifest() {
    return this.about;
  }

  /**
   * @param {string} name
   * @returns {Promise<any>}
   */
  table(name) {
    let table = this.tables.get(name);
    if (!table) this.tables.set(name, (table = this.decoded(name)));
    return table;
  }

  /** @param {string} name */
  async decoded(name) {
    const about = this.about.tables[name];
    const node = document.getElementById(`table:${name}`);
    if (!about || !node) throw new Error(`this file has no table ${name}`);
    const bytes = fromBase64(node.textContent ?? "");
    return readTable(name, about, about.encoding === "gzip" ? await unzipped(bytes) : bytes);
  }

  /**
   * @param {string} question
   * @param {Asked} [parameters]
   */
  async ask(question, parameters = {}) {
    const embedded = `answer/${question}`;
    if (embedded in this.about.tables) return this.table(embedded);
    const answers = {search: this.search, nearest: this.nearest, analogy: this.analogy, axis: this.axis};
    const answer = answers[question];
    if (!answer) throw new Error(`A single file can't answer this (${question}): wordmill explore MODEL does`);
    return answer.call(this, parameters);
  }

  /** @returns {Promise<KeyIndex>} */
  async index() {
    this.keyIndex ??= new KeyIndex(await this.table("keys"));
    return this.keyIndex;
  }

  /** @returns {Promise<VectorTable>} */
  async vectors() {
    if (!("vectors" in this.about.tables)) throw new Error(this.about.limits?.at(-1) ?? "This file holds no vectors");
    this.vectorTable ??= new VectorTable(await this.table("vectors"), this.about.tables.vectors.shape[1]);
    return this.vectorTable;
  }

  /** @param {Asked} parameters */
  async search({q, n = 20}) {
    return {found: await this.points((await this.index()).find(String(q), Number(n)))};
  }

  /** @param {Asked} parameters */
  async nearest({key, n = 10}) {
    const [id] = await this.idsOf([key]);
    const [point] = await this.points([id]);
    const listed = this.about.tables.neighbours.shape[1];
    const byVectors = n > listed && this.about.features.analogy;
    const neighbours = byVectors ? await this.byVectors([[id, 1]], [id], n) : await this.byTable(id, n);
    return {key: point, known: true, neighbours, faithful: await this.faithful(id)};
  }

  /** @param {Asked} parameters */
  async analogy({positive = [], negative = [], n = 10}) {
    const added = await this.idsOf(positive);
    const taken = await this.idsOf(negative);
    const weighted = [...added.map((id) => [id, 1]), ...taken.map((id) => [id, -1])];
    return {candidates: await this.byVectors(/** @type {[number, number][]} */ (weighted), [...added, ...taken], n)};
  }

  /** @param {Asked} parameters */
  async axis({positive = [], negative = [], key}) {
    const to = await this.idsOf(positive);
    const from = await this.idsOf(negative);
    const weighted = [...to.map((id) => [id, 1 / to.length]), ...from.map((id) => [id, -1 / from.length])];
    const vectors = await this.vectors();
    const values = vectors.cosines(vectors.sum(/** @type {[number, number][]} */ (weighted)));
    const title = [negative, positive].map((keys) => [keys].flat().join(", ")).filter(Boolean).join(" - ");
    return {title, values: key === undefined ? values : (await this.idsOf(key)).map((id) => values[id])};
  }

  /**
   * @param {number} id
   * @param {any} most
   */
  async byTable(id, most) {
    const width = this.about.tables.neighbours.shape[1];
    const begin = id * width;
    const end = begin + Math.min(width, Number(most));
    const ids = (await this.table("neighbours")).slice(begin, end);
    const cosines = (await this.table("similarities")).slice(begin, end);
    return (await this.points([...ids])).map((point, at) => ({...point, cosine: cosines[at]}));
  }

  /**
   * @param {[number, number][]} weighted
   * @param {number[]} without
   * @param {any} most
   */
  async byVectors(weighted, without, most) {
    const vectors = await this.vectors();
    const cosines = vectors.cosines(vectors.sum(weighted));
    const ids = highest(cosines, Number(most), new Set(without));
    return (await this.points(ids)).map((point, at) => ({...point, cosine: cosines[ids[at]]}));
  }

  /** @param {number} id */
  async faithful(id) {
    const found = {};
    for (const {id: layout} of this.about.layouts) {
      const table = `colour/faithful:${layout}`;
      if (table in this.about.tables) found[layout] = (await this.table(table))[id];
    }
    return found;
  }

  /**
   * @param {number[]} ids
   * @returns {Promise<Point[]>}
   */
  async points(ids) {
    const {keys} = await this.index();
    const counts = "counts" in this.about.tables ? await this.table("counts") : null;
    return ids.map((id) => ({key: keys[id], id, count: counts ? counts[id] : null}));
  }

  /**
   * @param {any} keys one or several
   * @returns {Promise<number[]>}
   */
  async idsOf(keys) {
    const index = await this.index();
    return [keys].flat().map((key) => {
      const id = index.idOf(key);
      if (id === null) throw new Error(`This file has no vector for ${isolated(key)}`);
      return id;
    });
  }
}
