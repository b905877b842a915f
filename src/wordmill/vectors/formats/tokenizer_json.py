"""`tokenizer.json`: our tokenizer in the terms of the `tokenizers` package, for model2vec and sentence-transformers.

A BPE model without merges that ignores merges takes a whole pre-token or nothing. Every key is stored with the prefix
U+2581 that Metaspace puts before each word: a word that is no key falls apart into characters, none of them a token.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.text import WORD_PATTERN, TokenizerName, tokenize

__all__ = ["unreachable_keys", "write_tokenizer"]

_PREFIX = "\u2581"
_METASPACE = {"type": "Metaspace", "replacement": _PREFIX, "prepend_scheme": "always", "split": False}
_WORDS = {"type": "Split", "pattern": {"Regex": WORD_PATTERN}, "behavior": "Removed", "invert": True}


def unreachable_keys(keys: Sequence[str], tokenizer: TokenizerName, *, lowercase: bool) -> NDArray[np.int64]:
    """Rows of the keys that no text is split into: with white space inside, upper case in a lower-case model..."""
    if tokenize("\n".join(keys), tokenizer, lowercase=lowercase) == list(keys) and not any(
        key.startswith(_PREFIX) for key in keys
    ):
        return np.empty(0, dtype=np.int64)
    reached = (tokenize(key, tokenizer, lowercase=lowercase) == [key] and not key.startswith(_PREFIX) for key in keys)
    return np.flatnonzero(~np.fromiter(reached, dtype=np.bool_, count=len(keys)))


def write_tokenizer(path: Path, keys: Sequence[str], tokenizer: TokenizerName, *, lowercase: bool) -> NDArray[np.int64]:
    """Write the file; returns the rows of the keys that text cannot reach.

    These keep their row: their tokens hold a space before the prefix, which no pre-token does.
    """
    unreachable = unreachable_keys(keys, tokenizer, lowercase=lowercase)
    vocab = {_PREFIX + key: row for row, key in enumerate(keys)}
    for row in unreachable.tolist():
        del vocab[_PREFIX + keys[row]]
        vocab[" " + _PREFIX + keys[row]] = row
    path.write_text(
        json.dumps(_description(vocab, tokenizer, lowercase=lowercase), ensure_ascii=False), encoding="utf-8"
    )
    return unreachable


def _description(vocab: dict[str, int], tokenizer: TokenizerName, *, lowercase: bool) -> dict[str, Any]:
    first = _WORDS if tokenizer == "words" else {"type": "WhitespaceSplit"}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if lowercase else None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [first, _METASPACE]},
        "post_processor": None,
        "decoder": {"type": "Metaspace", "replacement": _PREFIX, "prepend_scheme": "always", "split": False},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": True,
            "vocab": vocab,
            "merges": [],
        },
    }
