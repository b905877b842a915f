from __future__ import annotations

import base64
import gzip
import hashlib
import html.parser
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explorer_models import HOSTILE

from wordmill.errors import FormatError
from wordmill.explorer import Explorer
from wordmill.explorer.packing import packed
from wordmill.explorer.single_file import html_file

INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>x</title>
<link rel="stylesheet" href="style.css">
<script type="module" src="main.js"></script>
</head>
<body><p id="x"></p></body>
</html>
"""
FILES = {"index.html": INDEX, "style.css": "p { color: green; }\n", "main.js": "const begun = 1;\n"}


@pytest.fixture(name="page")
def _page(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


class Elements(html.parser.HTMLParser):
    """The scripts and styles of a page as a browser cuts them: attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attrs, text = self.found[-1]
            self.found[-1] = tag, attrs, text + data


def blocks(text: str) -> dict[str, str]:
    return {attrs["id"]: inside for tag, attrs, inside in Elements(text).found if tag == "script" and "id" in attrs}


def test_the_file_holds_what_the_tables_hold(explorer: Explorer, page: Path) -> None:
    manifest, tables = packed(explorer.manifest(), explorer.tables, explorer.questions)
    found = blocks(html_file(manifest, tables, page))
    about = json.loads(found["manifest"])
    assert set(found) == {"manifest", *(f"table:{name}" for name in about["tables"])}
    content = {
        name: gzip.decompress(base64.b64decode(found[f"table:{name}"], validate=True)) for name in about["tables"]
    }
    assert json.loads(content["keys"])[: len(HOSTILE)] == HOSTILE
    assert about["tables"]["keys"]["encoding"] == "gzip"
    shape, units = about["tables"]["vectors"]["shape"], explorer.map.shown.units
    vectors = np.frombuffer(content["vectors"], np.int8).reshape(shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors @ vectors.T, units @ units.T, atol=0.05)
    near = np.frombuffer(content["neighbours"], about["tables"]["neighbours"]["dtype"]).reshape(-1, 10)
    np.testing.assert_array_equal(near, explorer.map.neighbours.ids)


def test_foreign_text_is_text_and_nothing_else(explorer: Explorer, page: Path) -> None:
    manifest, tables = packed(explorer.manifest(), explorer.tables, explorer.questions)
    named = {**manifest, "model": HOSTILE[0], "limits": HOSTILE}
    text = html_file(named, tables, page)
    found = Elements(text).found
    assert json.loads(blocks(text)["manifest"])["limits"] == HOSTILE
    assert [tag for tag, attrs, _ in found if tag == "script" and "type" not in attrs] == ["script"]
    assert "alert(1)" not in "".join(inside for tag, attrs, inside in found if attrs.get("id") != "manifest")
    assert text.isascii()


def test_the_policy_allows_its_own_script_and_style_alone(explorer: Explorer, page: Path) -> None:
    text = html_file(*packed(explorer.manifest(), explorer.tables, explorer.questions), page)
    found = Elements(text).found
    (policy,) = [a["content"] for tag, a, _ in found if a.get("http-equiv") == "Content-Security-Policy"]
    (script,) = [inside for tag, attrs, inside in found if tag == "script" and not attrs]
    (style,) = [inside for tag, attrs, inside in found if tag == "style"]
    for kind, inside in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert not re.search(r'\b(?:src|href)="', text)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("index.html", INDEX.replace("</body>", '<img src="logo.png"></body>'), "src="),
        ("index.html", INDEX.replace("<p id", '<p style="color: red" id'), "style="),
        ("index.html", INDEX.replace("main.js", "other.js"), "must have"),
        ("style.css", "@import 'x.css';", "@import"),
        ("style.css", "p { background: url(x.png); }", "url"),
    ],
)
def test_a_page_that_asks_for_more_is_refused(explorer: Explorer, page: Path, name: str, text: str, says: str) -> None:
    (page / name).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=says):
        html_file({}, {}, page)


def test_vectors_are_coarser_where_room_is_short_and_left_out_with_a_word(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, whole = packed(explorer.manifest(), explorer.tables, explorer.questions)
    total, sizes = sum(len(table.content) for table in whole.values()), []
    for left_over in (0, -1, -len(whole["vectors"].content)):
        monkeypatch.setattr("wordmill.explorer.packing.LARGEST", (total + left_over + 0.5) * 4 / 3)
        manifest, tables = packed(explorer.manifest(), explorer.tables, explorer.questions)
        sizes.append(len(tables["vectors"].content) if "vectors" in tables else 0)
        assert manifest["features"]["analogy"] is manifest["features"]["axis"] is ("vectors" in tables)
    assert len(whole["vectors"].content) == sizes[0] > sizes[1] > sizes[2] == 0, sizes
    assert "do not fit" in manifest["limits"][-1]


def test_the_page_itself_becomes_one_file(explorer: Explorer, tmp_path: Path) -> None:
    explorer.save(tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert set(explorer.manifest()["tables"]) < {name.removeprefix("table:") for name in blocks(text)}
    assert len(text) < 400_000
