"""What the page asks of a model: each question is a method, each answer what JSON can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wordmill.errors import ParameterError
from wordmill.explorer.comparison import LEAST, Comparison
from wordmill.explorer.film import Film
from wordmill.explorer.map import Map
from wordmill.explorer.overlay import Overlay
from wordmill.explorer.search import KeySearch, by_frequency
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms, unit_rows
from wordmill.vectors.search import Neighbor
from wordmill.vectors.subword_parts import parts_of

__all__ = ["Questions"]


class Questions:
    """Answers over all keys of a model, on the map or not.

    Keys are asked for as text, integers too. What cannot be answered is a `MissingKeyError` or a `ParameterError`.
    """

    def __init__(
        self,
        drawn: Map,
        *,
        comparison: Comparison | None = None,
        overlay: Overlay | None = None,
        film: Film | None = None,
    ) -> None:
        self.map, self.vectors = drawn, drawn.vectors
        self.index = KeySearch(drawn.vectors.key_table, by_frequency(drawn.vectors.counts))
        self._comparison, self._overlay, self._film = comparison, overlay, film

    @property
    def features(self) -> dict[str, bool]:
        """Which questions can be answered."""
        return {
            "search_all": True,
            "analogy": True,
            "axis": True,
            "subwords": self.vectors.subwords is not None,
            "compare": self._comparison is not None,
            "evaluation": self._overlay is not None,
            "film": self._film is not None,
        }

    def search(self, q: str, n: int = 20) -> dict[str, Any]:
        """Find keys by what they begin with or hold, the case aside, the most frequent first."""
        return {"found": [self.map.point_of_row(row) for row in self.index.find(q, n)]}

    def nearest(self, key: str, n: int = 10) -> dict[str, Any]:
        """Return the nearest keys of all; of a key that is not on the map, where it would be."""
        row = self.vectors.find(self._as_key(key))
        point: dict[str, Any] = {"key": key, "id": None, "count": None}
        if row >= 0:
            point = self.map.point_of_row(row)
        answer: dict[str, Any] = {"key": point, "known": row >= 0, "neighbours": self._near(key, n)}
        if point["id"] is None:
            return answer | {"place": self._place(key)}
        faithful = {layout.id: float(layout.faithful[point["id"]]) for layout in self.map.layouts}
        return answer | {"faithful": faithful}

    def analogy(self, positive: Sequence[str], negative: Sequence[str] = (), n: int = 10) -> dict[str, Any]:
        """Return the keys nearest to the sum of some keys less others, these themselves left out."""
        if not positive:
            raise ParameterError("an analogy needs at least one key to begin with: positive=KEY")
        added, taken = ([self._as_key(key) for key in keys] for keys in (positive, negative))
        return {"candidates": self._points(self.vectors.most_similar(added, taken, n))}

    def axis(
        self, positive: Sequence[str], negative: Sequence[str] = (), key: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the cosine of points with the direction from some keys to others: of all on the map, or of `key`."""
        if not positive:
            raise ParameterError("an axis needs at least one key that it leads to: positive=KEY")
        ends = [self._units(keys).mean(axis=0) for keys in (positive, negative) if keys]
        way = ends[0] - ends[1] if len(ends) == 2 else ends[0]
        direction = unit_rows(way[None], row_norms(way[None]))[0]
        points = self.map.shown.units if key is None else self._units(key)
        values = np.clip(points @ direction, -1, 1)
        title = " - ".join(", ".join(keys) for keys in (negative, positive) if keys)
        return {"title": title, "values": [round(value, 5) for value in values.tolist()]}

    def subwords(self, key: str, n: int = 10) -> dict[str, Any]:
        """Return the pieces of a word with their shares of its vector, its place, and its neighbours."""
        if self.vectors.subwords is None:
            raise ParameterError(f"{self.map.name} has no subwords: train it with --subwords 3-6")
        pieces = [
            {"piece": part.piece, "row": part.bucket, "share": part.share} for part in parts_of(self.vectors, key)
        ]
        near, known = self._near(key, n), self.vectors.find(key) >= 0
        return {"known": known, "pieces": pieces, "place": self._place(key), "neighbours": near}

    def compare(self, n: int = 200, least: int = LEAST) -> dict[str, Any]:
        """Return the keys whose neighbours changed most between two models."""
        if self._comparison is None:
            raise ParameterError("there is one model: give another beside it, wordmill explore ONE OTHER")
        return self._comparison.changed(n, least)

    def evaluation(self) -> dict[str, Any]:
        """Return what the model gets wrong of its evaluation sets, and what came instead."""
        if self._overlay is None:
            raise ParameterError("no evaluation sets were given: --analogies FILE, --pairs FILE")
        return self._overlay.answer()

    def film(self) -> dict[str, Any]:
        """Return the frames of the training."""
        if self._film is None:
            raise ParameterError("no checkpoints were given: --checkpoints DIR")
        return self._film.answer()

    # -- keys, as they come from a page -------------------------------------------------------------------------------

    def _as_key(self, text: str) -> Key:
        return self.vectors.key_table.meant_by(text)

    def _units(self, keys: Sequence[str]) -> Floats:
        return self.vectors.unit_vectors_of([self._as_key(key) for key in keys])

    def _near(self, key: str, n: int) -> list[dict[str, Any]]:
        return self._points(self.vectors.nearest([self._as_key(key)], n)[0])

    def _points(self, neighbors: Sequence[Neighbor]) -> list[dict[str, Any]]:
        rows = self.vectors.key_table.find_many([neighbor.key for neighbor in neighbors])
        return [
            self.map.point_of_row(row) | {"cosine": neighbor.similarity}
            for row, neighbor in zip(rows.tolist(), neighbors, strict=True)
        ]

    def _place(self, key: str) -> dict[str, list[float]]:
        """Return where a key would be on each layout."""
        unit = np.ascontiguousarray(self._units([key]), np.float32)
        return {layout.id: layout.place(unit)[0].tolist() for layout in self.map.layouts}
