"""KeyedVectors: an immutable matrix with a key for every row, and the queries on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import signature
from itertools import pairwise
from os import PathLike
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError, counted
from wordmill.foreign import quoted
from wordmill.other_names import LOAD_OPTIONS
from wordmill.sources.keys import flat_keys, unpacked
from wordmill.vectors import formats, hub
from wordmill.vectors.ann import ApproximateIndex
from wordmill.vectors.card import CardFacts, Scored
from wordmill.vectors.documents import Document, encode_documents, sif_weights
from wordmill.vectors.formats.arrow import arrow_table
from wordmill.vectors.frames import to_pandas, to_polars
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms, similarities, unit_rows
from wordmill.vectors.nearest import nearest_rows
from wordmill.vectors.queries import (
    Query,
    combine,
    is_one_term,
    numbers,
    parse_many,
    parse_terms,
    positive_integer,
)
from wordmill.vectors.search import Neighbor, TopK
from wordmill.vectors.table import VectorTable

__all__ = ["Indexer", "KeyedVectors"]

_MOST_THREADS = 1_024
_COSMUL_EPSILON = 1e-6  # keeps a division from zero (Levy and Goldberg, 2014, section 6)


class Indexer(Protocol):
    """An index that answers queries in place of the exact search, such as `ApproximateIndex`."""

    def top_k(self, queries: Floats, k: int, *, exclude: Sequence[NDArray[np.int64]] | None = None) -> TopK:
        """Rows most similar to each query; as `wordmill.vectors.search.top_k`."""


class KeyedVectors(VectorTable):
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
    files
        Files that the arrays are mapped from: one that is written to later is refused.
    subwords
        Rows of n-grams, which give words that are no keys a vector: `wv["unseen"]` has one, `"unseen" in wv` is False.
    phrases
        Phrases that `encode` joins in texts, and by which `wv["new york"]` is the vector of new_york.

    Raises
    ------
    ParameterError
        Duplicate or mixed keys, shapes that do not match, vectors that hold NaN or infinity.
    """

    # -- nearest neighbours -------------------------------------------------------------------------------------------

    def most_similar(
        self,
        positive: Query = (),
        negative: Query = (),
        topn: int = 10,
        *,
        restrict_vocab: int | None = None,
        clip_start: int = 0,
        clip_end: int | None = None,
        indexer: Indexer | None = None,
    ) -> list[Neighbor]:
        """Keys whose vectors point most nearly where the query does.

        The query is the weighted sum of the unit vectors of `positive`, less those of `negative` (3CosAdd: Levy and
        Goldberg, 2014). Keys that are named in it are not returned.

        Parameters
        ----------
        positive, negative
            A key, a vector (D,), a pair (key or vector, weight), or a sequence of these.
        topn
            How many to return, best first; fewer if there are not as many.
        restrict_vocab
            Search the first, most frequent, keys only: the same as `clip_end`.
        clip_start, clip_end
            Search only these rows.
        indexer
            An approximate index (`build_index`) to search instead of all vectors.
        """
        query, named = combine(self, positive, negative)
        span = self._span(restrict_vocab, clip_start, clip_end)
        found = self._search(query[None], positive_integer("topn", topn), [named], span, indexer)
        return self._neighbors(found.ids, found.similarities)[0]

    def nearest(
        self,
        queries: Sequence[Key] | NDArray[Any] | Any,
        k: int = 10,
        *,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        threads: int | None = None,
    ) -> list[list[Neighbor]]:
        """Nearest keys of many queries at once, exact: thousands of them in a fraction of the time of one by one.

        Parameters
        ----------
        queries
            Keys, a column of them too (each is left out of its own result), or vectors (Q, D).
        k, restrict_vocab, indexer
            As in `most_similar`.
        threads
            Search by this many at most; None: every core that the process may use.
        """
        units, rows = parse_many(self, queries)
        span = self._span(restrict_vocab, 0, None)
        most = None if threads is None else min(positive_integer("threads", threads), _MOST_THREADS)
        found = self._search(units, positive_integer("k", k), rows, span, indexer, most)
        return self._neighbors(found.ids, found.similarities)

    def most_similar_cosmul(
        self, positive: Query = (), negative: Query = (), topn: int = 10, *, restrict_vocab: int | None = None
    ) -> list[Neighbor]:
        """Keys by the product of shifted similarities to `positive` over those to `negative` (3CosMul: the same paper).

        The number beside each key is this quotient, not a cosine. A weight is the exponent of its factor.
        """
        terms = [*parse_terms(self, positive), *(t._replace(weight=-t.weight) for t in parse_terms(self, negative))]
        if not terms:
            raise ParameterError("a query needs at least one key or vector")
        start, stop = self._span(restrict_vocab, 0, None)
        scores = np.ones(stop - start)
        for term in terms:
            cosines = similarities(self.vectors[start:stop], self.norms[start:stop], term.unit)
            shifted = (1 + cosines.astype(np.float64)) / 2
            scores *= (shifted if term.weight >= 0 else shifted + _COSMUL_EPSILON) ** term.weight
        scores[[term.row for term in terms if term.row is not None and term.row < stop]] = -np.inf
        best = np.argsort(-scores, kind="stable")[: positive_integer("topn", topn)]
        best = best[scores[best] > -np.inf]
        return self._neighbors(best[None], scores[None, best])[0]

    def similar_by_key(self, key: Key, topn: int = 10, *, restrict_vocab: int | None = None) -> list[Neighbor]:
        """Keys most similar to one key."""
        return self.most_similar([self._one_key(key)], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(self, vector: Floats, topn: int = 10, *, restrict_vocab: int | None = None) -> list[Neighbor]:
        """Keys most similar to a vector (D,); no key is left out."""
        return self.most_similar([numbers(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def analogy(self, a: Key, b: Key, c: Key, topn: int = 10) -> list[Neighbor]:
        """Answer "a is to b as c is to ...": the keys nearest to b - a + c (Mikolov et al., 2013)."""
        return self.most_similar(positive=[b, c], negative=[a], topn=topn)

    def build_index(self, **options: Any) -> ApproximateIndex:
        """Build an approximate index for `indexer=`; see `wordmill.vectors.ann.ApproximateIndex.build`."""
        return ApproximateIndex.build(self, **options)

    # -- pairs and sets -----------------------------------------------------------------------------------------------

    def similarity(self, a: Key, b: Key) -> float:
        """Cosine similarity of two keys, between -1 and 1; 0 if either vector is zero."""
        first, second = self.unit_vectors_of([a, b])
        return float(np.clip(first @ second, -1, 1))

    def distance(self, a: Key, b: Key) -> float:
        """One minus the similarity of two keys."""
        return 1 - self.similarity(a, b)

    def distances(self, key_or_vector: Key | Floats, other_keys: Iterable[Key] | Any = ()) -> Floats:
        """One minus the similarity (n,) of a key or vector to other keys, all of them if none are given."""
        unit, _ = combine(self, [key_or_vector], ())
        if len(others := flat_keys(other_keys)):
            return 1 - np.clip(self.unit_vectors_of(others) @ unit, -1, 1)
        return 1 - similarities(self.vectors, self.norms, unit)

    def n_similarity(self, keys_a: Sequence[Key], keys_b: Sequence[Key]) -> float:
        """Cosine similarity of the means of two sets of keys (vectors at their own lengths, as gensim has it)."""
        means = [self.get_mean_vector(keys, pre_normalize=False, post_normalize=True) for keys in (keys_a, keys_b)]
        return float(np.clip(means[0] @ means[1], -1, 1))

    def doesnt_match(self, keys: Iterable[Key] | Any) -> Key:
        """Return the key whose vector is furthest from the mean of all unit vectors given."""
        listed, units = self._several(keys)
        return listed[int(np.argmin(units @ units.mean(axis=0)))]

    def most_similar_to_given(self, key: Key, keys: Iterable[Key] | Any) -> Key:
        """Return the key, of those given, that is most similar to `key`."""
        listed, _ = self._several(keys)
        return listed[int(np.argmin(self.distances(key, listed)))]

    def closer_than(self, key: Key, other: Key) -> list[Key]:
        """Keys that are more similar to `key` than `other` is, the most similar first."""
        distances = self.distances(key)
        ids = np.flatnonzero(distances < distances[self.get_index(other)])
        ids = ids[(ids != self.get_index(key)) & (ids != self.get_index(other))]
        return list(self.key_table.take(ids[np.argsort(distances[ids], kind="stable")]))

    def rank(self, key: Key, other: Key) -> int:
        """Place of `other` among the neighbours of `key`: 1 for the nearest."""
        return len(self.closer_than(key, other)) + 1

    def get_mean_vector(
        self,
        keys: Query,
        weights: Sequence[float] | NDArray[Any] | None = None,
        *,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = False,
    ) -> Floats:
        """Weighted mean (D,) of the vectors of some keys, over the sum of the weights' sizes.

        Parameters
        ----------
        keys
            Keys and vectors, as in `most_similar`.
        weights
            One for each; 1 if not given.
        pre_normalize, post_normalize
            Whether the vectors, and the mean, are scaled to length 1.
        ignore_missing
            Whether keys without a vector are passed over; else they are an error.
        """
        keys = unpacked(keys)
        listed: list[Any] = [keys] if is_one_term(keys) else list(keys)  # type: ignore[arg-type]
        shares = np.ones(len(listed)) if weights is None else numbers(weights)
        if shares.shape != (len(listed),) or not np.isfinite(shares).all():
            raise ParameterError(f"{counted(len(listed), 'key')} need as many weights, finite numbers")
        total, size = np.zeros(self.vector_size), 0.0
        for key, weight in zip(listed, shares.tolist(), strict=True):
            if ignore_missing and not isinstance(key, np.ndarray | tuple) and key not in self:
                continue
            for term in parse_terms(self, [key]):
                total += weight * term.weight * (term.unit if pre_normalize else term.vector)
                size += abs(weight * term.weight)
        if size == 0:
            raise ParameterError("the mean needs at least one key that has a vector and a weight other than 0")
        total /= (np.linalg.norm(total) or 1.0) if post_normalize else size
        return total.astype(self.vectors.dtype)

    # -- documents ----------------------------------------------------------------------------------------------------

    def encode(
        self,
        documents: Document | Iterable[Document] | Any,
        *,
        sif: float | None = None,
        normalize: bool = False,
        errors: Literal["strict", "replace"] = "strict",
    ) -> Floats:
        """Mean vectors (N, D) of documents, over the keys that have a vector; zeros where none has.

        Parameters
        ----------
        documents
            Texts, split by the model's tokenizer, sequences of keys, or anything else that training takes (a column,
            an `EncodedCorpus`, a `Path` whose lines are documents); one text alone gives one vector (D,).
        sif
            Weigh keys by smooth inverse frequency with this parameter, say 1e-3 (`documents.sif_weights`).
        normalize
            Scale each mean to length 1.
        errors
            What to do with what is no Unicode: "strict" or "replace".

        Raises
        ------
        CorpusError
            As in training: what is no document, missing, or of the wrong kind is named.
        """
        if errors not in ("strict", "replace"):
            raise ParameterError(f"errors={quoted(errors)}: 'strict' or 'replace'")
        alone = isinstance(documents, str)
        weights = None if sif is None else sif_weights(self, sif)
        means = encode_documents(self, [documents] if alone else documents, weights=weights, errors=errors)
        if normalize:
            means = unit_rows(means, row_norms(means))
        return means[0] if alone else means

    transform = encode  # scikit-learn's name

    # -- what the queries share ---------------------------------------------------------------------------------------

    def _search(
        self,
        units: Floats,
        k: int,
        exclude: Sequence[NDArray[np.int64]] | None,
        span: tuple[int, int],
        indexer: Indexer | None,
        threads: int | None = None,
    ) -> TopK:
        """Search exactly or by an index; both leave out what is excluded."""
        if indexer is None:
            return nearest_rows(
                self.vectors, self.norms, units, k, exclude=exclude, start=span[0], stop=span[1], threads=threads
            )
        if not callable(getattr(indexer, "top_k", None)) or hasattr(indexer, "__array__"):
            raise ParameterError(f"indexer={quoted(indexer)} is no index: build_index() makes one")
        if span != (0, len(self)):
            raise ParameterError("an index searches all keys: leave out restrict_vocab and clip_*, or indexer")
        return indexer.top_k(units, k, exclude=exclude)

    def _span(self, restrict_vocab: int | None, clip_start: int, clip_end: int | None) -> tuple[int, int]:
        if restrict_vocab is not None:
            first = positive_integer("restrict_vocab", restrict_vocab)
            clip_end = first if clip_end is None else min(first, clip_end)
        for name, row in (("clip_start", clip_start), ("clip_end", 0 if clip_end is None else clip_end)):
            if isinstance(row, bool) or not isinstance(row, int | np.integer):
                raise ParameterError(f"{name} must be an integer, not {quoted(row)}")
        stop = len(self) if clip_end is None else min(clip_end, len(self))
        if not 0 <= clip_start < stop:
            raise ParameterError(
                f"rows {clip_start} to {stop} hold no key to search: there are {counted(len(self), 'key')}"
            )
        return clip_start, stop

    def _neighbors(self, ids: NDArray[np.int64], scores: Floats) -> list[list[Neighbor]]:
        """Neighbours of each query (Q, k); as one list first, which is much faster than query by query."""
        known = ids >= 0
        together = list(map(Neighbor, self.key_table.take(ids[known]), scores[known].tolist()))
        ends = np.cumsum(known.sum(axis=1)).tolist()
        return [together[begin:end] for begin, end in pairwise([0, *ends])]

    def _several(self, keys: Iterable[Key] | Any) -> tuple[list[Key], Floats]:
        """Return keys, whatever holds them, as a list, and their unit vectors (n, D)."""
        flat = flat_keys(keys)
        if not len(flat):
            raise ParameterError("a list of no keys: give at least one")
        return flat.tolist() if isinstance(flat, np.ndarray) else flat, self.unit_vectors_of(flat)

    def _one_key(self, key: Key) -> Key:
        self.vector(key)
        return key

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, path: str | PathLike[str], *, format: str | None = None, **options: Any) -> None:
        """Save as a model directory, or in another format; see `wordmill.vectors.formats.save`."""
        formats.save(path, self, format=format, **options)

    @classmethod
    def load(cls, path: str | PathLike[str], *, format: str | None = None, **options: Any) -> Self:
        """Load a model directory, memory-mapped, or a file of any format; see `wordmill.vectors.formats.load`."""
        if unknown := sorted(set(options) - set(signature(formats.load).parameters)):
            hint = LOAD_OPTIONS.get(unknown[0], f"there are {', '.join(signature(formats.load).parameters)}")
            raise ParameterError(f"load takes no {unknown[0]}=: {hint}")
        return cls.of(formats.load(path, format=format, **options))

    def to_pandas(self, *, wide: bool = False) -> Any:
        """Return a pandas DataFrame with columns `key`, `vector` (each an array of D), and `count` if known.

        With `wide`, as statistics want it: a row for each key, which is its index, and D columns of numbers.
        """
        return to_pandas(self, wide=wide)

    def to_polars(self) -> Any:
        """Return a Polars DataFrame with columns `key`, `vector` (an Array of D), and `count` if known."""
        return to_polars(self)

    def to_arrow(self) -> Any:
        """Return an Arrow table with columns `key`, `vector` (fixed-size lists of D), and `count` if known."""
        return arrow_table(self)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        license: str,  # noqa: A002 (the hub's name)
        data: str,
        language: Sequence[str] = (),
        scores: Sequence[Scored] = (),
        **options: Any,
    ) -> str:
        """Upload a model directory and its card to the Hugging Face Hub; returns the commit's address.

        Parameters
        ----------
        repo_id
            `owner/name`.
        license, data, language, scores
            For the card; see `wordmill.vectors.card.CardFacts`.
        options
            See `wordmill.vectors.hub.push`.
        """
        facts = CardFacts(license=license, data=data, language=language, scores=scores)
        return hub.push(repo_id, self, facts, **options)

    @classmethod
    def from_pretrained(cls, name: str | PathLike[str], **options: Any) -> Self:
        """Load a model directory, or one from the Hugging Face Hub by `owner/name`; see `hub.fetch`."""
        return cls.load(hub.fetch(name, **options))
