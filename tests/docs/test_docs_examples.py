"""The documents as tests: each page's examples run from top to bottom in a folder of their own.

A block of ```` ```python ```` runs as a script, ```` ```pycon ```` as a session whose answers are compared, and so is
```` ```console ````: each line after `$` is a command. Answers may hold `...`; none is compared where none is shown.
Blocks of other languages (`sh`, `text`) are for reading.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard

import wordmill
from wordmill.datasets import sample_path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SECONDS = 120
TOKENS, LINE = 400_000, 1_000
BLOCK = re.compile(r"^( *)```(python|pycon|console)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def readers_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`corpus.txt`, a piece of the bundled sample in lines, and `model/`, trained on it."""
    folder = tmp_path_factory.mktemp("reader")
    with zstandard.open(sample_path(), "rb") as sample:
        words = sample.read(7 * TOKENS).decode().split()[:TOKENS]
    lines = (" ".join(words[begin : begin + LINE]) for begin in range(0, len(words), LINE))
    (folder / "corpus.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    wordmill.Word2Vec(vector_size=20, epochs=1).fit(folder / "corpus.txt").save(folder / "model")
    return folder


@pytest.fixture
def readers_folder(readers_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of these files to work in."""
    shutil.copytree(readers_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Block(NamedTuple):
    """A block of examples and its place."""

    page: Path
    line: int
    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    content = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(content):
        line = content[: found.start(3)].count("\n")
        yield Block(page, line, found[2], re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE))


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if any(blocks(page))]
)
@pytest.mark.usefixtures("readers_folder")
def test_examples(page: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        RUN[block.language](block, names)


def run_script(block: Block, names: dict[str, Any]) -> None:
    code = compile("\n" * block.line + block.text, str(block.page), "exec")
    exec(code, names)  # noqa: S102


def run_session(block: Block, names: dict[str, Any]) -> None:
    session = doctest.DocTestParser().get_doctest(block.text, names, block.page.name, str(block.page), block.line)
    session.globs = names  # it had taken a copy, which later blocks would not see
    output: list[str] = []
    failed, _ = doctest.DocTestRunner(verbose=False, optionflags=FLAGS).run(
        session, out=output.append, clear_globs=False
    )
    assert not failed, "".join(output)


def run_console(block: Block, names: dict[str, Any]) -> None:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("the commands of the documents are written for sh")
    commands = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}
    for command, expected in console_commands(block.text):
        done = subprocess.run(
            [shell, "-c", command],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", timeout=SECONDS, check=False,
        )  # fmt: skip
        place = f"{block.page}, block at line {block.line}: $ {command}\n{done.stdout}"
        assert done.returncode == 0 or "wordmill: " in expected, place
        if expected:
            assert doctest.OutputChecker().check_output(expected, done.stdout, FLAGS), f"{place}\nnot\n{expected}"


def console_commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block and the answers shown."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        found = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n(.*)", part, flags=re.DOTALL)
        assert found is not None
        yield found[1], found[2]


RUN = {"python": run_script, "pycon": run_session, "console": run_console}
