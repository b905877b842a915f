"""The page in a real browser: how it loads, what it may not do, and how it is used without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
import pytest
from browsing import map_pixels, middle_of_colour, seen_as, visit
from explorer_models import HOSTILE

from wordmill.explorer import Explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_ACCENT = "#b8205a"  # of the chosen point, in the light
_PAPER = [251, 250, 248]


def drawn_share(page: Page) -> float:
    """Return the share of the map that is not the bare ground."""
    return float((map_pixels(page) != _PAPER).any(axis=2).mean())


def test_one_file_works_with_no_request_to_anywhere(browser: Browser, file: str, everything: Explorer) -> None:
    with visit(browser, offline=True) as seen:
        page = seen.open(file)
        seen.choose("king")
        assert page.locator("#panel-nearest h2").inner_text() == "king"
        for tab in page.locator("[role=tab]").all():
            tab.click()
        assert seen.requests == [file]
        assert drawn_share(page) > 0.005
        assert page.locator("#surface").get_attribute("aria-label") == (
            f"Map of {len(everything.map.shown)} words of \u2068{everything.map.name}\u2069"
        )


def test_a_server_is_asked_for_everything_and_nobody_else(browser: Browser, server: str) -> None:
    with visit(browser) as seen:
        page = seen.open(server)
        seen.choose("king")
        assert all(address.startswith((server, "data:")) for address in seen.requests)
        assert any("api/nearest" in address for address in seen.requests)
        assert drawn_share(page) > 0.005


@pytest.mark.parametrize("source", ["file", "server"])
def test_what_is_not_the_pages_own_does_not_run(browser: Browser, source: str, request: pytest.FixtureRequest) -> None:
    with visit(browser, expected=("Content Security Policy", "Content-Security-Policy", "Failed to fetch")) as seen:
        page = seen.open(request.getfixturevalue(source))
        violations = page.evaluate(
            """async () => {
              const seen = [];
              document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
              const script = document.createElement("script");
              script.textContent = "window.hit = 1";
              const image = document.createElement("img");
              image.setAttribute("onerror", "window.hit = 1");
              image.src = "http://127.0.0.1:9/x.png";
              document.body.append(script, image);
              await fetch("http://127.0.0.1:9/").catch(() => {});
              await new Promise((done) => setTimeout(done, 50));
              return [window.hit ?? null, ...new Set(seen)];
            }"""
        )
        assert violations[0] is None
        assert {"script-src-elem", "script-src-attr", "img-src", "connect-src"} <= set(violations[1:])


def test_search_completes_and_the_address_leads_back(browser: Browser, server: str, everything: Explorer) -> None:
    with visit(browser) as seen:
        page = seen.open(server)
        page.keyboard.press("/")
        page.keyboard.type("pri")
        page.wait_for_selector("#search [role=option]")
        found = page.locator("#search .key").all_inner_texts()
        assert found == [point["key"] for point in everything.questions.search("pri")["found"]]
        page.keyboard.press("ArrowDown")
        assert page.locator("#search [aria-selected=true]").count() == 1
        active = page.locator("#search input").get_attribute("aria-activedescendant")
        assert page.locator("#search [aria-selected=true]").get_attribute("id") == active
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#panel-nearest h2:has-text('{found[0]}')")
        assert page.url.endswith(f"#{found[0]}")
        seen.choose("king")
        page.go_back()
        page.wait_for_selector(f"#panel-nearest h2:has-text('{found[0]}')")
    with visit(browser) as linked:
        linked.open(f"{server}#paris")
        linked.page.wait_for_selector("#panel-nearest h2:has-text('paris')")


def test_enter_takes_the_key_however_it_is_written(browser: Browser, file: str) -> None:
    with visit(browser) as seen:
        page = seen.open(file)
        for typed, meant in {"KING": "king", "Paris": "paris", "madr": "madrid"}.items():
            page.fill("#search input", typed)
            page.wait_for_selector("#search [role=option]")
            page.press("#search input", "Enter")
            page.wait_for_selector(f"#panel-nearest h2 .key:text-is('{meant}')")


@pytest.mark.parametrize("renderer", ["", "?renderer=canvas"])
def test_a_click_on_a_point_chooses_it(browser: Browser, file: str, renderer: str) -> None:
    with visit(browser) as seen:
        page = seen.open(file + renderer)
        seen.choose("berlin")
        left, top = middle_of_colour(map_pixels(page), _ACCENT)
        page.focus("#surface")
        page.keyboard.press("Escape")
        page.wait_for_selector("#panel-nearest h2:has-text('words')")
        page.click("#surface", position={"x": left, "y": top})
        page.wait_for_selector("#panel-nearest h2:has-text('berlin')")


def test_both_ways_of_drawing_show_the_same_map(browser: Browser, file: str) -> None:
    shown = []
    for renderer in ("", "?renderer=canvas"):
        with visit(browser) as seen:
            page = seen.open(file + renderer)
            kind = page.evaluate("document.getElementById('points').getContext('webgl2') !== null")
            assert kind == (not renderer)
            shown.append((map_pixels(page) != _PAPER).any(axis=2))
            page.fill("#search input", "r")  # a box over the middle: what is beside it stays
            page.wait_for_selector("#search [role=option]")
            assert (map_pixels(page)[-200:] != _PAPER).any(axis=2).sum() == shown[-1][-200:].sum()
    differing = np.logical_xor(*shown).sum() / np.logical_or(*shown).sum()
    assert differing < 0.25  # the edges of discs


def test_a_lost_graphics_context_comes_back(browser: Browser, file: str) -> None:
    with visit(browser, expected=("CONTEXT_LOST",)) as seen:
        page = seen.open(file)
        before = drawn_share(page)
        page.evaluate(
            """async () => {
              const lose = document.getElementById("points").getContext("webgl2").getExtension("WEBGL_lose_context");
              lose.loseContext();
              await new Promise((done) => setTimeout(done, 100));
              lose.restoreContext();
              await new Promise((done) => setTimeout(done, 300));
            }"""
        )
        assert drawn_share(page) == pytest.approx(before, rel=0.05)


def test_the_keyboard_moves_the_map_and_chooses(browser: Browser, file: str) -> None:
    with visit(browser) as seen:
        page = seen.open(file)
        page.focus("#surface")
        views = [map_pixels(page)]
        for key in ("ArrowRight", "+", "0"):
            page.keyboard.press(key)
            page.wait_for_timeout(60)
            views.append(map_pixels(page))
        assert (views[0] != views[1]).any()
        assert (views[1] != views[2]).any()
        assert (views[2] != views[3]).any()
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel-nearest .rows")
        page.focus("#tab-nearest")
        page.keyboard.press("End")
        assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Film"
        page.keyboard.press("Home")
        assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Nearest"


def test_a_narrow_window_has_its_panels_in_a_sheet(browser: Browser, file: str) -> None:
    with visit(browser, viewport={"width": 390, "height": 844}, has_touch=True) as seen:
        page = seen.open(file)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not page.locator("#panel-nearest").is_visible()
        assert not page.locator("#colour").is_visible()
        page.tap("#options-toggle")
        page.select_option("#colour", "cluster")
        page.keyboard.press("Escape")
        assert not page.locator("#colour").is_visible()
        seen.choose("rome")
        box = page.locator("#sheet").bounding_box()
        assert box is not None
        assert box["y"] > 844 * 0.4
        left, top = middle_of_colour(map_pixels(page)[: int(box["y"]) - 60], _ACCENT)
        assert 0 < left < 390
        assert top > 0
        page.tap("#sheet-handle")
        assert not page.locator("#panel-nearest").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("source", ["file", "server"])
def test_keys_that_mean_harm_are_text(browser: Browser, source: str, request: pytest.FixtureRequest) -> None:
    with visit(browser) as seen:
        page = seen.open(request.getfixturevalue(source))
        elements = "document.querySelectorAll('script, img, b').length"
        before = page.evaluate(elements)
        for key in HOSTILE:
            page.evaluate("(key) => { location.hash = encodeURIComponent(key); }", key)
            seen.until("() => document.querySelector('#panel-nearest h2').textContent", None, seen_as(key))
            assert unquote(page.url.partition("#")[2]) == key
        assert page.evaluate(elements) == before


def test_dark_and_light_follow_the_system_until_somebody_chooses(browser: Browser, server: str) -> None:
    with visit(browser, color_scheme="dark") as seen:
        page = seen.open(server)
        ground = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(ground)
        assert page.locator("#theme").get_attribute("aria-pressed") == "true"
        page.click("#theme")
        assert page.evaluate(ground) == "rgb(251, 250, 248)" != dark
        page.reload()
        page.wait_for_selector("#loading", state="hidden")
        assert page.evaluate(ground) == "rgb(251, 250, 248)"


_NAMELESS = """() => {
  const controls = ["button", "input", "select", "textarea", "summary", "a[href]", "[role=application]", "[role=tab]",
    "[role=option]", "[role=img]"];
  const seen = (node) => node.checkVisibility() && !node.closest("[aria-hidden=true]");
  const texts = (nodes) => [...nodes].map((node) => node?.textContent).join("");
  const labels = (node) =>
    (node.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
  const name = (node) =>
    node.getAttribute("aria-label") || texts(labels(node)) || texts(node.labels ?? []) || node.textContent;
  const nodes = [...document.querySelectorAll(controls.join(", "))];
  return nodes.filter((node) => seen(node) && !name(node).trim()).map((node) => node.outerHTML);
}"""


@pytest.mark.parametrize("width", [1200, 390])
def test_every_control_has_a_name_and_every_tab_is_in_sight(browser: Browser, file: str, width: int) -> None:
    with visit(browser, viewport={"width": width, "height": 800}) as seen:
        page = seen.open(file)
        seen.choose("king")
        session = page.context.new_cdp_session(page)
        for tab in page.locator("[role=tab]").all():
            tab.click()
            page.wait_for_timeout(30)
            right = "(tabs) => tabs.map((tab) => tab.getBoundingClientRect().right)"
            ends = page.locator("[role=tab]").evaluate_all(right)
            assert max(ends) <= width
            assert page.evaluate(_NAMELESS) == []
            tree = session.send("Accessibility.getFullAXTree")["nodes"]
            controls = {
                "button",
                "textbox",
                "combobox",
                "slider",
                "radio",
                "tab",
                "switch",
                "spinbutton",
                "application",
            }
            named = [(node["role"]["value"], node.get("name", {}).get("value")) for node in tree if not node["ignored"]]
            assert all(name for role, name in named if role in controls), [
                each for each in named if each[0] in controls
            ]
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
        assert len(ids) == len(set(ids))


def test_what_goes_wrong_is_said_in_a_line(browser: Browser, server: str, file: str) -> None:
    with visit(browser, expected=("Failed to load resource",)) as seen:
        page = seen.open(server)
        page.click("#tab-analogy")
        page.locator("#panel-analogy button[type=submit]").click()
        assert "fill in all three" in page.locator("[role=alert]").inner_text()
        page.route("**/api/nearest*", lambda route: route.abort())
        page.fill("#search input", "king")
        page.press("#search input", "Enter")
        page.wait_for_selector("[role=alert]:has-text('does not answer')")
        page.unroute("**/api/nearest*")
        page.route("**/api/nearest*", lambda route: route.fulfill(status=400, json={"error": "no <b>such</b> key"}))
        page.press("#search input", "Enter")
        page.wait_for_selector("[role=alert]:has-text('no <b>such</b> key')")
    with visit(browser) as alone:
        page = alone.open(file)
        page.fill("#search input", "kingdoms")
        page.press("#search input", "Enter")
        page.wait_for_selector("[role=alert]:has-text('no vector')")
