"""KeyedVectors: an immutable matrix with a key for every row, and the queries on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import MissingKeyError, ParameterError
from wordmill.text import TokenizerName
from wordmill.vectors.keys import IntegerKeys, Key, KeyTable, PackedKeys, TextKeys, make_key_table, near_spellings
from wordmill.vectors.search import Floats, Neighbor, row_norms, top_k, unit_rows

__all__ = ["KeyedVectors", "Query", "QueryTerm"]

QueryTerm = Key | Floats | tuple[Key | Floats, float]
Query = QueryTerm | Sequence[QueryTerm]
Default = TypeVar("Default")


class KeyedVectors:
    """V keys, text or integers, each with a vector of D floats. Immutable: what changes them returns a new object.

    Parameters
    ----------
    keys
        V distinct strings, or V distinct integers of 64 bits.
    vectors
        (V, D), finite. Float32 and float64 are used as they are, without a copy (so do not write to them afterwards);
        other floats become float32.
    counts
        (V,) how often each key was seen, if known.
    norms
        (V,) lengths of the rows where they are known already, as in a saved model; else they are computed.
    tokenizer, lowercase
        How `encode` and the saved model split texts into keys.

    Raises
    ------
    ParameterError
        Duplicate or mixed keys, shapes that do not match, vectors that hold NaN or infinity.
    """

    def __init__(
        self,
        keys: Sequence[str] | Sequence[int] | NDArray[Any] | KeyTable | PackedKeys,
        vectors: Floats,
        *,
        counts: NDArray[np.int64] | None = None,
        norms: Floats | None = None,
        tokenizer: TokenizerName | None = "whitespace",
        lowercase: bool = False,
    ) -> None:
        self._table = make_key_table(keys)
        self._vectors = _read_only(_checked_matrix(vectors, len(self._table)))
        self._norms = _read_only(row_norms(self._vectors) if norms is None else norms)
        self._counts = None if counts is None else _read_only(np.asarray(counts, dtype=np.int64))
        for name, array in (("norms", self._norms), ("counts", self._counts)):
            if array is not None and array.shape != (len(self),):
                raise ParameterError(f"{name} has shape {array.shape}, but there are {len(self)} keys")
        if not np.isfinite(self._norms).all():
            row = int(np.flatnonzero(~np.isfinite(self._norms))[0])
            raise ParameterError(f"the vector of key {self._table[row]!r} (row {row}) holds NaN or infinity")
        if tokenizer not in ("whitespace", "words", None):
            raise ParameterError(f"tokenizer={tokenizer!r}: 'whitespace', 'words' or None")
        self.tokenizer, self.lowercase = tokenizer, lowercase

    def __repr__(self) -> str:
        return f"KeyedVectors({len(self)} {self.kind} keys, vector_size={self.vector_size}, {self._vectors.dtype})"

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> list[str] | NDArray[np.int64]:
        """All keys by row; do not modify."""
        return self._table.keys

    @property
    def index_to_key(self) -> list[Any]:
        """All keys by row, as a list of strings or of integers; do not modify."""
        return self._table.keys if isinstance(self._table, TextKeys) else self._table.keys.tolist()

    @property
    def key_to_index(self) -> Mapping[Key, int]:
        """Row of every key."""
        return MappingProxyType(self._table.index)

    @property
    def key_table(self) -> KeyTable:
        """The keys as they are stored."""
        return self._table

    @property
    def kind(self) -> Literal["str", "int"]:
        """What the keys are."""
        return self._table.kind

    @property
    def vectors(self) -> Floats:
        """The matrix (V, D), read-only."""
        return self._vectors

    @property
    def norms(self) -> Floats:
        """Length of each vector (V,), read-only."""
        return self._norms

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each key was seen (V,), read-only, if known."""
        return self._counts

    @property
    def vector_size(self) -> int:
        """Dimensions D of a vector."""
        return int(self._vectors.shape[1])

    # -- keys to rows and vectors -------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: object) -> bool:
        return self._table.find(key) >= 0

    def __iter__(self) -> Iterator[Key]:
        return iter(self.index_to_key)

    def __getitem__(self, keys: Key | Sequence[Key] | NDArray[np.integer[Any]]) -> Floats:
        """Return the vector (D,) of a key, or the vectors (n, D) of several."""
        if isinstance(keys, str | int | np.integer):
            return self._rows(self.get_index(keys))
        return self._rows(self.get_indices(keys))

    def get(self, key: Key, default: Default = None) -> Floats | Default:  # type: ignore[assignment]
        """Return the vector (D,) of `key`, or `default` if it has none."""
        index = self._table.find(key)
        return default if index < 0 else self._rows(index)

    def get_index(self, key: Key) -> int:
        """Row of a key; `MissingKeyError` if there is none."""
        index = self._table.find(key)
        if index < 0:
            raise self._missing(key)
        return index

    def get_indices(self, keys: Iterable[Key] | NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Rows of several keys (n,); `MissingKeyError` for the first that is missing."""
        listed = keys if isinstance(keys, np.ndarray) else list(keys)
        ids = self._table.find_many(listed)
        if (ids < 0).any():
            raise self._missing(listed[int(np.flatnonzero(ids < 0)[0])])
        return ids

    def _rows(self, ids: int | NDArray[np.int64]) -> Floats:
        rows: Floats = self._vectors[ids]
        return rows

    def _missing(self, key: object) -> MissingKeyError:
        if isinstance(self._table, IntegerKeys):
            low, high = self._table.keys.min(), self._table.keys.max()
            return MissingKeyError(f"no vector for {key!r}: the {len(self)} keys are integers from {low} to {high}")
        if not isinstance(key, str):
            return MissingKeyError(f"no vector for {key!r}: the keys of this model are strings")
        near = ", ".join(repr(form) for form in near_spellings(self._table, key))
        hint = f"did you mean {near}?" if near else f"it is not among the {len(self)} keys"
        return MissingKeyError(f"no vector for {key!r}: {hint}")

    # -- queries ------------------------------------------------------------------------------------------------------

    def most_similar(self, positive: Query = (), negative: Query = (), topn: int = 10) -> list[Neighbor]:
        """Keys whose vectors point most nearly where the query does.

        The query is the weighted mean of the unit vectors of `positive`, less those of `negative` (3CosAdd: Levy and
        Goldberg, 2014). Keys that are named in it are not returned.

        Parameters
        ----------
        positive, negative
            A key, a vector (D,), a pair (key or vector, weight), or a sequence of these.
        topn
            How many to return, best first; fewer if there are not as many.
        """
        query, named = self._combine(positive, negative)
        found = top_k(self._vectors, self._norms, query[None], _checked_topn(topn), exclude=[named])
        return self._neighbors(found.ids[0], found.similarities[0])

    def analogy(self, a: Key, b: Key, c: Key, topn: int = 10) -> list[Neighbor]:
        """Answer "a is to b as c is to ...": the keys nearest to b - a + c (Mikolov et al., 2013)."""
        return self.most_similar(positive=[b, c], negative=[a], topn=topn)

    def similarity(self, a: Key, b: Key) -> float:
        """Cosine similarity of two keys, between -1 and 1; 0 if either vector is zero."""
        first, second = self._unit([self.get_index(a), self.get_index(b)])
        return float(np.clip(first @ second, -1, 1))

    def doesnt_match(self, keys: Sequence[Key]) -> Key:
        """Return the key whose vector is furthest from the mean of all unit vectors given."""
        if len(keys) < 1 or isinstance(keys, str):
            raise ParameterError("doesnt_match needs a list of keys")
        units = self._unit(self.get_indices(keys))
        return keys[int(np.argmin(units @ units.mean(axis=0)))]

    def _unit(self, ids: NDArray[np.int64] | list[int]) -> Floats:
        return unit_rows(self._vectors[ids], self._norms[ids])

    def _combine(self, positive: Query, negative: Query) -> tuple[Floats, NDArray[np.int64]]:
        """Return the unit vector (D,) of a query, and the rows named in it."""
        terms = [*self._terms(positive, 1.0), *self._terms(negative, -1.0)]
        if not terms:
            raise ParameterError("a query needs at least one key or vector")
        total = np.sum([weight * unit for unit, weight, _ in terms], axis=0)
        length = np.linalg.norm(total)
        named = np.array([index for _, _, index in terms if index is not None], dtype=np.int64)
        return (total / length if length > 0 else total), named

    def _terms(self, query: Query, sign: float) -> Iterator[tuple[Floats, float, int | None]]:
        """Yield unit vector, signed weight and row (None for a vector) of each term."""
        for term in [query] if self._is_term(query) else query:  # type: ignore[union-attr]
            weighted = isinstance(term, tuple) and len(term) == 2
            what, weight = term if weighted else (term, 1.0)  # type: ignore[misc]
            if not isinstance(weight, int | float | np.number) or not np.isfinite(weight):
                raise ParameterError(f"{term!r} is no pair (key or vector, weight): the weight must be a finite number")
            if isinstance(what, np.ndarray) and what.ndim == 1:
                vector = self._checked_vectors(what[None])
                yield unit_rows(vector, row_norms(vector))[0], sign * float(weight), None
            else:
                index = self.get_index(what)  # type: ignore[arg-type]
                yield self._unit([index])[0], sign * float(weight), index

    @staticmethod
    def _is_term(query: Query) -> bool:
        """Whether a query is one key or one vector, not a sequence of terms."""
        if isinstance(query, np.ndarray):
            return query.ndim == 1 and query.dtype.kind == "f"
        return isinstance(query, str | int | np.integer)

    def _checked_vectors(self, rows: Floats) -> Floats:
        """Query vectors (n, D), finite, in the dtype of the matrix."""
        if rows.ndim != 2 or rows.shape[1] != self.vector_size or rows.dtype.kind not in "fiu":
            raise ParameterError(
                f"query vectors must be (n, {self.vector_size}) numbers, not {rows.dtype} {rows.shape}"
            )
        if not np.isfinite(rows).all():
            raise ParameterError("a query vector holds NaN or infinity")
        return rows.astype(self._vectors.dtype, copy=False)

    def _neighbors(self, ids: NDArray[np.int64], similarities: Floats) -> list[Neighbor]:
        known = ids >= 0
        return list(map(Neighbor, self._table.take(ids[known]), similarities[known].tolist()))

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, path: str | PathLike[str], *, format: str | None = None, **options: Any) -> None:
        """Save as a model directory, or in another format; see `wordmill.vectors.formats.save`."""
        from wordmill.vectors import formats  # noqa: PLC0415 (formats build on this module)

        formats.save(path, self, format=format, **options)

    @classmethod
    def load(cls, path: str | PathLike[str], *, format: str | None = None, **options: Any) -> KeyedVectors:
        """Load a model directory, memory-mapped, or a file of any format; see `wordmill.vectors.formats.load`."""
        from wordmill.vectors import formats  # noqa: PLC0415 (formats build on this module)

        return formats.load(path, format=format, **options)


def _checked_matrix(vectors: Floats, rows: int) -> Floats:
    matrix: NDArray[Any] = np.asarray(vectors)
    if matrix.dtype.kind != "f" or matrix.ndim != 2 or 0 in matrix.shape:
        raise ParameterError(f"vectors must be floats of shape (keys, dimensions), not {matrix.dtype} {matrix.shape}")
    if len(matrix) != rows:
        raise ParameterError(f"{rows} keys but {len(matrix)} vectors: each key needs one row")
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(np.float32)


def _checked_topn(topn: object) -> int:
    if isinstance(topn, bool) or not isinstance(topn, int | np.integer) or topn < 1:
        raise ParameterError(f"topn must be a positive integer, not {topn!r}")
    return int(topn)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
