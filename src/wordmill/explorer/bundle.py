"""The page's modules as one script: a bundler for a small, strict part of JavaScript's modules.

It knows `import {a, b} from "./x.js";` and `export` before a function, class or constant, at the beginning of a line,
and refuses whatever else could mean something to a module, so that nothing is bundled wrong in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from wordmill.errors import FormatError

__all__ = ["bundled"]

_IMPORT = re.compile(r'^import \{([^{}]*)\} from "\./([\w-]+\.js)";$', re.MULTILINE)
_DECLARATION = r"(?:async function\*?|function\*?|class|const|let|var)\s+([\w$]+|[{\[])"
_EXPORT = re.compile(f"^export (?={_DECLARATION})", re.MULTILINE)
_TOP = re.compile(f"^{_DECLARATION}", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_REFUSED = {
    r"^\s*import\b": 'an import that is not of the form import {a, b} from "./x.js";',
    r"^\s*export\b": "an export that is not before a function, class, const or let at the beginning of a line",
    r"\bimport\s*[(.]": "a dynamic import or import.meta",
    r"(?i)</script|<!--": "what would end the script that it stands in",
}


@dataclass(frozen=True)
class _Module:
    """A module without its imports and exports: text, names that it imports by module, names at its top, exports."""

    text: str
    imports: Mapping[str, list[str]]
    names: list[str]
    exports: frozenset[str]


def bundled(sources: Mapping[str, str], main: str) -> str:
    """Return one classic script that does what the module `main` does, with those that it imports.

    Parameters
    ----------
    sources
        The text of every module by its file name.
    main
        Where it begins.

    Raises
    ------
    FormatError
        Something in a module is not understood; the message names the module and the line.
    """
    modules: dict[str, _Module] = {}
    waiting = [main]
    while waiting:
        name = waiting.pop()
        if name in modules:
            continue
        modules[name] = _read(name, sources)
        waiting += modules[name].imports
    _check_names(modules)
    try:
        order = [*TopologicalSorter({name: list(module.imports) for name, module in modules.items()}).static_order()]
    except CycleError as error:
        raise FormatError(f"modules of the page import each other in a circle: {' <- '.join(error.args[1])}") from None
    body = "\n".join(f"// {name}\n{modules[name].text.strip()}\n" for name in order)
    return f'(async () => {{\n"use strict";\n{body}}})();\n'


def _read(name: str, sources: Mapping[str, str]) -> _Module:
    if name not in sources:
        raise FormatError(f"the page has no module {name}")
    imports: dict[str, list[str]] = {}
    for found in _IMPORT.finditer(sources[name]):
        names = [each.strip() for each in found[1].split(",") if each.strip()]
        if wrong := [each for each in names if not _NAME.fullmatch(each)]:
            raise FormatError(f"{name} imports {wrong[0]} from {found[2]}: import a name as it is")
        imports.setdefault(found[2], []).extend(names)
    text = _IMPORT.sub(lambda found: "\n" * found[0].count("\n"), sources[name])  # lines keep their numbers
    exports = frozenset(_EXPORT.findall(text))
    text = _EXPORT.sub("", text)
    for pattern, what in _REFUSED.items():
        if refused := re.search(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, refused.end()) + 1
            raise FormatError(f"{name}, line {line}: the bundler does not know {what}")
    return _Module(text, imports, _TOP.findall(text), exports)


def _check_names(modules: Mapping[str, _Module]) -> None:
    """Refuse names that mean one thing in a module and another in the bundle."""
    owners: dict[str, str] = {}
    for name, module in modules.items():
        for declared in module.names:
            if declared in "{[":
                raise FormatError(f"{name}: a declaration at the top that takes apart: give each name its own")
            if owners.setdefault(declared, name) != name:
                raise FormatError(f"{name} and {owners[declared]} both declare {declared} at their top: rename one")
        for origin, names in module.imports.items():
            if missing := [each for each in names if each not in modules[origin].exports]:
                raise FormatError(f"{name} imports {missing[0]}, which {origin} does not export")
