"""Words and pairs of sentences, counted by the core."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from wordmill.config import available_cores
from wordmill.core import core
from wordmill.corpus.phrases.joining import connector_flags
from wordmill.errors import CorpusError
from wordmill.foreign import quoted
from wordmill.sources.items import bad_token

__all__ = ["count_pairs"]

_MEMORY = 1 << 28  # bytes for pairs at once


def count_pairs(
    sentences: Iterable[Iterable[str]], connectors: Collection[str]
) -> tuple[dict[str, int], dict[tuple[str, ...], int], int]:
    """Return counts of words and of pairs, connectors left out, and the number of tokens."""
    encoder = core.Encoder(threads=1, replace_bad=False, max_words=2**31 - 1, piece_bytes=1 << 20)
    for index, sentence in enumerate(sentences):
        _add_sentence(encoder, index, sentence)
    ids, ends = encoder.take()
    words = encoder.words(np.arange(len(encoder.counts()), dtype=np.int32))
    counts = encoder.counts()
    flags = connector_flags(words, connectors)
    parts, part_ends, pair_counts, _ = core.count_pairs(
        ids,
        np.concatenate([[0], ends]),
        flags,
        counts,
        least=1,
        memory_bytes=_MEMORY,
        threads=min(available_cores(), 8),
    )
    spelled = [words[part] for part in parts.tolist()]
    spans = pairwise([0, *part_ends.tolist()])
    pairs = {tuple(spelled[begin:end]): count for (begin, end), count in zip(spans, pair_counts.tolist(), strict=True)}
    own = {word: count for word, count in zip(words, counts.tolist(), strict=True) if word not in connectors}
    return own, pairs, len(ids)


def _add_sentence(encoder: core.Encoder, index: int, sentence: Any) -> None:
    if isinstance(sentence, str):
        raise CorpusError(
            f"a sentence is the string {quoted(sentence[:40])}, whose letters gensim would take for words: pass lists "
            "of tokens, text.split()"
        )
    tokens = [*sentence]
    try:
        encoder.add_words(tokens)
    except (TypeError, ValueError):
        raise CorpusError(bad_token(index, tokens)) from None
