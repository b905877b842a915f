"""Phrases in a list of tokens, in Python: for a sentence at hand. A corpus is joined by the core (`joining`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby, pairwise

__all__ = ["Piece", "cut"]

#: The tokens of a piece, and the score where it is a phrase.
Piece = tuple[tuple[str, ...], float | None]
Span = tuple[int, int, float]


def cut(
    tokens: Sequence[str],
    score_of: Callable[[tuple[str, ...]], float | None],
    connectors: Collection[str],
    *,
    best: bool = False,
) -> Iterator[Piece]:
    """Yield the pieces that phrases make of a sentence; `score_of` parts is None where they are no phrase."""
    begin = 0
    for first, end, score in (_best if best else _greedy)(tokens, score_of, connectors):
        for token in tokens[begin:first]:
            yield (token,), None
        yield tuple(tokens[first:end]), score
        begin = end
    for token in tokens[begin:]:
        yield (token,), None


def _greedy(
    tokens: Sequence[str], score_of: Callable[[tuple[str, ...]], float | None], connectors: Collection[str]
) -> Iterator[Span]:
    taken = 0
    words = (place for place, token in enumerate(tokens) if token not in connectors)
    for first, second in pairwise(words):
        if first < taken:
            continue
        score = score_of(tuple(tokens[first : second + 1]))
        if score is not None:
            yield first, second + 1, score
            taken = second + 1


def _best(
    tokens: Sequence[str], score_of: Callable[[tuple[str, ...]], float | None], connectors: Collection[str]
) -> Iterator[Span]:
    words = (place for place, token in enumerate(tokens) if token not in connectors)
    spans = ((first, last + 1, score_of(tuple(tokens[first : last + 1])) or 0.0) for first, last in pairwise(words))
    for is_phrase, chain in groupby(spans, key=lambda span: span[2] > 0):
        if is_phrase:
            yield from _best_of_chain([*chain])


def _best_of_chain(chain: Sequence[Span]) -> list[Span]:
    """Of spans that each overlap the next, choose those whose scores add up to most; of equals, the earlier."""
    totals = [0.0, 0.0]  # of the first k spans: totals[k + 1]
    for _, _, score in chain:
        totals.append(max(totals[-1], totals[-2] + score))
    taken: list[Span] = []
    spans = len(chain)
    while spans > 0:
        if totals[spans + 1] > totals[spans]:
            taken.append(chain[spans - 1])
            spans -= 1
        spans -= 1
    return taken[::-1]
