"""What goes into a single file: rounded and squeezed, and vectors as whole numbers as fine as there is room."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.explorer.questions import Questions
from wordmill.explorer.tables import Table, quantized
from wordmill.vectors.matrix import Floats

__all__ = ["LARGEST", "packed", "whole_numbers"]

LARGEST = 7_800_000  # bytes of base64 that a file holds, so that with the page it stays below 8 MB
_STEPS = {"similarities": 2**-10, "layout": 2**-14, "film": 2**-10, "colour": 2**-8}  # that numbers are rounded to
_LEVELS = (31, 22, 15, 11)  # the largest number of a vector: cosines are wrong by 0.003, 0.004, 0.006 and 0.009
_IN_BASE64 = 4 / 3


def packed(
    manifest: Mapping[str, Any], tables: Mapping[str, Table], questions: Questions
) -> tuple[dict[str, Any], dict[str, Table]]:
    """Return the manifest and the tables of a file, with what is left out said in `limits`."""
    found = {name: _rounded(name, table).zipped() for name, table in tables.items()}
    features = {**questions.features, "search_all": False, "subwords": False}
    for name in ("compare", "evaluation", "film"):
        if features[name]:
            found[f"answer/{name}"] = Table.of_json(getattr(questions, name)()).zipped()
    shown, limits = questions.map.shown, []
    if len(shown) < len(questions.vectors):
        limits.append(f"This file holds the {len(shown):,} most frequent of {len(questions.vectors):,} keys.")
    if questions.features["subwords"]:
        limits.append("Pieces of words, and places of unseen ones, are for the server: wordmill explore MODEL.")
    room = LARGEST / _IN_BASE64 - _size(found)
    vectors = _finest(shown.units, room)
    if len(vectors.content) <= room:
        found["vectors"] = vectors
    else:
        share = (LARGEST / _IN_BASE64) / (_size(found) + len(vectors.content))
        limits.append(
            "The vectors do not fit, so analogies and directions are for the server; "
            f"with --keys {max(int(len(shown) * share) // 1000 * 1000, 1000)} they would."
        )
        features |= {"analogy": False, "axis": False}
    return {**manifest, "features": features, "limits": limits}, found


def _finest(units: Floats, room: float) -> Table:
    """Pack vectors as finely as there is room, or as coarsely as they bear."""
    for levels in _LEVELS:
        table = Table.of_array(whole_numbers(units, levels)).zipped(zlib.Z_HUFFMAN_ONLY)  # there is nothing twice
        if len(table.content) <= room:
            break
    return table


def whole_numbers(units: Floats, levels: int) -> NDArray[np.int8]:
    """Return vectors (n, D) as whole numbers, `levels` the largest of each row; their lengths are lost."""
    largest = np.abs(units).max(axis=1, keepdims=True)
    return np.rint(units * (levels / np.where(largest > 0, largest, 1))).astype(np.int8)


def _rounded(name: str, table: Table) -> Table:
    step = _STEPS.get(name.partition("/")[0])
    if step is None or table.dtype != "float32" or name == "colour/frequency":
        return table
    return Table.of_array(quantized(np.frombuffer(table.content, "<f4").reshape(table.shape), step))


def _size(tables: Mapping[str, Table]) -> int:
    return sum(len(table.content) for table in tables.values())
