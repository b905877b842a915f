"""Markdown: tables, and the blocks between markers in files that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["caption", "number", "table", "update_blocks"]


def table(heading: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1) -> list[str]:
    """Lines of a table whose first `left` columns are text, the others numbers."""
    align = ["---"] * left + ["---:"] * (len(heading) - left)
    lines = [heading, align, *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def number(value: float | None, unit: float = 1, digits: int = 2) -> str:
    """Write a value in some unit, or "-" where there is none."""
    return "-" if value is None else f"{value / unit:,.{digits}f}"


def caption(calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what was run, when, and on what: each call with its load and what was noted of it, each machine once."""
    lines, machines = [], []
    for call in calls:
        machine = call["machine"]
        load = "" if machine["load"] is None else f", load {machine['load']:.1f} before"
        took = "" if call.get("minutes") is None else f", {call['minutes']:.1f} minutes"
        note = f" ({call['note']})" if call.get("note") else ""
        lines += [f"`{call['command']}`{note}, {call['date']}{load}{took}", ""]
        described = (
            f"{machine['processor']} ({', '.join(machine['instruction_sets'])}), {machine['cores']} cores,\n"
            f"{machine['system']}, Python {machine['python']}."
        )
        if described not in machines:
            machines.append(described)
    return [*lines, *"\n\n".join(machines).splitlines()]


def update_blocks(path: Path, blocks: Mapping[str, Sequence[str]]) -> list[str]:
    """Write each block between its markers, `<!-- name: begin ... -->` and `<!-- name: end -->`; return those found."""
    text, found = path.read_text(encoding="utf-8"), []
    for name, lines in blocks.items():
        marked = re.compile(
            rf"(?<=<!-- {re.escape(name)}: begin)(.*?-->\n).*?(?=<!-- {re.escape(name)}: end -->)", re.DOTALL
        )
        match = marked.search(text)
        if match:
            text = text[: match.end(1)] + "\n".join(lines) + "\n" + text[match.end() :]
            found.append(name)
    path.write_text(text, encoding="utf-8", newline="\n")
    return found
