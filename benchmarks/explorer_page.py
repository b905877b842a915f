"""Measure the explorer's page in headless Chromium: first paint, neighbours, search, frames while zooming.

    python benchmarks/explorer_page.py                       # made vectors, 50,000 x 100
    python benchmarks/explorer_page.py --model model/ --umap

Needs Playwright's Python package and a Chromium, which draws on the processor (SwiftShader) where no graphics card is.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from markdown import table
from wordmill.explorer import Explorer, explore
from wordmill.serving import Background
from wordmill.vectors import KeyedVectors

# Milliseconds until the neighbours of a key are listed and their drawing is asked for.
NEIGHBOURS = """async (key) => {
  performance.clearMarks("wordmill-neighbours");
  const begin = performance.now();
  location.hash = encodeURIComponent(key);
  let marks = [];
  while (!marks.length) {
    await new Promise((done) => setTimeout(done));
    marks = performance.getEntriesByName("wordmill-neighbours");
  }
  return marks[0].startTime - begin;
}"""
# Milliseconds from a letter to the list of completions; the page itself waits 90 for the next letter.
SEARCH = """async (text) => {
  const input = document.querySelector("#search input");
  const list = document.querySelector("#search [role=listbox]");
  input.focus();
  list.hidden = true;
  input.value = text;
  const begin = performance.now();
  input.dispatchEvent(new Event("input"));
  while (list.hidden) await new Promise((done) => setTimeout(done));
  return performance.now() - begin;
}"""
# Milliseconds between frames while the wheel zooms in and out without a pause.
FRAMES = """(count) => new Promise((done) => {
  const surface = document.getElementById("surface");
  const box = surface.getBoundingClientRect();
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length > count) {
      done(times.slice(1).map((time, at) => time - times[at]));
      return;
    }
    surface.dispatchEvent(new WheelEvent("wheel", {
      deltaY: times.length % 80 < 40 ? -60 : 60, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2,
      cancelable: true,
    }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def made_vectors(count: int, size: int) -> KeyedVectors:
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((64, size))
    rows = centres[rng.integers(64, size=count)] + 1.2 * rng.standard_normal((count, size))
    counts = (1e7 / np.arange(10, count + 10)).astype(np.int64)
    return KeyedVectors([f"word{row}" for row in range(count)], rows.astype(np.float32), counts=counts)


def measured(browser: Any, address: str, keys: list[str], frames: int) -> list[str]:
    """Open the page, and write what it takes: milliseconds, the median unless said otherwise."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#loading", state="hidden")
    page.wait_for_selector("#tabs [role=tab]")
    page.wait_for_timeout(1500)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    drawn = page.evaluate("performance.getEntriesByName('wordmill-drawn')[0].startTime")
    between = page.evaluate(FRAMES, frames)
    near = [page.evaluate(NEIGHBOURS, key) for key in keys]
    found = [page.evaluate(SEARCH, key[:5]) for key in keys]
    context.close()
    slow = float(np.quantile(between, 0.95))
    numbers = [paint, drawn, *(statistics.median(each) for each in (near, found, between)), slow]
    return [f"{value:,.0f}" for value in numbers]


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    sys.exit("no Chromium: apt install chromium")


def rows_of(explorer: Explorer, folder: Path, frames: int) -> list[list[str]]:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        sys.exit("no Playwright: pip install playwright")
    file, keys = folder / "map.html", explorer.map.shown.keys
    explorer.save(file)
    asked = [keys[place] for place in np.linspace(1, len(keys) - 1, 15).astype(int).tolist()]
    with Background(explorer.application()) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        rows = [
            [title, *measured(browser, address, asked, frames)]
            for title, address in {
                f"one file, {file.stat().st_size / 1e6:.1f} MB, WebGL": file.as_uri(),
                "one file, canvas": f"{file.as_uri()}?renderer=canvas",
                "server, WebGL": f"{server.address}/",
            }.items()
        ]
        browser.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model, in place of made vectors")
    parser.add_argument("--keys", type=int, default=50_000, help="keys on the map")
    parser.add_argument("--size", type=int, default=100, help="numbers of a made vector")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--umap", action="store_true", help="lay out by UMAP, too")
    options = parser.parse_args()
    model = options.model or made_vectors(options.keys, options.size)
    explorer = explore(model, keys=options.keys, umap=options.umap)
    heading = ["", "first paint", "map drawn", "neighbours", "search", "frame", "19 of 20 frames"]
    with tempfile.TemporaryDirectory() as folder:
        lines = table(heading, rows_of(explorer, Path(folder), options.frames))
    print(
        f"{len(explorer.map.shown):,} keys of {explorer.map.vectors.vector_size} numbers, milliseconds:", "", sep="\n"
    )
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
