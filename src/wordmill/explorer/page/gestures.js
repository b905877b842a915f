// Hands on the map: mouse, fingers, wheel and keys, told as moves of the map.

const CLICK = 5; // pixels that a pointer may wander in a click
const ARROWS = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

/**
 * @typedef {object} Moves
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, left?: number, top?: number) => void} zoom
 * @property {() => void} all
 * @property {(left: number, top: number, isTouch: boolean) => void} click
 * @property {(left: number, top: number) => void} hover
 * @property {() => void} leave
 * @property {() => void} chooseMiddle
 */

/**
 * Listen to an element.
 * @param {HTMLElement} surface
 * @param {Moves} moves
 */
export function listenToHands(surface, moves) {
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let wandered = 0;
  const place = (/** @type {MouseEvent} */ event) => {
    const box = surface.getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  };
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    if (down.size === 0) wandered = 0;
    down.set(event.pointerId, place(event));
  });
  surface.addEventListener("pointermove", (event) => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (!before) {
      moves.hover(now.x, now.y);
      return;
    }
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, where]) => where);
    wandered += Math.hypot(now.x - before.x, now.y - before.y);
    if (others.length) pinch(before, now, others[0], moves);
    else if (wandered > CLICK) moves.pan(now.x - before.x, now.y - before.y);
    if (others.length || wandered > CLICK) surface.classList.add("dragged");
    down.set(event.pointerId, now);
  });
  const up = (/** @type {PointerEvent} */ event) => {
    const known = down.delete(event.pointerId);
    const {x, y} = place(event);
    if (down.size === 0) surface.classList.remove("dragged");
    if (known && event.type === "pointerup" && down.size === 0 && wandered <= CLICK) {
      moves.click(x, y, event.pointerType === "touch");
    }
  };
  surface.addEventListener("pointerup", up);
  surface.addEventListener("pointercancel", up);
  surface.addEventListener("pointerleave", () => moves.leave());
  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    const {x, y} = place(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    moves.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), x, y);
  }, {passive: false});
  surface.addEventListener("dblclick", (event) => moves.zoom(event.shiftKey ? 0.5 : 2, place(event).x, place(event).y));
  surface.addEventListener("keydown", (event) => listenToKey(event, moves));
}

/**
 * Two fingers: what is between them follows, and grows with their distance.
 * @param {{x: number, y: number}} before
 * @param {{x: number, y: number}} now
 * @param {{x: number, y: number}} other
 * @param {Moves} moves
 */
function pinch(before, now, other, moves) {
  const apart = Math.hypot(before.x - other.x, before.y - other.y);
  if (apart > 0) moves.zoom(Math.hypot(now.x - other.x, now.y - other.y) / apart, (now.x + other.x) / 2, (now.y + other.y) / 2);
  moves.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
}

/**
 * @param {KeyboardEvent} event
 * @param {Moves} moves
 */
function listenToKey(event, moves) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 200 : 60;
  if (event.key in ARROWS) moves.pan(ARROWS[event.key][0] * step, ARROWS[event.key][1] * step);
  else if (event.key === "+" || event.key === "=") moves.zoom(1.4);
  else if (event.key === "-") moves.zoom(1 / 1.4);
  else if (event.key === "0") moves.all();
  else if (event.key === "Enter") moves.chooseMiddle();
  else return;
  event.preventDefault();
}
