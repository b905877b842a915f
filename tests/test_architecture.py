"""Imports go one way: read from the source, so that an import inside a function or for types alone counts too."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "wordmill"

# A part may import the parts above its own line, and itself: never its neighbours on the line, never what is below.
LEVELS = [
    {"foreign", "key_index"},
    {"errors", "other_names", "version", "_core"},
    {"text"},
    {
        "compression",
        "core",
        "durations",
        "extras",
        "free_memory",
        "hints",
        "paths",
        "presets",
        "key_index",
        "mapped",
        "safetensors",
        "saving",
        "standard_streams",
        "symptoms",
    },
    {"phrases"},
    {"config"},
    {"sources"},
    {"layers", "corpus", "vectors"},
    {"evaluation", "graphs", "serving"},
    {"plots"},
    {"training"},
    {"compat", "datasets", "recommendation"},
    {"tuning"},
    {"explorer"},
    {"cli"},
    {"__main__"},
]
LEVEL = {part: level for level, parts in enumerate(LEVELS) for part in parts}
# Work without the compiled core and without a corpus.
FREE = {"sources", "layers", "vectors", "evaluation", "plots", "serving"}
# Looks whether the core is there.
OPTIONAL_CORE = ("vectors/optional_core.py", "core")


def parts() -> list[str]:
    """Modules and packages at the top of wordmill; the top itself only names them and loads them on first use."""
    return sorted({path.stem for path in PACKAGE.iterdir() if is_part(path)} - {"__init__", "_core"})


def is_part(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


def imports(part: str) -> Iterator[tuple[str, str]]:
    """Yield the places where a part imports from wordmill, and the part of it that is imported."""
    root = PACKAGE / part
    for path in sorted(root.rglob("*.py")) if root.is_dir() else [root.with_suffix(".py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _names(node):
                top, _, rest = name.partition(".")
                if top == "wordmill" and rest:
                    yield f"{path.relative_to(PACKAGE)}, line {node.lineno}", rest.partition(".")[0]  # type: ignore[attr-defined]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: write imports from the top, wordmill...."
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def test_every_part_has_a_level() -> None:
    assert set(parts()) <= set(LEVEL), "give the new part its level above, and DESIGN's house a line"


@pytest.mark.parametrize("part", parts())
def test_imports_go_one_way(part: str) -> None:
    upward = [
        f"{place}: {part} imports {imported}"
        for place, imported in imports(part)
        if imported in LEVEL and imported != part and LEVEL[imported] >= LEVEL[part]
    ]
    assert not upward, "\n".join(upward)


@pytest.mark.parametrize("part", sorted(FREE))
def test_free_parts_import_neither_core_nor_corpus(part: str) -> None:
    allowed = FREE | {part for part in LEVEL if LEVEL[part] < LEVEL["sources"]} - {"_core", "core"}
    needed = [(place, imported) for place, imported in imports(part) if imported in set(LEVEL) - allowed]
    assert not [place for place, imported in needed if (place.partition(",")[0], imported) != OPTIONAL_CORE]


def modules() -> dict[str, Path]:
    """Every module of wordmill by its name; a package's is that of its `__init__.py`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        names = ["wordmill", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


def imported_modules(path: Path, known: Collection[str]) -> set[str]:
    """Names of the modules that a file imports: `from a import b` is a.b where that is a module, else a."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in _names(node):
            if name not in known and isinstance(node, ast.ImportFrom):
                name = name.rpartition(".")[0] if name != "wordmill._core" else ""  # noqa: PLW2901 (compiled: no imports)
            found.add(name)
    return found & set(known)


def test_no_modules_import_each_other_in_a_circle() -> None:
    """What imports what is a graph without circles, imports inside functions and for types too."""
    known = modules()
    order = graphlib.TopologicalSorter({name: imported_modules(path, known) for name, path in known.items()})
    try:
        order.prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_free_parts_load_without_the_core() -> None:
    loads = "\n".join(f"import wordmill.{part}" for part in sorted(FREE))
    script = f"import sys; sys.modules['wordmill._core'] = None\n{loads}"
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


def test_foreign_values_are_quoted_by_one_function() -> None:
    """A `!r` of a key, a path or a line can be of any length: `wordmill.foreign.quoted` bounds it."""
    found = [
        f"{path.relative_to(PACKAGE)}, line {node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
    ]
    assert not found, f"write {{quoted(value)}} in place of {{value!r}}: {found}"
