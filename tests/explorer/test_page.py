"""The page's files as they are written: what must never stand in them, and colours that can be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.resources import as_file

import pytest

from wordmill.explorer.single_file import PAGE

_FILES = {entry.name: entry.read_text(encoding="utf-8") for entry in PAGE.iterdir() if entry.is_file()}
_MODULES = sorted(name for name in _FILES if name.endswith(".js"))


@pytest.mark.parametrize("name", _MODULES)
def test_no_module_reads_text_as_html_or_code(name: str) -> None:
    refused = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc"
    refused += r"|\beval\(|new Function|javascript:|setAttribute\(\"(?:style|on)|\bhttps?://"
    assert not re.findall(refused, _FILES[name])


def test_the_page_asks_for_nothing_but_its_own_files_and_has_no_handlers_in_it() -> None:
    html = _FILES["index.html"]
    assert re.findall(r'(?:src|href)="([^"]*)"', html) == ["data:,", "style.css", "main.js"]
    assert not re.search(r"\son\w+=|\sstyle=|<style", html)
    assert not re.search(r"url\(|@import", _FILES["style.css"])


def test_the_webgl_part_can_be_read() -> None:
    assert len(_FILES["webgl_points.js"].splitlines()) < 800
    assert all(
        "webgl" not in _FILES[name].lower()
        for name in _MODULES
        if name not in {"webgl_points.js", "canvas_points.js", "map.js"}
    )


def _colours(block: str) -> dict[str, list[float]]:
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block)
    return {name: [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)] for name, code in found}


def _luminance(colour: list[float]) -> float:
    red, green, blue = (band / 12.92 if band <= 0.04045 else ((band + 0.055) / 1.055) ** 2.4 for band in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [":root {", ':root[data-theme="dark"] {'])
def test_text_stands_out_from_its_ground(theme: str) -> None:
    colours = _colours(_FILES["style.css"].partition(theme)[2].partition("}")[0])
    pairs = [("ink", ground) for ground in ("paper", "surface", "raised", "field")]
    pairs += [("muted", "surface"), ("muted", "field"), ("muted", "paper"), ("accent", "surface"), ("bad", "raised")]
    for text, ground in pairs:
        light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_the_types_of_the_modules_agree() -> None:
    compiler = shutil.which("tsc")
    if compiler is None:
        pytest.skip("no TypeScript, which checks the types in the modules' comments: apt install node-typescript")
    options = (
        "--noEmit --allowJs --checkJs --strict --noImplicitAny false --target es2022 --lib es2022,dom,dom.iterable"
    )
    with as_file(PAGE) as folder:
        command = [compiler, *options.split(), *(str(folder / name) for name in _MODULES)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
