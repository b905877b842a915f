"""The panels in a real browser: what they show is what Python answers, from a server and from one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import map_pixels, seen_as, visit

from wordmill.explorer import Explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_SOURCES = pytest.mark.parametrize("source", ["file", "server"])


@pytest.fixture(name="address")
def _address(source: str, request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(source)
    return address


def keys_in(page: Page, rows: str) -> list[str]:
    return page.locator(f"{rows} .key").all_inner_texts()


@_SOURCES
def test_neighbours_are_those_of_the_full_space(browser: Browser, address: str, everything: Explorer) -> None:
    with visit(browser) as seen:
        page = seen.open(address)
        seen.choose("king")
        page.wait_for_timeout(150)
        near = everything.questions.nearest("king")["neighbours"]
        assert keys_in(page, "#panel-nearest .rows .row-button") == [seen_as(each["key"]) for each in near]
        shown = page.locator("#panel-nearest .row-button .number").all_inner_texts()
        assert shown == [f"{each['cosine']:.2f}".replace("-", "\N{MINUS SIGN}") for each in near]
        assert "of its 10 nearest are near it on this map" in page.locator("#panel-nearest").inner_text()
        page.locator("#panel-nearest .row-button").first.click()
        page.wait_for_selector(f"#panel-nearest h2:has-text('{near[0]['key']}')")


@_SOURCES
def test_an_analogy_has_its_candidates(browser: Browser, address: str, everything: Explorer) -> None:
    with visit(browser) as seen:
        page = seen.open(address)
        page.click("#tab-analogy")
        before = map_pixels(page)
        for place, key in enumerate(["man", "king", "woman"]):
            page.locator("#panel-analogy input").nth(place).fill(key)
            page.keyboard.press("Enter")
        page.wait_for_selector("#panel-analogy .sentence")
        candidates = everything.questions.analogy(["king", "woman"], ["man"])["candidates"]
        found = keys_in(page, "#panel-analogy .row-button")
        assert set(found[:5]) == {seen_as(each["key"]) for each in candidates[:5]}  # a file's numbers are rounded
        assert page.locator("#panel-analogy .sentence").inner_text() == f"man is to king as woman is to {found[0]}"
        assert (map_pixels(page) != before).any()


@_SOURCES
def test_an_axis_lays_the_map_along_it_and_back(browser: Browser, address: str, everything: Explorer) -> None:
    words = ["boy", "girl", "king", "queen"]
    with visit(browser) as seen:
        page = seen.open(address)
        page.click("#tab-axis")
        page.fill("#axis-from", "man, father")
        page.fill("#axis-to", "woman, mother")
        page.fill("#axis-words", "\n".join(words))
        page.locator("#panel-axis button[type=submit]").click()
        page.wait_for_selector("#banner:has-text('from man, father to woman, mother')")
        values = everything.questions.axis(["woman", "mother"], ["man", "father"], words)["values"]
        page.wait_for_selector("#panel-axis section .key")
        listed = page.locator("#panel-axis section").first.locator(".key").all_inner_texts()
        ordered = [values[words.index(word)] for word in listed]
        assert sorted(listed) == sorted(words)
        assert ordered == pytest.approx(sorted(values, reverse=True), abs=0.05)  # a file's numbers are rounded
        page.click("#banner button")
        page.wait_for_selector("#banner", state="hidden")


@_SOURCES
def test_two_models_are_compared(browser: Browser, address: str, everything: Explorer) -> None:
    answer = everything.questions.compare()
    first = answer["changed"][0]
    with visit(browser) as seen:
        page = seen.open(address)
        page.click("#tab-compare")
        page.wait_for_selector("#panel-compare .row-button")
        assert page.locator("#panel-compare .row-button").count() == len(answer["changed"])
        page.locator("#panel-compare .row-button").first.click()
        page.wait_for_selector("#panel-compare .columns")
        assert page.locator("#panel-compare .went").count() == len(first["went"])
        assert page.locator("#panel-compare .came").count() == len(first["came"])
        before = map_pixels(page)
        page.click("#panel-compare [role=switch]")
        page.wait_for_selector("#panel-compare [role=switch][aria-checked=true]")
        page.wait_for_timeout(60)
        assert (map_pixels(page) != before).any()
        page.click("#banner button")
        page.wait_for_selector("#panel-compare [role=switch][aria-checked=false]")


def test_failures_of_evaluation_are_listed(browser: Browser, server: str, everything: Explorer) -> None:
    analogies, pairs = everything.questions.evaluation()["sets"]
    with visit(browser) as seen:
        page = seen.open(server)
        page.click("#tab-errors")
        page.wait_for_selector(".failure")
        assert page.locator(".failure").count() == len(analogies["failures"]) + len(pairs["failures"])
        wrong = analogies["failures"][0]
        text = page.locator(".failure").first.inner_text()
        assert text.startswith(f"{' : '.join(wrong['question'][:2])} = {wrong['question'][2]} : {wrong['expected']}")
        assert f"came {wrong['got']}" in text
        page.locator(".failure").first.click()
        page.locator("#panel-errors button.link").first.click()
        page.wait_for_selector("#legend :text('wrong')")


def test_an_unseen_word_gets_its_place(browser: Browser, server: str, everything: Explorer) -> None:
    with visit(browser) as seen:
        page = seen.open(server)
        page.fill("#search input", "kingdoms")
        page.wait_for_selector("#search .box-last")
        page.press("#search input", "Enter")
        page.wait_for_selector("#panel-nearest h2:has-text('kingdoms')")
        answer = everything.questions.subwords("kingdoms")
        assert "not in the vocabulary" in page.locator("#panel-nearest").inner_text()
        pieces = page.locator("#panel-nearest .row.static .key").all_inner_texts()
        assert pieces == [each["piece"] for each in answer["pieces"]]
        assert keys_in(page, "#panel-nearest .row-button") == [seen_as(each["key"]) for each in answer["neighbours"]]


def test_the_space_says_how_it_is(browser: Browser, file: str, everything: Explorer) -> None:
    about = everything.manifest()
    with visit(browser) as seen:
        page = seen.open(file)
        page.click("#tab-space")
        text = page.locator("#panel-space").inner_text()
        assert f"{about['anisotropy']['mean_cosine']:.2f}" in text
        assert about["anisotropy"]["cure"] in text
        assert about["hubs"]["cure"] in text
        assert page.locator("#panel-space .row .key").count() == len(about["hubs"]["top"])


def test_the_film_plays_to_its_end(browser: Browser, file: str, everything: Explorer) -> None:
    frames = everything.questions.film()["frames"]
    with visit(browser) as seen:
        page = seen.open(file)
        page.click("#tab-film")
        page.wait_for_selector(f".film-title:has-text('{frames[-1]['title']}')")
        last = map_pixels(page)
        page.focus("#film-slider")
        page.keyboard.press("Home")
        page.wait_for_selector(f".film-title:has-text('{frames[0]['title']}')")
        page.wait_for_timeout(60)
        assert (map_pixels(page) != last).any()
        page.click("#panel-film button")
        page.wait_for_selector(f".film-title:has-text('{frames[-1]['title']}')")
        page.click("#tab-nearest")
        page.wait_for_selector("#banner", state="hidden")


def test_every_colour_has_its_legend_and_a_group_can_be_seen_alone(
    browser: Browser, file: str, everything: Explorer
) -> None:
    with visit(browser) as seen:
        page = seen.open(file)
        for colour in everything.manifest()["colours"]:
            page.select_option("#colour", colour["id"])
            page.wait_for_selector(f"#legend-title:text-is('{colour['title']}')")
            expected = 1 if colour["type"] == "number" else len(colour["labels"])
            assert page.locator("#legend .scale, #legend .category").count() == expected
        page.select_option("#colour", "cluster")
        page.locator("#legend .category").first.click()
        page.wait_for_selector("#legend .category[aria-pressed=true]")
