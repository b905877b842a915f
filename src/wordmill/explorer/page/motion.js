// Movement over time, for those who like it: where less motion is asked for, the end comes at once.

const LESS = matchMedia("(prefers-reduced-motion: reduce)");

export function lessMotion() {
  return LESS.matches;
}

/**
 * Call `frame` with shares of the way from 0 to 1, evened at both ends.
 * @param {number} milliseconds
 * @param {(share: number) => void} frame
 * @returns {() => void} stops it where it is
 */
export function animate(milliseconds, frame) {
  if (LESS.matches || document.hidden || milliseconds <= 0) {
    frame(1);
    return () => {};
  }
  let handle = 0;
  const begin = performance.now();
  const step = (/** @type {number} */ now) => {
    const share = Math.min(1, Math.max(0, now - begin) / milliseconds);
    frame(share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2);
    if (share < 1) handle = requestAnimationFrame(step);
  };
  handle = requestAnimationFrame(step);
  return () => cancelAnimationFrame(handle);
}
