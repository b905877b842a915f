"""What pairs and phrases are, in plain Python: the definition that the core must agree with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

Parts = tuple[int, ...]


def candidates(sequence: Sequence[int], connectors: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Start and end of each pair: two words, and connectors between them."""
    words = [place for place, token in enumerate(sequence) if token not in connectors]
    for first, second in pairwise(words):
        yield first, second + 1


def count(sequences: Sequence[Sequence[int]], connectors: frozenset[int]) -> Counter[Parts]:
    return Counter(
        tuple(sequence[begin:end]) for sequence in sequences for begin, end in candidates(sequence, connectors)
    )


def greedy(sequence: Sequence[int], connectors: frozenset[int], phrases: Mapping[Parts, float]) -> list[Parts]:
    """Cut a sequence: at the first word that begins a phrase it is taken, and the search goes on behind it."""
    taken: list[tuple[int, int]] = []
    for begin, end in candidates(sequence, connectors):
        if tuple(sequence[begin:end]) in phrases and (not taken or begin >= taken[-1][1]):
            taken.append((begin, end))
    return _cut(sequence, taken)


def best(sequence: Sequence[int], connectors: frozenset[int], phrases: Mapping[Parts, float]) -> list[Parts]:
    """Cut a sequence so that the scores add up to most, of all ways to do it; of equals the one that takes earlier."""
    found = [
        (begin, end)
        for begin, end in candidates(sequence, connectors)
        if phrases.get(tuple(sequence[begin:end]), 0.0) > 0
    ]
    ways: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for begin, end in found:
        ways += [
            (total + phrases[tuple(sequence[begin:end])], [*taken, (begin, end)])
            for total, taken in ways
            if not taken or begin >= taken[-1][1]
        ]
    most = max(total for total, _ in ways)
    return _cut(sequence, min(taken for total, taken in ways if total == most))


def _cut(sequence: Sequence[int], taken: Sequence[tuple[int, int]]) -> list[Parts]:
    inside = {place for begin, end in taken for place in range(begin, end)}
    pieces = [(begin, tuple(sequence[begin:end])) for begin, end in taken]
    pieces += [(place, (token,)) for place, token in enumerate(sequence) if place not in inside]
    return [parts for _, parts in sorted(pieces)]
