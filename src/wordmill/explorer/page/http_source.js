// A model behind a server: tables and answers are fetched from below api/.
import {readTable} from "./tables.js";

/** @implements {Source} */
export class HttpSource {
  constructor(base = "api/") {
    this.base = base;
    /** @type {Map<string, Promise<any>>} */
    this.tables = new Map();
    /** @type {Manifest | null} */
    this.about = null;
  }

  /** @returns {Promise<Manifest>} */
  async manifest() {
    this.about = await (await this.get("manifest")).json();
    return /** @type {Manifest} */ (this.about);
  }

  /**
   * @param {string} name
   * @returns {Promise<any>}
   */
  table(name) {
    let table = this.tables.get(name);
    if (!table) {
      table = this.fetchTable(name);
      table.catch(() => this.tables.delete(name)); // who asked is told; the next one asks again
      this.tables.set(name, table);
    }
    return table;
  }

  /** @param {string} name */
  async fetchTable(name) {
    const about = this.about?.tables[name];
    if (!about) throw new Error(`the model has no table ${name}`);
    const response = await this.get(`table/${name.split("/").map(encodeURIComponent).join("/")}`);
    return readTable(name, about, new Uint8Array(await response.arrayBuffer()));
  }

  /**
   * @param {string} question
   * @param {Asked} [parameters]
   */
  async ask(question, parameters = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each));
    }
    return (await this.get(`${question}?${query}`)).json();
  }

  /** @param {string} path */
  async get(path) {
    let response;
    try {
      response = await fetch(this.base + path, {credentials: "same-origin"});
    } catch (cause) {
      throw new Error("The server does not answer. Is wordmill explore still running?", {cause});
    }
    if (!response.ok) throw new Error(await refusal(response));
    return response;
  }
}

/**
 * The server's own line about what is wrong.
 * @param {Response} response
 */
async function refusal(response) {
  const text = await response.text();
  try {
    const {error} = JSON.parse(text);
    if (typeof error === "string") return error;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}
