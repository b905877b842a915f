"""Files of words in groups: lines of words under lines that begin with a colon."""

from __future__ import annotations

import os

from wordmill.evaluation.lines import numbered_lines, section_name

__all__ = ["read_groups"]


def read_groups(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    """Read words by group; those before the first ': name' line are in the group without a name."""
    groups: dict[str, list[str]] = {}
    name = ""
    for _, line in numbered_lines(path):
        group = section_name(line)
        if group is None:
            groups.setdefault(name, []).extend(line.split())
        else:
            name = group
    return groups
