"""Several questions answered together: what they search for in one call of the core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from wordmill.errors import WordmillError
from wordmill.serving.questions import Question, Search
from wordmill.serving.responses import encoded
from wordmill.vectors import KeyedVectors, Neighbor
from wordmill.vectors.nearest import nearest_rows

__all__ = ["answer_together"]


def answer_together(
    vectors: KeyedVectors, name: str, questions: Sequence[Question], threads: int | None = None
) -> list[bytes | Exception]:
    """Answer each question of one model in JSON, or with the error that it ended in.

    An answer is the same, to the bit, as it is alone.
    """
    asked: list[list[Search] | WordmillError] = []
    for question in questions:
        try:
            asked.append(question.searches(vectors))
        except WordmillError as error:
            asked.append(error)
    found = _search(vectors, [search for one in asked if isinstance(one, list) for search in one], threads)
    answers: list[bytes | Exception] = []
    begin = 0
    for question, one in zip(questions, asked, strict=True):
        if isinstance(one, WordmillError):
            answers.append(one)
            continue
        try:
            answers.append(encoded({"model": name, **question.answer(vectors, found[begin : begin + len(one)])}))
        except WordmillError as error:
            answers.append(error)
        begin += len(one)
    return answers


def _search(vectors: KeyedVectors, searches: Sequence[Search], threads: int | None) -> list[list[Neighbor]]:
    """Neighbours of each search; those of the same length and span are found in one call."""
    found: list[list[Neighbor]] = [[] for _ in searches]
    table = vectors.key_table
    alike: defaultdict[tuple[int, int | None], list[int]] = defaultdict(list)
    for place, search in enumerate(searches):
        alike[search.n, search.first].append(place)
    for (n, first), places in alike.items():
        units = np.stack([searches[place].unit for place in places])
        excluded = [np.sort(searches[place].excluded) for place in places]
        top = nearest_rows(vectors.vectors, vectors.norms, units, n, exclude=excluded, stop=first, threads=threads)
        for place, ids, similarities in zip(places, top.ids, top.similarities, strict=True):
            known = ids >= 0
            keys = table.take(ids[known])
            found[place] = list(map(Neighbor, keys, similarities[known].tolist()))
    return found
