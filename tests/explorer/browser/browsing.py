"""Pages under test: what they asked for, what they complained of, and what is drawn on them."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["Visit", "chromium_path", "map_pixels", "middle_of_colour", "seen_as", "visit"]

_NOT_OURS = ("GPU stall due to ReadPixels",)  # Chromium of itself, where there is no graphics card


def chromium_path() -> str | None:
    """Where a Chromium is that Playwright did not bring: WORDMILL_CHROMIUM, or the system's."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("WORDMILL_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


class Visit:
    """A page with the addresses that it asked for, and what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._refuse)
        page.on("console", self._hear)

    def _refuse(self, dialog: Any) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in _NOT_OURS):
            self.complaints.append(message.text)

    def open(self, address: str) -> Page:
        """Go there, and wait until the map is drawn and the panels are there."""
        self.page.goto(address)
        self.page.wait_for_selector("#loading", state="hidden")
        self.page.wait_for_selector("#tabs [role=tab]")
        return self.page

    def until(self, function: str, argument: Any, wanted: Any) -> None:
        """Wait until a function has a value (Playwright's own wait needs what the page's policy forbids)."""
        found = None
        for _ in range(200):
            if (found := self.page.evaluate(function, argument)) == wanted:
                return
            self.page.wait_for_timeout(25)
        assert found == wanted

    def choose(self, key: str) -> None:
        """Search for a key and take it."""
        self.page.fill("#search input", key)
        self.page.wait_for_selector("#search [role=listbox]:not([hidden])")
        self.page.press("#search input", "Enter")
        self.page.wait_for_selector("#panel-nearest .rows")


@contextmanager
def visit(browser: Browser, *, expected: tuple[str, ...] = (), **context: Any) -> Iterator[Visit]:
    """Give a page of its own; complaints other than those that are expected fail at the end."""
    settings = {"viewport": {"width": 1200, "height": 800}, "reduced_motion": "reduce", **context}
    own = browser.new_context(**settings)
    own.set_default_timeout(10_000)
    try:
        found = Visit(own.new_page())
        yield found
        unexpected = [text for text in found.complaints if not any(part in text for part in expected)]
        assert not unexpected
    finally:
        own.close()


def map_pixels(page: Page) -> NDArray[np.uint8]:
    """Return what the map shows, (height, width, 3)."""
    picture = Image.open(io.BytesIO(page.locator("#surface").screenshot()))
    return np.asarray(picture.convert("RGB"))


def middle_of_colour(pixels: NDArray[np.uint8], colour: str) -> tuple[float, float]:
    """Return where the pixels of a colour, #rrggbb, have their middle: from the left and from the top."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    tops, lefts = np.nonzero((pixels == wanted).all(axis=2))
    assert len(tops), f"nothing is {colour}"
    return float(lefts.mean()), float(tops.mean())


def seen_as(key: str) -> str:
    """Return how a key is shown: what cannot be seen by its picture or its code."""
    pictures = {code: chr(0x2400 + code) for code in range(32)} | {0x202E: "⟨202E⟩"}
    return key.translate(pictures)
