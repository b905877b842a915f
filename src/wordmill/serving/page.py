"""The page that shows what the server answers, from its description; it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote_plus

from wordmill.serving.description import openapi
from wordmill.serving.questions import QUESTIONS, Question
from wordmill.vectors.keys import Key
from wordmill.version import VERSION

__all__ = ["page", "style"]


def page(keys: Sequence[Key]) -> str:
    """Write the description as a page, with some keys of a model in its examples."""
    described = openapi()
    sections = [
        _section(address, operations, described["components"]["schemas"], keys)
        for address, operations in described["paths"].items()
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>wordmill serve</title>\n<link rel="stylesheet" href="/docs/style.css">\n</head>\n<body>\n<main>\n'
        f"<h1>wordmill serve <small>{escape(VERSION)}</small></h1>\n"
        "<p>Each address answers in JSON. Ask by GET, giving a field several times for several keys, or by POST with "
        "the same fields in JSON, lists for several. What goes wrong is "
        '<code>{"error": "..."}</code> and a status. For programs: <a href="/openapi.json">openapi.json</a>.</p>\n'
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def style() -> str:
    """Return the page's style sheet."""
    return files("wordmill.serving").joinpath("style.css").read_text(encoding="utf-8")


def _section(address: str, operations: Mapping[str, Any], schemas: Mapping[str, Any], keys: Sequence[Key]) -> str:
    kind = QUESTIONS.get(address)
    example = address if kind is None else f"{address}?{kind.example.format(*map(quote_plus, map(str, keys)))}"
    methods = " ".join(f"<b>{escape(method.upper())}</b>" for method in operations)
    lines = [
        f'<section id="{escape(address[1:])}">',
        f"<h2>{methods} <code>{escape(address)}</code></h2>",
        f"<p>{escape(operations['get']['summary'])}.</p>",
        f'<p><a href="{escape(example)}"><code>{escape(example)}</code></a></p>',
    ]
    if kind is not None:
        lines += _table(kind, schemas[kind.__name__])
    return "\n".join([*lines, "</section>"])


def _table(kind: type[Question], schema: Mapping[str, Any]) -> Iterable[str]:
    yield '<div class="wide"><table>\n<thead><tr><th>field<th>takes<th>left out<th>meaning</thead>\n<tbody>'
    for name, fact in schema["properties"].items():
        where = " In JSON alone." if name in kind.only_in_json else ""
        cells = (
            f"<code>{escape(name)}</code>",
            escape(_takes(fact)),
            "needed" if name in schema.get("required", ()) else escape(_left_out(fact.get("default"))),
            escape(fact.get("description", "") + where),
        )
        yield "<tr>" + "".join(f"<td>{cell}" for cell in cells)
    yield "</tbody>\n</table></div>"


def _takes(fact: Mapping[str, Any]) -> str:
    """Say in words what a field takes."""
    if "anyOf" in fact:
        return " or ".join(_takes(one) for one in fact["anyOf"] if one.get("type") != "null")
    if fact.get("type") == "array":
        return (
            "lists of numbers" if fact["items"].get("type") == "array" else f"one or several: {_takes(fact['items'])}"
        )
    bounds = [f"from {fact['minimum']}"] if "minimum" in fact else []
    return " ".join([str(fact.get("type", "")), *bounds])


def _left_out(default: object) -> str:
    return "" if default in (None, []) else str(default).lower()
