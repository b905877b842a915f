"""The file of phrases: a safetensors file with a table for each pass, and the rules as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, Misfit, misfit
from wordmill.paths import checked_path
from wordmill.phrases.rules import PhraseRules
from wordmill.phrases.table import PhraseTable
from wordmill.safetensors import checksums, has_format, read_metadata, read_safetensors, write_safetensors
from wordmill.saving import atomic_file

__all__ = [
    "is_saved_phrases",
    "pack",
    "pack_rules",
    "pack_tables",
    "packed",
    "read_phrases",
    "unpack",
    "unpack_rules",
    "unpack_tables",
    "write_phrases",
]

_FORMAT = "wordmill.phrases"
_DTYPES = {
    "text": "|u1",  # words as UTF-8, end to end
    "word_ends": "<i8",  # in the text
    "phrase_ends": "<i8",  # in the words
    "table_ends": "<i8",  # in the phrases
    "scores": "<f8",
    "counts": "<i8",
}


def write_phrases(path: str | os.PathLike[str], tables: Sequence[PhraseTable], rules: PhraseRules) -> None:
    """Write phrases to one file."""
    with atomic_file(checked_path(path)) as staging:
        write_safetensors(staging, *packed(tables, rules))


def packed(tables: Sequence[PhraseTable], rules: PhraseRules) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return what the file of phrases holds: its arrays and its metadata."""
    arrays, facts = pack_tables(tables), {"rules": pack_rules(rules)}
    return arrays, {"format": _FORMAT, **facts, **checksums(arrays, facts)}


def read_phrases(
    path: str | os.PathLike[str], *, cure: str = "find the phrases again"
) -> tuple[tuple[PhraseTable, ...], PhraseRules]:
    """Read what `write_phrases` wrote; what is wrong with it is said with a cure."""
    file = checked_path(path)
    if not file.exists():
        raise FormatError(f"there is no file {file}: check the path")
    if not is_saved_phrases(file):
        raise FormatError(f"{file} holds no saved phrases: Phrases.save (wordmill phrases -o) makes such a file")
    arrays, metadata = read_safetensors(file), read_metadata(file)
    facts = {"rules": metadata.get("rules", "")}
    if checksums(arrays, facts) != {name: value for name, value in metadata.items() if name.startswith("crc32")}:
        raise FormatError(f"{file}: a checksum is wrong, the file is corrupt: {cure}")
    try:
        return unpack_tables(arrays), unpack_rules(facts["rules"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{file}: its parts do not fit together, {misfit(error)}: {cure}") from error


def is_saved_phrases(path: Path | None) -> TypeGuard[Path]:
    """Whether this is a file that `Phrases.save` wrote."""
    return has_format(path, _FORMAT)


def pack(phrases: Sequence[tuple[str, ...]]) -> dict[str, NDArray[Any]]:
    """Return the words of phrases as arrays."""
    words = [word.encode() for word in chain.from_iterable(phrases)]
    return {
        "text": np.frombuffer(b"".join(words), np.uint8),
        "word_ends": np.cumsum([*map(len, words)], dtype=np.int64),
        "phrase_ends": np.cumsum([*map(len, phrases)], dtype=np.int64),
    }


def unpack(arrays: Mapping[str, NDArray[Any]]) -> list[tuple[str, ...]]:
    """Return the words of phrases; a `ValueError` or `KeyError` where arrays do not fit together."""
    text = arrays["text"].tobytes()
    words = [text[begin:end].decode() for begin, end in _spans(arrays["word_ends"], len(text))]
    return [tuple(words[begin:end]) for begin, end in _spans(arrays["phrase_ends"], len(words))]


def pack_tables(tables: Sequence[PhraseTable]) -> dict[str, NDArray[Any]]:
    """Return the phrases of each pass, with their scores and counts, as arrays."""
    return {
        **pack([*chain.from_iterable(table.parts for table in tables)]),
        "table_ends": np.cumsum([*map(len, tables)], dtype=np.int64),
        "scores": np.concatenate([np.zeros(0), *(table.scores for table in tables)]),
        "counts": np.concatenate([np.zeros(0, np.int64), *(table.counts for table in tables)]),
    }


def unpack_tables(arrays: Mapping[str, NDArray[Any]]) -> tuple[PhraseTable, ...]:
    """Return what `pack_tables` was given; a `KeyError` or `ValueError` where arrays do not fit together."""
    for name, dtype in _DTYPES.items():
        if arrays[name].dtype != dtype or arrays[name].ndim != 1:
            raise Misfit(f"{name} {arrays[name].dtype} {arrays[name].shape}, not flat {dtype}")
    phrases = unpack(arrays)
    return tuple(
        PhraseTable(tuple(phrases[begin:end]), arrays["scores"][begin:end], arrays["counts"][begin:end])
        for begin, end in _spans(arrays["table_ends"], len(phrases))
    )


def pack_rules(rules: PhraseRules) -> str:
    """Return rules as JSON."""
    return json.dumps({**asdict(rules), "connectors": sorted(rules.connectors)}, ensure_ascii=False)


def unpack_rules(text: str) -> PhraseRules:
    """Return what `pack_rules` was given; a `TypeError` or `ValueError` where it cannot be."""
    return PhraseRules(**json.loads(text))


def _spans(ends: NDArray[np.int64], size: int) -> list[tuple[int, int]]:
    """Return begin and end of each part of `size` things."""
    edges = [0, *ends.tolist()]
    if edges != sorted(edges) or edges[-1] != size:
        raise ValueError("ends that do not rise, or not to the end")
    return [*pairwise(edges)]
