"""The core counts and joins pairs as their definition in plain Python does."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import plain_phrases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wordmill.core import core

WORDS = 8
SEQUENCES = st.lists(st.lists(st.integers(0, WORDS - 1), max_size=20), max_size=8)
CONNECTORS = st.frozensets(st.integers(0, 3), max_size=3)
Parts = plain_phrases.Parts


def arrays(sequences: list[list[int]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    flat = [token for sequence in sequences for token in sequence]
    return np.array(flat, np.int32), np.cumsum([0, *map(len, sequences)], dtype=np.int64)


def flags(connectors: frozenset[int]) -> NDArray[np.uint8]:
    return np.isin(np.arange(WORDS), list(connectors)).astype(np.uint8) if connectors else np.zeros(0, np.uint8)


def cut(parts: NDArray[np.int32], ends: NDArray[np.int64]) -> list[Parts]:
    return [tuple(parts[begin:end].tolist()) for begin, end in pairwise([0, *ends.tolist()])]


@given(
    sequences=SEQUENCES,
    connectors=CONNECTORS,
    least=st.integers(1, 3),
    memory=st.sampled_from([0, 8, 40, 1 << 20]),
    threads=st.sampled_from([1, 3]),
)
@settings(max_examples=150)
def test_pairs_are_counted_exactly_in_any_memory(
    sequences: list[list[int]], connectors: frozenset[int], least: int, memory: int, threads: int
) -> None:
    ids, offsets = arrays(sequences)
    words = core.count_ids(ids, WORDS, threads)
    assert words.tolist() == np.bincount(ids, minlength=WORDS).tolist()
    parts, ends, counts, distinct = core.count_pairs(
        ids, offsets, flags(connectors), words, least=least, memory_bytes=memory, threads=threads
    )
    expected = plain_phrases.count(sequences, connectors)
    found = cut(parts, ends)
    assert distinct == len(expected)
    assert dict(zip(found, counts.tolist(), strict=True)) == {p: n for p, n in expected.items() if n >= least}
    assert found == sorted(found, key=lambda pair: (len(pair) > 2, pair if len(pair) == 2 else pair[0]))


def test_runs_of_many_pairs_are_gathered_on_the_way() -> None:
    """More pairs with connectors than a range has room for."""
    random = np.random.default_rng(3)
    sequences = [[*random.integers(0, WORDS, 30).tolist()] for _ in range(400)]
    connectors = frozenset({0, 1, 2, 3})
    ids, offsets = arrays(sequences)
    words = core.count_ids(ids, WORDS, 1)
    bounds = {"least": 1, "memory_bytes": 0, "threads": 1}
    parts, ends, counts, _ = core.count_pairs(ids, offsets, flags(connectors), words, **bounds)
    found = Counter(dict(zip(cut(parts, ends), counts.tolist(), strict=True)))
    assert found == plain_phrases.count(sequences, connectors)


@pytest.mark.parametrize("way", ["greedy", "best"])
@given(
    sequences=SEQUENCES,
    connectors=CONNECTORS,
    scores=st.dictionaries(st.integers(0, 200), st.integers(-1, 6), max_size=12),
    threads=st.sampled_from([1, 3]),
)
@settings(max_examples=150)
def test_phrases_are_joined_as_defined(
    way: str, sequences: list[list[int]], connectors: frozenset[int], scores: dict[int, int], threads: int
) -> None:
    pairs = sorted(plain_phrases.count(sequences, connectors))
    phrases = {pairs[index]: float(score) for index, score in scores.items() if index < len(pairs)}
    ids, offsets = arrays(sequences)
    joined, ends = core.join_phrases(
        ids,
        offsets,
        flags(connectors),
        np.array([token for phrase in phrases for token in phrase], np.int32),
        np.cumsum([len(phrase) for phrase in phrases], dtype=np.int64),
        np.array([*phrases.values()], np.float64),
        words=WORDS,
        best=way == "best",
        threads=threads,
    )
    named = [*((word,) for word in range(WORDS)), *phrases]
    found = [[named[token] for token in joined[begin:end]] for begin, end in pairwise([0, *ends.tolist()])]
    cutting = plain_phrases.best if way == "best" else plain_phrases.greedy
    assert found == [cutting(sequence, connectors, phrases) for sequence in sequences]
