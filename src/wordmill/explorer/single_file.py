"""The map as one HTML file that needs nothing else: the page, its data, and a policy that allows no request."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from wordmill.errors import FormatError
from wordmill.explorer.bundle import bundled
from wordmill.explorer.tables import Table

__all__ = ["PAGE", "html_file"]

PAGE = files("wordmill.explorer") / "page"
_SCRIPT = '<script type="module" src="main.js"></script>'
_STYLE = '<link rel="stylesheet" href="style.css">'
_CHARSET = '<meta charset="utf-8">'
_FETCHES = re.compile(r"""(?i)\b(?:src|href|srcset|action|data)\s*=\s*["']?(?!#|data:)[^\s"'>]|<style|\bstyle\s*=""")
_CSS_FETCHES = re.compile(r"""(?i)@import|url\(\s*["']?(?!data:)|</style""")


def html_file(manifest: Mapping[str, Any], tables: Mapping[str, Table], page: Traversable = PAGE) -> str:
    """Return the page with a manifest and tables inside; what foreign text it holds is JSON or base64."""
    described = {**manifest, "tables": {name: table.described() for name, table in tables.items()}}
    before, after = _page(page)
    return before + "\n".join([_json_block("manifest", described), *map(_block, tables.items())]) + after


def _page(page: Traversable) -> tuple[str, str]:
    """Put the page's style and modules into its HTML: what comes before the data, and after them."""
    sources = {entry.name: entry.read_text(encoding="utf-8") for entry in page.iterdir() if entry.is_file()}
    html, style = sources["index.html"], sources["style.css"]
    script = bundled({name: text for name, text in sources.items() if name.endswith(".js")}, "main.js")
    for part in (_SCRIPT, _STYLE, _CHARSET, "</body>"):
        if html.count(part) != 1:
            raise FormatError(f"index.html of the page must have {part} once, and has it {html.count(part)} times")
    if fetch := _CSS_FETCHES.search(style):
        raise FormatError(f"style.css of the page asks for something else: {fetch[0]}")
    html = html.replace(_SCRIPT, "").replace(_STYLE, "")
    if fetch := _FETCHES.search(html):
        raise FormatError(f"index.html of the page asks for something that a single file cannot have: {fetch[0]}")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    head = f'{_CHARSET}\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>'
    before, _, after = html.replace(_CHARSET, head).partition("</body>")
    return before, f"\n<script>{script}</script>\n</body>{after}"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json_block(name: str, value: Any) -> str:
    """Write JSON in ASCII in which nothing ends the element that it stands in."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _block(named: tuple[str, Table]) -> str:
    name, table = named
    text = base64.b64encode(table.content).decode("ascii")
    return f'<script type="application/octet-stream" id="table:{_attribute(name)}">{text}</script>'


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
