"""gensim's KeyedVectors: its methods, answered by a `wordmill.KeyedVectors`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

import wordmill
from wordmill.compat.gensim import evaluation, files
from wordmill.compat.gensim.absent import KEYED_VECTORS, MODULES, no_attribute, no_name, raise_own_error
from wordmill.compat.gensim.queries import gensim_query, mean_of
from wordmill.errors import MissingKeyError, ParameterError
from wordmill.foreign import listed, quoted
from wordmill.training.run.rows import Rows
from wordmill.training.run.saved import input_rows
from wordmill.training.run.state import Run
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms, similarities, unit_rows
from wordmill.vectors.postprocess import to_unit_length
from wordmill.vectors.queries import combine

__all__ = ["KeyedVectors", "Word2VecKeyedVectors", "frozen_rows", "read_only"]

logger = logging.getLogger(__name__)

Pairs = list[tuple[Any, float]]


class KeyedVectors:
    """Vectors by key, as gensim has them: `wrapped` does the work, and what changes the vectors swaps it.

    As in gensim a row number stands for the key of that row, where it is no key itself. `count` and `mapfile_path`
    change nothing.

    Attributes
    ----------
    vectors_lockf : (1,) or (V,) floats
        0 where training leaves a vector as it is, 1 where it does not.
    """

    def __init__(
        self,
        vector_size: int,
        count: int = 0,  # noqa: ARG002
        dtype: Any = np.float32,
        mapfile_path: str | None = None,  # noqa: ARG002
    ) -> None:
        self._empty: Floats = np.zeros((0, vector_size), dtype)
        self._wrapped: wordmill.KeyedVectors | None = None
        self._key_to_index: dict[Key, int] | None = None
        self.vectors_lockf: NDArray[Any] = np.ones(1, np.float32)
        if self._empty.dtype not in (np.float32, np.float64):
            raise ParameterError(f"dtype={quoted(dtype)} is not there yet: float32 or float64")

    @classmethod
    def wrapping(cls, vectors: wordmill.KeyedVectors) -> Self:
        """Give wordmill's vectors gensim's face."""
        made = cls(vectors.vector_size, dtype=vectors.vectors.dtype)
        made.wrapped = vectors
        return made

    @property
    def wrapped(self) -> wordmill.KeyedVectors:
        """The vectors as wordmill has them, immutable: this object changes by wrapping others."""
        if self._wrapped is None:
            raise MissingKeyError("there are no vectors yet: add_vectors brings some")
        return self._wrapped

    @wrapped.setter
    def wrapped(self, vectors: wordmill.KeyedVectors) -> None:
        self._wrapped, self._key_to_index = vectors, None

    _ABSENT = KEYED_VECTORS

    def __getattr__(self, name: str) -> Any:
        raise_own_error(self, name)
        no_attribute(type(self).__name__, name, self._ABSENT)

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def vector_size(self) -> int:
        """Dimensions D of a vector."""
        return int(self.vectors.shape[1])

    @property
    def vectors(self) -> Floats:
        """The matrix (V, D), read-only; assign a whole matrix to change it."""
        return self._empty if self._wrapped is None else self._wrapped.vectors

    @vectors.setter
    def vectors(self, matrix: Floats) -> None:
        self.wrapped = self.wrapped.replace(vectors=matrix)

    @property
    def norms(self) -> Floats:
        """Length of each vector (V,)."""
        return self._empty[:, 0] if self._wrapped is None else self._wrapped.norms

    @property
    def index_to_key(self) -> list[Any]:
        """All keys by row; do not modify."""
        return [] if self._wrapped is None else self._wrapped.index_to_key

    @property
    def key_to_index(self) -> dict[Key, int]:
        """Row of every key, a plain dictionary; changing it changes no vector."""
        if self._key_to_index is None:
            self._key_to_index = dict(self._rows)
        return self._key_to_index

    @property
    def _rows(self) -> Mapping[Key, int]:
        return {} if self._wrapped is None else self._wrapped.key_to_index

    @property
    def expandos(self) -> dict[str, NDArray[np.int64]]:
        """The counts (V,) of the keys under the name `count`, if they are known."""
        counts = None if self._wrapped is None else self._wrapped.counts
        return {} if counts is None else {"count": counts}

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> Iterator[Floats]:
        """Yield the vectors, by row."""
        return iter(self.vectors)

    def __contains__(self, key: object) -> bool:
        return self.has_index_for(key)

    def __getitem__(self, key_or_keys: Key | Iterable[Key]) -> Floats:
        """Return the vector (D,) of a key, or the vectors (n, D) of several."""
        if isinstance(key_or_keys, str | int | np.integer):
            return self.get_vector(key_or_keys)
        rows: Floats = self.vectors[[self.get_index(key) for key in key_or_keys]]
        return rows

    def has_index_for(self, key: Any) -> bool:
        """Whether a key has a vector."""
        return self._wrapped is not None and self.get_index(key, -1) >= 0

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Row of a key; where there is none, `default`, or a `KeyError` without one."""
        row = self.wrapped.get_index(key, -1)
        if row < 0 and isinstance(key, int | np.integer) and 0 <= key < len(self):
            return int(key)
        return row if row >= 0 else self.wrapped.get_index(key, default)

    def get_vector(self, key: Key, norm: bool = False) -> Floats:
        """Return the vector (D,) of a key, scaled to length 1 with `norm`."""
        row = self.get_index(key)
        vector: Floats = self.wrapped.unit_vectors([row])[0] if norm else self.vectors[row]
        return vector

    def word_vec(self, *args: Any, **kwargs: Any) -> Floats:
        """Return the vector of a key: gensim's older name of `get_vector`."""
        return self.get_vector(*args, **kwargs)

    def get_normed_vectors(self) -> Floats:
        """All vectors (V, D), scaled to length 1."""
        return unit_rows(self.vectors, self.norms)

    def get_vecattr(self, key: Key, attr: str) -> int:
        """Count of a key; it has no other attribute."""
        if attr not in self.expandos:
            known = ", ".join(self.expandos) or "none: these vectors came without counts"
            raise KeyError(f"there is no attribute {quoted(attr)} here; there is {known}")
        return int(self.expandos[attr][self.get_index(key)])

    def set_vecattr(self, key: Key, attr: str, val: int) -> None:
        """Set the count of a key."""
        if attr != "count":
            raise ParameterError(f"the attribute {quoted(attr)} is not there: the only one is count")
        counts = np.array(self.expandos.get("count", np.zeros(len(self), np.int64)))
        counts[self.get_index(key)] = val
        old = self.wrapped
        self.wrapped = old.replace(keys=old.key_table, vectors=old.vectors, counts=counts, subwords=old.subwords)

    # -- what changes it ----------------------------------------------------------------------------------------------

    def __setitem__(self, keys: Key | list[Key], weights: ArrayLike) -> None:
        """Give keys vectors; those that are here already change."""
        self.add_vectors(keys, weights, replace=True)

    def add_vector(self, key: Key, vector: ArrayLike) -> int:
        """Give a new key its vector; returns its row."""
        self.add_vectors([key], np.asarray(vector))
        return self.get_index(key)

    def add_vectors(
        self, keys: Key | Sequence[Key], weights: ArrayLike, extras: Any = None, replace: bool = False
    ) -> None:
        """Give keys vectors; those that are here already keep theirs, unless `replace`."""
        if extras:
            raise ParameterError("extras= is not there: the only attribute of a key is its count, see set_vecattr")
        listed: list[Any] = [keys] if isinstance(keys, str | int | np.integer) else list(keys)
        rows = np.asarray(weights, self.vectors.dtype).reshape(len(listed), -1)
        if rows.shape[1] != self.vector_size:
            raise ParameterError(f"vectors of {rows.shape[1]} dimensions, and those here have {self.vector_size}")
        if self._wrapped is None:
            self.wrapped = wordmill.KeyedVectors(listed, rows)
            return
        new = [index for index, key in enumerate(listed) if replace or key not in self._rows]
        if new:
            self.wrapped = self.wrapped.add_vectors([listed[index] for index in new], rows[new], replace=replace)

    def sort_by_descending_frequency(self) -> None:
        """Sort keys by falling count, those of equal count as they are; nothing where counts are not known."""
        if "count" in self.expandos:
            order = np.argsort(-self.expandos["count"], kind="stable")
            self.wrapped = self.wrapped.subset(self.wrapped.key_table.take(order))

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1."""
        self.vectors = to_unit_length(self.wrapped).vectors

    def fill_norms(self, force: bool = False) -> None:
        """Do nothing: norms are always there."""

    def init_sims(self, replace: bool = False) -> None:
        """Scale all vectors to length 1 with `replace`, else do nothing: norms are always there."""
        if replace:
            self.unit_normalize_all()

    # -- neighbours ---------------------------------------------------------------------------------------------------

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """Keys nearest to a query with their similarities; all similarities, as an array, where `topn` is None.

        As in gensim a weight is taken as it is given, also in `negative`, and a vector counts with its length.
        """
        query = gensim_query(self, positive, negative)
        start, stop = (0, restrict_vocab) if restrict_vocab else (clip_start, clip_end or len(self))
        if topn is None:
            unit, _ = combine(self.wrapped, query, ())
            return similarities(self.vectors[start:stop], self.norms[start:stop], unit)
        if topn < 1:
            return []
        if indexer is not None and not hasattr(indexer, "top_k"):
            raise ParameterError("gensim's indexers are not there: make one by kv.wrapped.build_index()")
        found = self.wrapped.most_similar(query, topn=topn, clip_start=start, clip_end=stop, indexer=indexer)
        return [(key, similarity) for key, similarity in found]

    def similar_by_key(self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Keys most similar to one key."""
        return self.most_similar([key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_word(self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Keys most similar to one key."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_vector(self, vector: ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Keys most similar to a vector."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Pairs:
        """Keys by the product of shifted similarities (3CosMul); vectors are taken at length 1."""
        if topn is None:
            raise ParameterError("topn=None is not there for most_similar_cosmul: give a number")
        if topn < 1:
            return []
        added, divided = ([what for what, _ in gensim_query(self, part, None)] for part in (positive, negative))
        found = self.wrapped.most_similar_cosmul(added, divided, topn, restrict_vocab=restrict_vocab)
        return [(key, score) for key, score in found]

    def closer_than(self, key1: Key, key2: Key) -> list[Key]:
        """Keys that are closer to `key1` than `key2` is, by row."""
        return sorted(self.wrapped.closer_than(self._key(key1), self._key(key2)), key=self.get_index)

    def words_closer_than(self, word1: Key, word2: Key) -> list[Key]:
        """Keys that are closer to `word1` than `word2` is, by row."""
        return self.closer_than(word1, word2)

    def rank(self, key1: Key, key2: Key) -> int:
        """Place of `key2` among the neighbours of `key1`: 1 for the nearest."""
        return self.wrapped.rank(self._key(key1), self._key(key2))

    # -- pairs and sets -----------------------------------------------------------------------------------------------

    def similarity(self, w1: Key, w2: Key) -> float:
        """Cosine similarity of two keys."""
        first, second = (self.get_vector(key, norm=True) for key in (w1, w2))
        return float(np.clip(first @ second, -1, 1))

    def distance(self, w1: Key, w2: Key) -> float:
        """One minus the similarity of two keys."""
        return 1 - self.similarity(w1, w2)

    def distances(self, word_or_vector: Key | Floats, other_words: Sequence[Key] = ()) -> Floats:
        """One minus the similarity (n,) to other keys, to all where none are given."""
        one = isinstance(word_or_vector, str | int | np.integer)
        vector = self.get_vector(word_or_vector) if one else np.asarray(word_or_vector)  # type: ignore[arg-type]
        if not len(other_words):
            return self.wrapped.distances(vector)
        unit, _ = combine(self.wrapped, [vector], ())
        return 1 - np.clip(np.stack([self.get_vector(key, norm=True) for key in other_words]) @ unit, -1, 1)

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Cosine similarity of the means of two lists of keys; keys without a vector are passed over."""
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("one of the lists is empty")
        first, second = (self.get_mean_vector(ws, pre_normalize=False, post_normalize=True) for ws in (ws1, ws2))
        return float(first @ second)

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """Similarity over the sum of those of the `topn` nearest (Leeuwenberg et al. 2016, equation 1)."""
        return self.similarity(wa, wb) / float(sum(near for _, near in self.similar_by_key(wa, topn)))

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Key:
        """Return the key of a list that is most similar to `key1`."""
        return keys_list[int(np.argmin(self.distances(key1, keys_list)))]

    def get_mean_vector(
        self,
        keys: Sequence[Key | Floats] | Floats,
        weights: Sequence[float] | NDArray[Any] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Floats:
        """Weighted mean (D,) of keys and vectors; zeros where none of the keys has a vector."""
        return mean_of(self, keys, weights, pre_normalize, post_normalize, ignore_missing)

    def rank_by_centrality(self, words: Sequence[Key], use_norm: bool = True) -> list[tuple[float, Key]]:
        """Keys with their closeness to the mean of all, the closest first; those without a vector are passed over."""
        known = [word for word in words if word in self]
        if len(known) < len(words):
            logger.warning("passed over, for they have no vector: %s", listed([w for w in words if w not in self]))
        if not known:
            raise ValueError("none of the words has a vector")
        rows = np.stack([self.get_vector(word, norm=use_norm) for word in known])
        closeness = rows @ self.get_mean_vector(rows, post_normalize=True)
        return sorted(zip(closeness.tolist(), known, strict=True), reverse=True)

    def doesnt_match(self, words: Sequence[Key]) -> Key:
        """Return the key that is furthest from the mean of all; those without a vector are passed over."""
        return self.rank_by_centrality(words)[-1][1]

    @staticmethod
    def cosine_similarities(vector_1: Floats, vectors_all: Floats) -> Floats:
        """Cosine similarities (n,) of a vector to the rows of a matrix."""
        unit = unit_rows(vector_1[None], row_norms(vector_1[None]))[0]
        return similarities(vectors_all, row_norms(vectors_all), unit)

    def vectors_for_all(
        self,
        keys: Iterable[Key],
        allow_inference: bool = True,  # noqa: ARG002
        copy_vecattrs: bool = False,
    ) -> KeyedVectors:
        """Return the vectors of those of the keys that have one. Nothing is inferred, here as in gensim's class."""
        known = [key for key in dict.fromkeys(keys) if key in self._rows]
        made = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        if known:
            some = self.wrapped.subset(known)
            made.wrapped = some if copy_vecattrs else some.replace(keys=some.key_table, vectors=some.vectors)
        return made

    # -- evaluation ---------------------------------------------------------------------------------------------------

    def evaluate_word_analogies(
        self,
        analogies: str | PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Answer a file of analogies: the share that is right, and by section the lists `correct` and `incorrect`."""
        return evaluation.analogies(
            self.wrapped, analogies, restrict_vocab, case_insensitive, dummy4unknown, similarity_function
        )

    def evaluate_word_pairs(
        self,
        pairs: str | PathLike[str],
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[evaluation.Correlation, evaluation.Correlation, float]:
        """Correlate with people's scores: Pearson's and Spearman's (correlation, p-value), percentage of unknown."""
        return evaluation.word_pairs(
            self.wrapped, pairs, delimiter, encoding, restrict_vocab, case_insensitive, dummy4unknown
        )

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save as wordmill's model directory; gensim's options of pickles change nothing."""
        files.prepare_save(fname, options)
        self.wrapped.save(fname, format="directory")

    @classmethod
    def load(cls, fname: str | PathLike[str], mmap: Literal["r"] | None = None) -> Self:  # noqa: ARG003
        """Load a model directory, memory-mapped, or a file of any format that wordmill reads."""
        return cls.wrapping(wordmill.KeyedVectors.load(fname))

    def save_word2vec_format(
        self,
        fname: str | PathLike[str],
        fvocab: str | PathLike[str] | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write word2vec's text or binary file, the rows as they are; `fvocab` gets the counts."""
        files.refuse("save_word2vec_format", total_vec=total_vec, prefix=prefix, append=append)
        files.save_word2vec(self.wrapped, Path(fname), fvocab, binary, write_header, sort_attr)

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | PathLike[str],
        fvocab: str | PathLike[str] | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: Literal["strict", "replace", "ignore"] = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read word2vec's text or binary file; of a key that comes twice, the first row."""
        vectors = files.load_word2vec(Path(fname), fvocab, binary, encoding, unicode_errors, limit, datatype, no_header)
        return cls.wrapping(vectors)

    def intersect_word2vec_format(
        self,
        fname: str | PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: Literal["strict", "replace", "ignore"] = "strict",
    ) -> None:
        """Take the vectors of a file for the keys that are here too; `lockf=0.0` freezes them, `lockf=1.0` does not."""
        other = KeyedVectors.load_word2vec_format(fname, None, binary, encoding, unicode_errors)
        shared = [key for key in other.index_to_key if key in self._rows]
        self.add_vectors(shared, other[shared], replace=True)
        self.vectors_lockf = np.broadcast_to(self.vectors_lockf, len(self)).copy()
        self.vectors_lockf[[self.get_index(key) for key in shared]] = lockf
        frozen_rows(self)

    # -- for training -------------------------------------------------------------------------------------------------

    def take(self, run: Run) -> None:
        """Hold the vectors of a run as they are."""
        self.wrapped = run.as_keyed_vectors()

    def take_saved(self, vectors: wordmill.KeyedVectors, own_rows: Floats | None) -> None:  # noqa: ARG002
        """Hold vectors that were saved; where words are made of several rows, with their own."""
        self.wrapped = vectors

    def own_rows(self) -> dict[str, Floats]:
        """Return the words' own rows by their name in a saved model; none where these are the vectors."""
        return {}

    def rows_for_training(self, rows: Rows) -> Floats:
        """Return the rows of the input vectors of a run (R, D)."""
        return input_rows(self.wrapped, None, rows)

    def frozen(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Whether each of the rows of a run is frozen (R,); None where none is."""
        words = frozen_rows(self)
        return None if words is None else rows.of(words)

    # -- what the methods share ---------------------------------------------------------------------------------------

    def _key(self, key: Any) -> Key:
        """Return a key, where it is given as a row number too."""
        return self.wrapped.key_table[self.get_index(key)]


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def frozen_rows(vectors: KeyedVectors) -> NDArray[np.bool_] | None:
    """Whether `vectors_lockf` freezes each vector (V,); None where it freezes none."""
    lockf = np.asarray(vectors.vectors_lockf)
    if lockf.shape not in ((1,), (len(vectors),)) or not np.isin(lockf, (0, 1)).all():
        raise ParameterError(f"vectors_lockf must be 1 or {len(vectors)} numbers, each 0 (frozen) or 1")
    return None if lockf.all() else np.broadcast_to(lockf == 0, len(vectors)).copy()


Word2VecKeyedVectors = KeyedVectors  # gensim's older name


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.keyedvectors", name, MODULES)
