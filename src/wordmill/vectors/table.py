"""An immutable matrix with a key for every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import MissingKeyError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.hints import HelpfulNames
from wordmill.mapped import MappedFile
from wordmill.other_names import VECTORS
from wordmill.phrases import PhraseBook
from wordmill.sources.keys import flat_keys
from wordmill.text import TokenizerName, tokenize
from wordmill.vectors.keys import IntegerKeys, Key, KeyTable, PackedKeys, TextKeys, make_key_table, near_spellings
from wordmill.vectors.matrix import Floats, row_norms, unit_rows
from wordmill.vectors.subwords import Subwords

__all__ = ["VectorTable"]

Default = TypeVar("Default")


class VectorTable(HelpfulNames):
    """The storage of `KeyedVectors`, which says what it takes: keys, vectors, counts and norms."""

    HINTS = VECTORS

    def __init__(
        self,
        keys: Sequence[str] | Sequence[int] | NDArray[Any] | KeyTable | PackedKeys,
        vectors: Floats,
        *,
        counts: NDArray[np.int64] | None = None,
        norms: Floats | None = None,
        tokenizer: TokenizerName | None = "whitespace",
        lowercase: bool = False,
        files: Sequence[MappedFile] = (),
        subwords: Subwords | None = None,
        phrases: PhraseBook | None = None,
    ) -> None:
        self._files = tuple(files)
        self._table = make_key_table(keys)
        self._vectors = _read_only(_checked_matrix(vectors, len(self._table)))
        self._norms = _read_only(row_norms(self._vectors) if norms is None else _checked_norms(norms, len(self)))
        self._counts = None if counts is None else _read_only(_checked_counts(counts, len(self)))
        if not np.isfinite(self._norms).all():
            row = int(np.flatnonzero(~np.isfinite(self._norms))[0])
            raise ParameterError(
                f"the vector of key {quoted(self._table[row])} (row {row}) holds NaN or infinity, or is too long"
            )
        if tokenizer not in ("whitespace", "words", None):
            raise ParameterError(f"tokenizer={quoted(tokenizer)}: 'whitespace', 'words' or None")
        if subwords is not None and (self.kind != "str" or subwords.rows.shape[1] != self.vector_size):
            raise ParameterError(
                f"subwords are of text, with vectors of {subwords.rows.shape[1]} numbers: "
                f"here are {self.kind} keys with vectors of {self.vector_size}"
            )
        if phrases is not None and (self.kind != "str" or not isinstance(phrases, PhraseBook)):
            raise ParameterError(f"phrases={quoted(phrases)} beside {self.kind} keys: phrases are made of words")
        self.tokenizer, self.lowercase, self.subwords, self.phrases = tokenizer, lowercase, subwords, phrases

    @classmethod
    def of(cls, table: VectorTable) -> Self:
        """Return what another table holds as one of this class, without a copy."""
        return cls(
            table.key_table,
            table.vectors,
            counts=table.counts,
            norms=table.norms,
            tokenizer=table.tokenizer,
            lowercase=table.lowercase,
            files=table._files,
            subwords=table.subwords,
            phrases=table.phrases,
        )

    def __repr__(self) -> str:
        about = f"{len(self)} {self.kind} keys, vector_size={self.vector_size}, {self._vectors.dtype}"
        return f"{type(self).__name__}({about})"

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the arrays themselves, no longer tied to a file."""
        self.check_files()
        return {**self.__dict__, "_files": ()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a pickled or copied table; NumPy forgets there that arrays were read-only."""
        for name, value in state.items():
            self.__dict__[name] = _read_only(value) if isinstance(value, np.ndarray) else value

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> list[str] | NDArray[np.int64]:
        """All keys by row; do not modify."""
        self.check_files()
        return self._table.keys

    @property
    def index_to_key(self) -> list[Any]:
        """All keys by row, as a list of strings or of integers; do not modify."""
        self.check_files()
        return self._table.keys if isinstance(self._table, TextKeys) else self._table.keys.tolist()

    @property
    def key_to_index(self) -> dict[Key, int]:
        """Row of every key, read-only."""
        self.check_files()
        return self._table.index

    @property
    def key_table(self) -> KeyTable:
        """The keys as they are stored."""
        self.check_files()
        return self._table

    @property
    def kind(self) -> Literal["str", "int"]:
        """What the keys are."""
        return self._table.kind

    @property
    def key_name(self) -> Literal["word", "key"]:
        """What a key is called: a word where texts are cut into them, and not that of an item or a document."""
        return "key" if self.tokenizer is None or self.kind == "int" else "word"

    @property
    def vectors(self) -> Floats:
        """The matrix (V, D), read-only; a `FormatError` where a file that it is mapped from was written to since."""
        self.check_files()
        return self._vectors

    @property
    def norms(self) -> Floats:
        """Length of each vector (V,), read-only."""
        self.check_files()
        return self._norms

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each key was seen (V,), read-only, if known."""
        self.check_files()
        return self._counts

    @property
    def vector_size(self) -> int:
        """Dimensions D of a vector."""
        return int(self._vectors.shape[1])

    # -- keys to rows and vectors -------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: object) -> bool:
        self.check_files()
        return self._table.find(key) >= 0

    def __iter__(self) -> Iterator[Key]:
        return iter(self.index_to_key)

    def __getitem__(self, keys: Key | Sequence[Key] | NDArray[np.integer[Any]]) -> Floats:
        """Return the vector (D,) of a key, or the vectors (n, D) of several; where there are subwords, of any word."""
        if isinstance(keys, str) or not isinstance(keys, Iterable):
            return self.vector(keys)
        if self.subwords is None:
            return self._rows(self.get_indices(keys))
        return self.vectors_of(flat_keys(keys))

    def get(self, key: Key, default: Default = None) -> Floats | Default:  # type: ignore[assignment]
        """Return the vector (D,) of `key`, or `default` if it has none."""
        self.check_files()
        index = self.find(key)
        if index >= 0:
            return self._rows(index)
        made = self._made_of_subwords(key)
        return default if made is None else made

    def vector(self, key: Key) -> Floats:
        """Return the vector (D,) of a key.

        Raises
        ------
        MissingKeyError
            It has none, and no n-gram that has one.
        """
        found: Floats | None = self.get(key)
        if found is None:
            raise self._missing(key)
        return found

    def vectors_of(self, keys: Sequence[Key] | NDArray[Any]) -> Floats:
        """Return the vectors (n, D) of several keys; as `vector`."""
        self.check_files()
        ids = self.find_many(keys)
        rows: Floats = self._rows(ids.clip(min=0))
        for place in np.flatnonzero(ids < 0).tolist():
            rows[place] = self.vector(keys[place])
        return rows

    def get_vector(self, key: Key, *, norm: bool = False) -> Floats:
        """Return the vector (D,) of a key, scaled to length 1 with `norm`; `MissingKeyError` if there is none."""
        vectors: Floats = self.unit_vectors_of([key]) if norm else self.vector(key)[None]
        vector: Floats = vectors[0]
        return vector

    def _made_of_subwords(self, key: object) -> Floats | None:
        """Return the vector of a word that is no key, from its n-grams; None where it has none, or there are none."""
        if self.subwords is None or not isinstance(key, str):
            return None
        made = self.subwords.vector(key)
        return None if made is None else made.astype(self._vectors.dtype, copy=False)

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Row of a key; where there is none, `default`, or a `MissingKeyError` without one."""
        self.check_files()
        index = self.find(key)
        if index >= 0:
            return index
        if default is None:
            raise self._missing(key)
        return default

    def get_indices(self, keys: Iterable[Key] | NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Rows of several keys (n,); `MissingKeyError` for the first that is missing."""
        self.check_files()
        listed = flat_keys(keys)
        ids = self.find_many(listed)
        if (ids < 0).any():
            raise self._missing(listed[int(np.flatnonzero(ids < 0)[0])])
        return ids

    def find(self, key: object) -> int:
        """Row of a key, or of the phrase that a text is read as, "new york" as new_york; -1 where there is none."""
        row = self.key_table.find(key)
        if row >= 0 or self.phrases is None or not isinstance(key, str):
            return row
        words = tokenize(key, self.tokenizer or "whitespace", lowercase=self.lowercase)
        joined = self.phrases.join_tokens(words)
        return self._table.find(joined[0]) if len(joined) == 1 < len(words) else row

    def find_many(self, keys: Sequence[object] | NDArray[Any]) -> NDArray[np.int64]:
        """Rows (n,) of several keys; as `find`."""
        rows = self.key_table.find_many(keys)
        if self.phrases is not None:
            for place in np.flatnonzero(rows < 0).tolist():
                rows[place] = self.find(keys[place])
        return rows

    def _rows(self, ids: int | NDArray[np.int64]) -> Floats:
        rows: Floats = self._vectors[ids]
        return rows

    def check_files(self) -> None:
        """Refuse files that were written to since the arrays were mapped from them; a `FormatError` names one."""
        for file in self._files:
            file.check()

    def _missing(self, key: object) -> MissingKeyError:
        if isinstance(self._table, IntegerKeys):
            low, high = self._table.keys.min(), self._table.keys.max()
            return MissingKeyError(
                f"no vector for {quoted(key)}: the {counted(len(self), 'key')} are integers from {low} to {high}"
            )
        if not isinstance(key, str):
            return MissingKeyError(f"no vector for {quoted(key)}: the keys of this model are strings")
        near = ", ".join(repr(form) for form in near_spellings(self._table, key))
        hint = f"did you mean {near}?" if near else f"it is not among the {counted(len(self), 'key')}"
        return MissingKeyError(f"no vector for {quoted(key)}: {hint}")

    # -- other tables made of this one --------------------------------------------------------------------------------

    def subset(self, keys: Iterable[Key]) -> Self:
        """Return a table of some keys only, in the order given."""
        ids = self.get_indices(keys)
        counts = None if self._counts is None else self._counts[ids]
        kept = self._table.take(ids)
        return self.replace(keys=kept, vectors=self._vectors[ids], counts=counts, subwords=self.subwords)

    def add_vectors(
        self,
        keys: Sequence[Key],
        vectors: Floats,
        *,
        counts: NDArray[np.int64] | None = None,
        replace: bool = False,
    ) -> Self:
        """Return a table with more keys at its end.

        Parameters
        ----------
        keys, vectors
            n keys and their vectors (n, D).
        counts
            (n,) of the new keys, where this table has counts; 0 if not given.
        replace
            Whether keys that are here already get the new vector; else they are an error.
        """
        self.check_files()
        keys = list(flat_keys(keys))
        rows = _checked_matrix(vectors, len(keys)).astype(self._vectors.dtype, copy=False)
        if rows.shape[1] != self.vector_size:
            raise ParameterError(
                f"the new vectors have {counted(rows.shape[1], 'dimension')}, those here {self.vector_size}"
            )
        if self._counts is None and counts is not None:
            raise ParameterError("counts given, but the keys here have none")
        more_counts = np.zeros(len(keys), np.int64) if counts is None else _checked_counts(counts, len(keys))
        ids = self._table.find_many(list(keys))
        old, new = np.flatnonzero(ids >= 0), np.flatnonzero(ids < 0)
        if len(old) and not replace:
            raise ParameterError(
                f"key {quoted(keys[int(old[0])])} is here already: replace=True gives it the new vector"
            )
        matrix = np.concatenate([self._vectors, rows[new]])
        matrix[ids[old]] = rows[old]
        all_counts = None if self._counts is None else np.concatenate([self._counts, more_counts[new]])
        if all_counts is not None and counts is not None:
            all_counts[ids[old]] = more_counts[old]
        all_keys = [*self, *(keys[int(i)] for i in new)]
        return self.replace(keys=all_keys, vectors=matrix, counts=all_counts, subwords=self.subwords)

    def replace(
        self,
        *,
        vectors: Floats,
        keys: Sequence[Any] | KeyTable | None = None,
        counts: NDArray[np.int64] | None = None,
        subwords: Subwords | None = None,
    ) -> Self:
        """Return a table like this one with other vectors; without `keys`, of the same keys and counts.

        Subwords are those that are given, if any: vectors that have changed are not of the same n-grams any more.
        """
        self.check_files()
        return type(self)(
            self._table if keys is None else keys,
            vectors,
            counts=self._counts if keys is None else counts,
            tokenizer=self.tokenizer,
            lowercase=self.lowercase,
            subwords=subwords,
            phrases=self.phrases,
        )

    def unit_vectors_of(self, keys: Sequence[Key] | Iterable[Key] | NDArray[np.integer[Any]]) -> Floats:
        """Vectors (n, D) of some keys, scaled to length 1; as `vector`."""
        if self.subwords is None:
            return self.unit_vectors(self.get_indices(keys))
        rows = self.vectors_of(flat_keys(keys))
        return unit_rows(rows, row_norms(rows))

    def unit_vectors(self, ids: NDArray[np.int64] | Sequence[int]) -> Floats:
        """Vectors (n, D) of some rows, scaled to length 1 (zero vectors stay zero)."""
        rows = np.asarray(ids)
        if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
            raise ParameterError(f"{quoted(ids)} where rows are asked for: get_indices(keys) gives those of keys")
        rows = rows.astype(np.int64, copy=False)
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self):
            raise ParameterError(f"rows {rows.min()} to {rows.max()} are asked for, of {counted(len(self), 'key')}")
        return unit_rows(self._vectors[rows], self._norms[rows])


def _checked_matrix(vectors: Floats, rows: int) -> Floats:
    matrix = _plain_array(vectors, "vectors")
    if isinstance(vectors, np.ma.MaskedArray) and np.ma.getmaskarray(vectors).any():
        raise ParameterError("some numbers of the vectors are masked: leave such rows out")
    if matrix.dtype.kind != "f" or matrix.ndim != 2 or 0 in matrix.shape:
        raise ParameterError(f"vectors must be floats of shape (keys, dimensions), not {matrix.dtype} {matrix.shape}")
    if len(matrix) != rows:
        raise ParameterError(f"{counted(rows, 'key')} but {counted(len(matrix), 'vector')}: each key needs one row")
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(np.float32)


def _checked_norms(norms: Floats, rows: int) -> Floats:
    lengths = _plain_array(norms, "norms")
    if lengths.dtype.kind != "f" or lengths.shape != (rows,):
        raise ParameterError(f"norms must be floats of shape ({rows},), one for each key, not {_form(lengths)}")
    return lengths


def _checked_counts(counts: Any, rows: int) -> NDArray[np.int64]:
    numbers = _plain_array(counts, "counts")
    whole = numbers.dtype.kind in "iu" and numbers.shape == (rows,)
    if not whole or (rows and not 0 <= numbers.min() <= numbers.max() < 2**63):
        raise ParameterError(f"counts must be integers of shape ({rows},), none negative, not {_form(numbers)}")
    return numbers.astype(np.int64, copy=False)


def _plain_array(values: Any, name: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:
        raise ParameterError(f"{name} has rows of different lengths: each needs as many numbers") from None


def _form(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape}"


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
