"""The parts of a corpus as arrays, for its file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus.tags import Tags
from wordmill.corpus.vocab import Keys
from wordmill.phrases import PhraseBook
from wordmill.phrases.saved import pack_tables, unpack_rules, unpack_tables

__all__ = ["pack_keys", "pack_phrases", "pack_tags", "unpack_keys", "unpack_phrases", "unpack_tags"]

Arrays = Mapping[str, NDArray[Any]]
_PHRASES = "phrases."
_TAGS = "tags."


def pack_keys(keys: Keys, name: str = "keys") -> dict[str, NDArray[Any]]:
    """Return keys as arrays: integers as they are, words as UTF-8 end to end with their offsets."""
    if not isinstance(keys, list):
        return {name: keys}
    encoded = [key.encode() for key in keys]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return {name: np.frombuffer(b"".join(encoded), np.uint8), f"{name.removesuffix('s')}_offsets": offsets}


def unpack_keys(arrays: Arrays, name: str = "keys") -> Keys:
    """Return keys that `pack_keys` made arrays of."""
    if (ends := f"{name.removesuffix('s')}_offsets") not in arrays:
        return arrays[name]
    text = arrays[name].tobytes()
    return [text[begin:end].decode() for begin, end in pairwise(arrays[ends].tolist())]


def pack_phrases(phrases: PhraseBook | None) -> dict[str, NDArray[Any]]:
    """Return the tables of phrases as arrays; none where there are none."""
    return {} if phrases is None else _under(_PHRASES, pack_tables(phrases.tables))


def unpack_phrases(arrays: Arrays, rules: str | None) -> PhraseBook | None:
    """Return the phrases that were packed, with their rules; None where there are no rules."""
    return None if rules is None else PhraseBook(unpack_tables(_of(_PHRASES, arrays)), unpack_rules(rules))


def pack_tags(tags: Tags | None) -> dict[str, NDArray[Any]]:
    """Return tags as arrays; none where there are none."""
    return {} if tags is None else _under(_TAGS, {"ids": tags.ids, "offsets": tags.offsets, **pack_keys(tags.keys)})


def unpack_tags(arrays: Arrays) -> Tags | None:
    """Return the tags that were packed, if there are any; a `CorpusError` or `KeyError` where they do not fit."""
    found = _of(_TAGS, arrays)
    return Tags(unpack_keys(found), found["ids"], found["offsets"]) if found else None


def _under(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {prefix + name: array for name, array in arrays.items()}


def _of(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
