// Dark or light: what the system says, until somebody chooses.

const KEPT = "wordmill-theme";
const SYSTEM = matchMedia("(prefers-color-scheme: dark)");

/** @returns {Storage | null} null where the page may keep nothing, as inside a notebook */
function keeper() {
  try {
    return localStorage;
  } catch (error) {
    if (error instanceof DOMException && error.name === "SecurityError") return null;
    throw error;
  }
}

/**
 * Follow the button and the system.
 * @param {HTMLElement} button
 * @param {(theme: Theme) => void} changed
 * @returns {Theme} the one to begin with
 */
export function followTheme(button, changed) {
  const set = (/** @type {string} */ name) => {
    document.documentElement.dataset.theme = name;
    button.setAttribute("aria-pressed", String(name === "dark"));
  };
  const system = () => (SYSTEM.matches ? "dark" : "light");
  set(keeper()?.getItem(KEPT) === "dark" ? "dark" : keeper()?.getItem(KEPT) === "light" ? "light" : system());
  button.addEventListener("click", () => {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    keeper()?.setItem(KEPT, name);
    set(name);
    changed(themeNow());
  });
  SYSTEM.addEventListener("change", () => {
    if (keeper()?.getItem(KEPT)) return;
    set(system());
    changed(themeNow());
  });
  return themeNow();
}

/** @returns {Theme} the style sheet's colours, for the canvas */
function themeNow() {
  const style = getComputedStyle(document.documentElement);
  const [paper, ink, muted, accent, line] = ["--paper", "--ink", "--muted", "--accent", "--line"].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  return {paper, ink, muted, accent, line, dark: document.documentElement.dataset.theme === "dark"};
}
