"""Modules of the page by themselves, in a real browser: names on the map, search, and hands on the map."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from browsing import map_pixels, visit

from wordmill.explorer import Explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_LABELS = """async (zooms) => {
  const {Camera} = await import("/camera.js");
  const {Labels, TakenBoxes} = await import("/labels.js");
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const texts = Array.from({length: 3000}, () => "x".repeat(1 + Math.floor(12 * random())));
  const positions = Float32Array.from({length: 6000}, () => random() ** 2);
  const labels = new Labels(texts, document.createElement("canvas").getContext("2d"));
  const camera = Object.assign(new Camera(), {width: 900, height: 700, x: 0.4, y: 0.4});
  return zooms.map((scale) => {
    camera.scale = scale;
    const chosen = labels.choose(camera, positions, new Uint8Array(12000).fill(255), new TakenBoxes(), 6);
    return chosen.map(({id, left, top, size}) => [id, left, top, labels.width(id, size), size]);
  });
}"""


def test_names_do_not_touch_and_the_frequent_come_first(browser: Browser, server: str) -> None:
    with visit(browser) as seen:
        chosen = seen.open(server).evaluate(_LABELS, [300, 700, 3000, 8000])
    for names in chosen:
        assert len(names) >= 3
        assert [name[0] for name in names] == sorted(name[0] for name in names)
        for (_, left, top, width, size), (_, other, below, wide, _) in combinations(names, 2):
            assert abs(left - other) >= (width + wide) / 2 or abs(top - below) >= size


def test_search_in_a_file_finds_what_a_server_finds(browser: Browser, server: str, everything: Explorer) -> None:
    queries = ["p", "PR", "king", "Kin", "in", "e", "", "nothing like it", "<", "\x1b", "👩", "é"]
    with visit(browser) as seen:
        found = seen.open(server).evaluate(
            """async ([keys, queries]) => {
              const {KeyIndex} = await import("/key_search.js");
              const index = new KeyIndex(keys);
              return queries.map((query) => index.find(query, 5).map((id) => keys[id]));
            }""",
            [everything.map.shown.keys, queries],
        )
    assert found == [[point["key"] for point in everything.questions.search(query, 5)["found"]] for query in queries]


@pytest.mark.parametrize("hands", ["mouse", "one finger", "two fingers"])
def test_the_map_follows_the_hand(browser: Browser, file: str, hands: str) -> None:
    with visit(browser, has_touch=True) as seen:
        page = seen.open(file)
        before = map_pixels(page)
        if hands == "mouse":
            page.mouse.move(300, 300)
            page.mouse.down()
            page.mouse.move(380, 340, steps=4)
            page.mouse.up()
        else:
            session = page.context.new_cdp_session(page)
            for step in range(5):
                first = [{"x": 300 - 15 * step, "y": 300, "id": 0}]
                second = [{"x": 400 + 15 * step, "y": 300, "id": 1}] if hands == "two fingers" else []
                kind = "touchMove" if step else "touchStart"
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": first + second})
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(60)
        assert (map_pixels(page) != before).any()
        assert page.locator("#panel-nearest .rows").count() == 0  # nothing was chosen on the way
