"""What the documents point at is there: links between files, and files of the repository that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:src|native|tests|docs|benchmarks|notebooks)/[\w./-]+)`")


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    assert not missing


def drawn_house() -> set[Path]:
    """Files and directories of the tree on the page of architecture: names before two spaces, indented by two."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn, above = set(), [ROOT]
    for line in text.partition("```text\n")[2].partition("```")[0].splitlines():
        if line and not line.startswith(21 * " "):  # a line that goes on
            depth = (len(line) - len(line.lstrip())) // 2
            names = line.strip().partition("  ")[0].split(", ")
            drawn |= {above[depth] / name for name in names}
            above = [*above[: depth + 1], above[depth] / names[0]]
    return drawn


def test_the_house_on_the_page_of_architecture_is_the_one_that_stands() -> None:
    drawn = drawn_house()
    assert not [path for path in drawn if not path.exists()]
    parts = {path for path in (ROOT / "src" / "wordmill").iterdir() if path.suffix == ".py" or path.is_dir()}
    standing = {path for path in parts if not path.name.startswith("_")}
    assert standing <= drawn, "new parts: give each a line in docs/architecture.md"
    native = {path for path in (ROOT / "native").iterdir() if path.suffix == ".cpp" or path.is_dir()}
    assert native <= drawn
