"""Evaluation sets laid over the map: which analogies and pairs fail, and what came instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.evaluation import read_analogies, read_pairs, spearman
from wordmill.evaluation.analogies import answer_questions
from wordmill.evaluation.scores import json_number
from wordmill.evaluation.vectors import fold, row_lookup, unit_rows
from wordmill.evaluation.word_pairs import ranks
from wordmill.explorer.colours import Colour, by_category
from wordmill.explorer.shown import Shown
from wordmill.vectors import KeyedVectors

__all__ = ["Overlay"]

_WORDS = 30_000  # within which analogies are asked and answered, as in `wordmill evaluate`
_MOST = 2_000  # failures of a set that are listed, of all its parts alike


class Overlay:
    """Answers of a model to sets of analogies and of word pairs.

    Parameters
    ----------
    vectors
        The model; its keys are words.
    analogies, pairs
        Files: see `wordmill.evaluation.read_analogies` and `read_pairs`.
    """

    def __init__(self, vectors: KeyedVectors, analogies: Sequence[Path] = (), pairs: Sequence[Path] = ()) -> None:
        if vectors.kind != "str":
            raise ParameterError("the keys are integers, and evaluation sets are made of words")
        self._vectors = vectors
        self._asked: dict[int, list[bool]] = {}  # of each answer's row, whether it was found
        self._sets = [*map(self._analogies, analogies), *map(self._pairs, pairs)]

    def answer(self) -> dict[str, Any]:
        """Return the sets with their scores and failures."""
        return {"sets": self._sets}

    def colour(self, shown: Shown) -> Colour:
        """Colour keys by whether they were found, mostly, where they were the answer of an analogy."""
        values = np.zeros(len(shown), np.uint16)
        for place, row in enumerate(shown.rows.tolist()):
            if found := self._asked.get(row):
                values[place] = 1 if 2 * sum(found) >= len(found) else 2
        return by_category("evaluation", "Analogies", values, ["not asked", "right", "wrong"])

    def _analogies(self, path: Path) -> dict[str, Any]:
        questions = list(read_analogies(path))
        answers = answer_questions(
            self._vectors, questions, method="3cosadd", restrict_vocab=_WORDS, case="ignore", ranked=True
        )
        lookup, keys = row_lookup(self._vectors, "ignore", _WORDS), self._vectors.key_table

        def spelt(*words: str) -> list[str]:
            """Return those words that the model knows, as it spells them."""
            rows = [lookup.get(fold(word, "ignore")) for word in words]
            return [str(keys[row]) for row in rows if row is not None]

        for place in np.flatnonzero(answers.known).tolist():
            for word in spelt(*questions[place].answers):
                self._asked.setdefault(keys.find(word), []).append(bool(answers.correct[place]))
        failures = [
            {
                "section": questions[place].section,
                "question": spelt(questions[place].a, questions[place].b, questions[place].c),
                "expected": spelt(*questions[place].answers)[0],
                "got": str(keys[int(answers.rows[place])]) if answers.rows[place] >= 0 else None,
                "rank": int(answers.ranks[place]),
            }
            for place in _spread(np.flatnonzero(answers.known & ~answers.correct))
        ]
        known, right = int(answers.known.sum()), int(answers.correct.sum())
        score = right / known if known else None
        about = {"asked": len(questions), "known": known, "failed": known - right}
        return {"name": path.name, "kind": "analogies", "score": score, **about, "failures": failures}

    def _pairs(self, path: Path) -> dict[str, Any]:
        pairs, lookup = read_pairs(path), row_lookup(self._vectors, "ignore")
        rows = [tuple(lookup.get(fold(word, "ignore"), -1) for word in (pair.first, pair.second)) for pair in pairs]
        known = [place for place, both in enumerate(rows) if min(both) >= 0]
        first, second = (
            unit_rows(self._vectors.vectors[np.array([rows[place][end] for place in known], np.int64)])
            for end in (0, 1)
        )
        cosines = np.einsum("nd,nd->n", first, second).astype(np.float64)
        human = np.array([pairs[place].score for place in known])
        by_people, by_model = ranks(-human), ranks(-cosines)
        worst = np.argsort(-np.abs(by_people - by_model), kind="stable")[:_MOST]
        failures = [
            {
                "pair": [str(self._vectors.key_table[row]) for row in rows[known[place]]],
                "human": float(human[place]),
                "model": float(cosines[place]),
                "ranks": [round(float(by_people[place])), round(float(by_model[place]))],
            }
            for place in worst.tolist()
        ]
        about = {"asked": len(pairs), "known": len(known), "score": json_number(spearman(cosines, human))}
        return {"name": path.name, "kind": "pairs", **about, "failures": failures}


def _spread(places: NDArray[np.int64]) -> list[int]:
    """Take so many that they can be listed, from all parts alike."""
    if len(places) > _MOST:
        places = places[np.linspace(0, len(places) - 1, _MOST).astype(np.int64)]
    listed: list[int] = places.tolist()
    return listed
