"""What may be asked of vectors, and the answers: a class for each address, the same for a query string and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from wordmill.errors import ParameterError, counted
from wordmill.serving.answers import Analogies, Encoded, NearestKeys, Similarities, Vectors
from wordmill.serving.limits import Limits
from wordmill.vectors import KeyedVectors, Neighbor
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats
from wordmill.vectors.queries import combine, parse_many

__all__ = ["QUESTIONS", "Analogy", "Encode", "Nearest", "Question", "Search", "Similarity", "Vector"]


def _several(value: Any) -> Any:
    """Take one for a list of one."""
    return value if isinstance(value, list) else [value]


Keys = Annotated[list[str | int], BeforeValidator(_several)]
Texts = Annotated[list[str], BeforeValidator(_several)]
Matrix = list[Annotated[list[FiniteFloat], Field(min_length=1)]]
N = Annotated[int, Field(ge=1, description="How many, best first.")]
First = Annotated[int | None, Field(ge=1, description="Search so many of the most frequent keys; left out: all.")]


class Search(NamedTuple):
    """One search for nearest rows."""

    unit: Floats  # (D,)
    excluded: NDArray[np.int64]
    n: int
    first: int | None


class Question(BaseModel):
    """A request: its fields, what it searches for, and its answer from what was found."""

    model_config = ConfigDict(extra="forbid")
    summary: ClassVar[str]
    answered: ClassVar[type[BaseModel]]  #: the form of the answer
    example: ClassVar[str]  #: a query string with places for keys
    only_in_json: ClassVar[frozenset[str]] = frozenset()

    model: Annotated[str | None, Field(description="Which model; left out: the first.")] = None

    def check(self, limits: Limits, vector_size: int) -> None:
        """Raise `ParameterError` where it asks for too much."""
        asked, numbers = self.size(vector_size)
        if asked > limits.keys:
            raise ParameterError(f"{counted(asked, 'question')} in a request: {limits.keys:,} at most")
        n = getattr(self, "n", 1)
        if n > limits.n:
            raise ParameterError(f"n={n}: {limits.n:,} at most")
        if numbers > limits.results:
            raise ParameterError(f"an answer of {numbers:,} items: {limits.results:,} at most, so ask in parts")

    def size(self, vector_size: int) -> tuple[int, int]:
        """How much is asked: keys or texts, and neighbours or numbers of the answer."""
        raise NotImplementedError

    def searches(self, vectors: KeyedVectors) -> list[Search]:  # noqa: ARG002 (some search for nothing)
        """Say what is to be found before there is an answer."""
        return []

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:
        """Answer, with the neighbours that each search found."""
        raise NotImplementedError


class Nearest(Question):
    """Neighbours of each key, of each vector, or of what `positive` less `negative` points at."""

    answered = NearestKeys
    summary = "The nearest keys to each key or vector, or to a sum of keys"
    example = "key={0}&n=5"
    only_in_json = frozenset({"vector"})

    key: Annotated[Keys, Field(description="Keys: each is left out of its own neighbours.")] = []
    vector: Annotated[Matrix, Field(description="Vectors to search by.")] = []
    positive: Annotated[Keys, Field(description="Keys whose sum is searched by: one answer for all.")] = []
    negative: Annotated[Keys, Field(description="Keys that are taken from that sum.")] = []
    n: N = 10
    first: First = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(map(bool, (self.key, self.vector, self.positive or self.negative))) != 1:
            raise ValueError("give one of key, vector, and positive with negative")
        return self

    def size(self, vector_size: int) -> tuple[int, int]:  # noqa: ARG002
        """Count keys and neighbours."""
        asked = len(self.key) + len(self.vector) or 1
        return max(asked, len(self.positive) + len(self.negative)), asked * self.n

    def searches(self, vectors: KeyedVectors) -> list[Search]:
        """Search by each key or vector, or by the sum."""
        if self.positive or self.negative:
            unit, named = combine(vectors, _keys(vectors, self.positive), _keys(vectors, self.negative))
            return [Search(unit, named, self.n, self.first)]
        units, named_rows = parse_many(vectors, _keys(vectors, self.key) if self.key else _matrix(self.vector))
        nothing = np.empty(0, dtype=np.int64)
        return [
            Search(unit, nothing if named_rows is None else named_rows[place], self.n, self.first)
            for place, unit in enumerate(units)
        ]

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:  # noqa: ARG002
        """Name what was asked for beside what was found."""
        asked: list[dict[str, Any]] = [{}] * len(found)
        if self.key:
            asked = [{"key": key} for key in self.key]
        elif not self.vector:
            asked = [{"positive": self.positive, "negative": self.negative}]
        return {"nearest": [{**what, "neighbors": _named(near)} for what, near in zip(asked, found, strict=True)]}


class Vector(Question):
    """The vector of each key."""

    answered = Vectors
    summary = "The vector of each key"
    example = "key={0}"

    key: Annotated[Keys, Field(min_length=1, description="Keys.")]
    normalize: Annotated[bool, Field(description="Scale each to length 1.")] = False

    def size(self, vector_size: int) -> tuple[int, int]:
        """Count keys and numbers."""
        return len(self.key), len(self.key) * vector_size

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:  # noqa: ARG002
        """Look the vectors up."""
        keys = _keys(vectors, self.key)
        rows = _numbers(vectors.unit_vectors_of(keys) if self.normalize else vectors.vectors_of(keys))
        return {"vectors": [{"key": key, "vector": row} for key, row in zip(self.key, rows, strict=True)]}


class Similarity(Question):
    """How alike the keys of each pair are."""

    answered = Similarities
    summary = "The cosine similarity of each pair of keys"
    example = "a={0}&b={1}"

    a: Annotated[Keys, Field(min_length=1, description="The first key of each pair.")]
    b: Annotated[Keys, Field(min_length=1, description="The second key of each pair: as many.")]

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        _check_as_many(self, "a", "b")
        return self

    def size(self, vector_size: int) -> tuple[int, int]:  # noqa: ARG002
        """Count pairs."""
        return len(self.a), len(self.a)

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:  # noqa: ARG002
        """Compare the keys of each pair."""
        pairs = zip(self.a, self.b, _keys(vectors, self.a), _keys(vectors, self.b), strict=True)
        return {"similarities": [{"a": a, "b": b, "similarity": vectors.similarity(*keys)} for a, b, *keys in pairs]}


class Analogy(Question):
    """a is to b as c is to which key."""

    answered = Analogies
    summary = "What c is to, as a is to b: the keys nearest to b - a + c"
    example = "a={0}&b={1}&c={2}&n=5"

    a: Annotated[Keys, Field(min_length=1, description="The first key of each question.")]
    b: Annotated[Keys, Field(min_length=1, description="What a is to: as many.")]
    c: Annotated[Keys, Field(min_length=1, description="What the answer is asked of: as many.")]
    n: N = 5
    first: First = None

    @model_validator(mode="after")
    def _questions(self) -> Self:
        _check_as_many(self, "a", "b", "c")
        return self

    def size(self, vector_size: int) -> tuple[int, int]:  # noqa: ARG002
        """Count questions and neighbours."""
        return len(self.a), len(self.a) * self.n

    def searches(self, vectors: KeyedVectors) -> list[Search]:
        """Search by b - a + c."""
        questions = zip(*(_keys(vectors, keys) for keys in (self.a, self.b, self.c)), strict=True)
        return [Search(*combine(vectors, [b, c], [a]), self.n, self.first) for a, b, c in questions]

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:  # noqa: ARG002
        """Name the questions beside what was found."""
        rows = zip(self.a, self.b, self.c, found, strict=True)
        return {"analogies": [{"a": a, "b": b, "c": c, "answers": _named(near)} for a, b, c, near in rows]}


class Encode(Question):
    """The vector of each text: the mean of those of its keys."""

    answered = Encoded
    summary = "The vector of each text: the mean over its keys, zeros where none has a vector"
    example = "text={0}+{1}"
    only_in_json = frozenset({"keys"})

    text: Annotated[Texts, Field(description="Texts, split as the model's corpus was.")] = []
    keys: Annotated[list[list[str | int]], Field(description="In place of texts: lists of keys.")] = []
    normalize: Annotated[bool, Field(description="Scale each to length 1.")] = False
    sif: Annotated[
        FiniteFloat | None, Field(gt=0, description="Weigh keys by smooth inverse frequency, 0.001 say.")
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.text) == bool(self.keys):
            raise ValueError("give one of text and keys")
        return self

    def size(self, vector_size: int) -> tuple[int, int]:
        """Count texts and numbers."""
        texts = len(self.text) + len(self.keys)
        return texts, texts * vector_size

    def answer(self, vectors: KeyedVectors, found: Sequence[list[Neighbor]]) -> dict[str, Any]:  # noqa: ARG002
        """Encode them."""
        documents: list[Any] = [*self.text] or [_keys(vectors, keys) for keys in self.keys]
        return {"vectors": _numbers(vectors.encode(documents, sif=self.sif, normalize=self.normalize))}


#: By address.
QUESTIONS: dict[str, type[Question]] = {
    "/nearest": Nearest,
    "/vector": Vector,
    "/similarity": Similarity,
    "/analogy": Analogy,
    "/encode": Encode,
}


def _check_as_many(question: Question, *names: str) -> None:
    lengths = {name: len(getattr(question, name)) for name in names}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{', '.join(f'{number} of {name}' for name, number in lengths.items())}: give as many of each"
        )


def _keys(vectors: KeyedVectors, keys: Sequence[str | int]) -> list[Key]:
    """Keys as the model has them: a query string has no integers."""
    return [vectors.key_table.meant_by(key) if isinstance(key, str) else key for key in keys]


def _matrix(rows: Sequence[Sequence[float]]) -> Floats:
    if len({len(row) for row in rows}) > 1:
        raise ParameterError("vector: rows of different lengths")
    return np.array(rows, dtype=np.float64)


def _named(found: Sequence[Neighbor]) -> list[dict[str, Any]]:
    return [neighbor._asdict() for neighbor in found]


def _numbers(rows: Floats) -> list[list[float]]:
    """Numbers to write: of float32 the shortest decimals that mean them, not those of the double beside it."""
    if rows.dtype != np.float32:
        return rows.tolist()  # type: ignore[no-any-return]
    return rows.astype("U16").astype(np.float64).tolist()  # type: ignore[no-any-return]
