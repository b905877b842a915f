// Types that the modules share: this file is no module, so that their names are known everywhere. See docs/guide.

/** @typedef {{dtype: string, shape: number[], encoding: "raw" | "gzip"}} TableAbout */
/** @typedef {{id: string, title: string, note: string, faithful: number, near?: number}} LayoutAbout */
/**
 * @typedef {object} ColourAbout
 * @property {string} id
 * @property {string} title
 * @property {"number" | "category"} type
 * @property {boolean} [log]
 * @property {number} [low]
 * @property {number} [high]
 * @property {string[]} [labels]
 */
/**
 * @typedef {object} Manifest
 * @property {string} wordmill
 * @property {string} model
 * @property {string} kind
 * @property {number} keys
 * @property {number} shown
 * @property {number} dimension
 * @property {LayoutAbout[]} layouts
 * @property {ColourAbout[]} colours
 * @property {{mean_cosine: number, cured?: number, cure: string}} anisotropy
 * @property {{skewness: number, cured?: number, top: [number, number][], cure: string}} hubs
 * @property {Record<string, boolean>} features
 * @property {string[]} [limits]
 * @property {Record<string, TableAbout>} tables
 */
/** @typedef {{key: string, id: number | null, count: number | null}} Point */
/** @typedef {Point & {cosine: number}} Neighbour */
/** @typedef {Record<string, any>} Asked the parameters of a question */
/**
 * @typedef {object} Source where a model's tables and answers come from
 * @property {() => Promise<Manifest>} manifest
 * @property {(name: string) => Promise<any>} table
 * @property {(question: string, parameters?: Asked) => Promise<any>} ask
 */
/** @typedef {{paper: string, ink: string, muted: string, accent: string, line: string, dark: boolean}} Theme */
/** @typedef {[number, number]} Place */
/** @typedef {{from: number | Place, to: number | Place, strong: boolean, dashed?: boolean}} Arrow */
/**
 * @typedef {object} Marks what stands out on the map
 * @property {number | null} chosen
 * @property {{id: number, cosine: number, near: boolean}[]} neighbours of the chosen one
 * @property {Arrow[]} arrows
 * @property {number[]} named points whose names are always shown
 * @property {{key: string, place: Place}[]} guests keys that have no point of their own
 */
/** @typedef {{x: number, y: number, scale: number, width: number, height: number}} CameraLike */
/**
 * @typedef {object} Drawing how points are drawn in a frame
 * @property {number} size diameter in pixels of the page
 * @property {number} opacity
 * @property {number[]} paper red, green, blue of the ground, 0 to 255
 * @property {number} ratio device pixels in a pixel of the page
 */
/**
 * @typedef {object} Renderer
 * @property {(positions: Float32Array) => void} setPositions
 * @property {(colours: Uint8Array) => void} setColours
 * @property {(weights: Float32Array) => void} setWeights
 * @property {(width: number, height: number) => void} resize
 * @property {(camera: CameraLike, drawing: Drawing) => void} draw
 */
/**
 * @typedef {object} LabelsLike
 * @property {string[]} texts
 * @property {(camera: CameraLike, positions: Float32Array, colours: Uint8Array, taken: any, offset: number) => {id: number, left: number, top: number, size: number}[]} choose
 */
/** @typedef {{x: number, y: number, scale: number}} LookLike */
/** @typedef {{id: string, title: string, node: HTMLElement, enter?: () => void, leave?: () => void}} PanelLike */
/**
 * @typedef {object} MovesLike
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, left?: number, top?: number) => void} zoom
 * @property {() => void} all
 * @property {(left: number, top: number, isTouch: boolean) => void} click
 * @property {(left: number, top: number) => void} hover
 * @property {() => void} leave
 * @property {() => void} chooseMiddle
 */
/** @typedef {{low: string, high: string, hasZero: boolean}} AxisEnds what a side of the map runs between */
/** @typedef {{x: AxisEnds, y: AxisEnds, clear: {top: number, bottom: number}}} Axes clear: pixels at the map's edges that names of ends keep free */
/** @typedef {{milliseconds?: number, fit?: boolean, leftOut?: number}} Laying how points come to new places */
