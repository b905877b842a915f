"""Vocab: key <-> id, counts, thresholds, keep probabilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import MissingKeyError, ParameterError, VocabularyError, counted
from wordmill.foreign import quoted
from wordmill.key_index import KeyIndex

Keys = list[str] | NDArray[np.int64]

_FEW_KEYS = 1_000  # a toy, whose keys may well occur once


class Vocab:
    """The keys of a corpus, numbered by falling count (ties: UTF-8 bytes, or integer value). Immutable.

    `Vocab(keys, counts)` takes them already in that order; `Vocab.from_counts` sorts and applies thresholds.

    Attributes
    ----------
    keys : list[str] | (V,) int64
        The key of each id. One kind per vocabulary.
    counts : (V,) int64
        Occurrences of each id, falling.
    """

    def __init__(self, keys: Sequence[str] | NDArray[np.int64], counts: NDArray[np.integer[Any]]) -> None:
        if isinstance(keys, str):
            raise VocabularyError("keys is one string: give a list of keys")
        self.keys: Keys = _integers(keys) if isinstance(keys, np.ndarray) else list(keys)
        self.counts: NDArray[np.int64] = _counts(counts)
        self.counts.flags.writeable = False
        if self.counts.shape != (len(self.keys),):
            raise VocabularyError(
                f"{counted(len(self.keys), 'key')} but counts of shape {self.counts.shape}: one count a key"
            )
        _check_distinct(self.keys)
        if np.any(self.counts[1:] > self.counts[:-1]):
            raise VocabularyError(
                "counts rise: keys must come in order of falling count (Vocab.from_counts sorts them)"
            )

    @classmethod
    def from_counts(
        cls,
        keys: Sequence[str] | NDArray[np.int64],
        counts: NDArray[np.integer[Any]],
        *,
        min_count: int = 1,
        max_final_vocab: int | None = None,
    ) -> Vocab:
        """Sort keys by falling count and keep those that pass the thresholds.

        Parameters
        ----------
        keys : sequence of str | (n,) int64
            Distinct keys, in any order.
        counts : (n,) int
            Occurrences of each.
        min_count : int
            Keys that occur less often are left out.
        max_final_vocab : int, optional
            Raises `min_count` until at most so many keys are left: keys of equal count stay or go together.

        Raises
        ------
        VocabularyError
            Fewer than two keys are left; the message gives thresholds that would work.
        """
        threshold = effective_min_count(counts, min_count, max_final_vocab)
        (kept,) = np.nonzero(counts >= threshold)
        if isinstance(keys, np.ndarray):
            order = kept[np.argsort(keys[kept], kind="stable")]
        else:  # str compares by code point, which is the order of UTF-8 bytes
            order = np.array(sorted(kept.tolist(), key=keys.__getitem__), dtype=np.int64)
        order = order[np.argsort(-counts[order], kind="stable")]
        return cls(keys[order] if isinstance(keys, np.ndarray) else [keys[i] for i in order.tolist()], counts[order])

    @property
    def kind(self) -> Literal["str", "int"]:
        """Kind of the keys."""
        return "str" if isinstance(self.keys, list) else "int"

    @cached_property
    def total(self) -> int:
        """Tokens in the vocabulary, the sum of the counts."""
        return int(self.counts.sum())

    @cached_property
    def key_to_index(self) -> dict[str | int, int]:
        """Id of each key, read-only."""
        keys = self.keys if isinstance(self.keys, list) else self.keys.tolist()
        return KeyIndex(zip(keys, range(len(keys)), strict=True))

    def keep_probabilities(self, sample: float) -> NDArray[np.float64]:
        """Probability that subsampling keeps an occurrence of each key.

        Parameters
        ----------
        sample : float
            The threshold t >= 0 of sqrt(t / f) + t / f, where f is a key's share of all tokens; 0 keeps everything.

        Returns
        -------
        (V,) float64
            At most 1. Source: word2vec.c; Mikolov et al. 2013, section 2.3, gives the same without its second term.
        """
        return keep_probabilities(self.counts, sample)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.key_to_index

    def __getitem__(self, key: str | int) -> int:
        try:
            return self.key_to_index[key]
        except KeyError:
            raise MissingKeyError(
                f"{quoted(key)} is not among the {counted(len(self), 'key')} of the vocabulary"
            ) from None

    def __iter__(self) -> Iterator[str | int]:
        return iter(self.key_to_index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocab):
            return NotImplemented
        return np.array_equal(self.counts, other.counts) and np.array_equal(self.keys, other.keys)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Vocab], tuple[Keys, NDArray[np.int64]]]:
        """Pickle keys and counts alone; the rest is made of them."""
        return Vocab, (self.keys, self.counts)

    def __repr__(self) -> str:
        return f"Vocab({len(self):,} {self.kind} keys, {counted(self.total, 'token')})"


def keep_probabilities(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Return `Vocab.keep_probabilities` for counts in any order, some of which may be 0."""
    if not 0 <= sample < np.inf:
        raise ParameterError(f"sample={quoted(sample)}: a finite number >= 0 is needed (0 turns subsampling off)")
    if sample == 0:
        return np.ones(len(counts))
    ratio: NDArray[np.float64] = sample * counts.sum() / np.maximum(counts, 1)
    return np.minimum(np.sqrt(ratio) + ratio, 1.0)


def check_thresholds(min_count: int, max_final_vocab: int | None) -> None:
    """Check the bounds of the thresholds."""
    if min_count < 1:
        raise ParameterError(f"min_count={min_count}: at least 1 is needed")
    if max_final_vocab is not None and max_final_vocab < 2:
        raise ParameterError(f"max_final_vocab={max_final_vocab}: at least 2 is needed, or None")


def effective_min_count(
    counts: NDArray[np.integer[Any]], min_count: int, max_final_vocab: int | None, *, cure: str | None = None
) -> int:
    """Return the count from which keys are kept, or explain why fewer than two would be.

    Parameters
    ----------
    cure
        What is wrong with the text, told in place of another threshold.
    """
    check_thresholds(min_count, max_final_vocab)
    if len(counts) < 2:
        raise VocabularyError(
            f"{counted(len(counts), 'distinct key')} in {counted(counts.sum(), 'token')}: training needs at least 2"
            + (f"; {cure}" if cure else "")
        )
    threshold = min_count
    if max_final_vocab is not None and len(counts) > max_final_vocab:
        first_left_out = len(counts) - 1 - max_final_vocab
        threshold = max(threshold, int(np.partition(counts, first_left_out)[first_left_out]) + 1)
    kept = int(np.count_nonzero(counts >= threshold))
    if kept >= 2:
        return threshold
    works = int(np.partition(counts, -2)[-2])
    if works >= min_count:  # so it is max_final_vocab that leaves too few
        tied = int(np.count_nonzero(counts >= works))
        raise VocabularyError(
            f"max_final_vocab={max_final_vocab} leaves {counted(kept, 'key')}: {tied:,} keys tie at count {works} and "
            f"keys of equal count stay or go together: max_final_vocab={tied} would work"
        )
    raise VocabularyError(
        f"min_count={min_count} leaves {counted(kept, 'key')}: {counts.sum():,} tokens, {len(counts):,} distinct, "
        f"the most frequent occurs {counted(counts.max(), 'time')}; {cure or _threshold_advice(counts)}"
    )


def _threshold_advice(counts: NDArray[np.integer[Any]]) -> str:
    """Name the highest threshold that keeps half of the tokens, where what it keeps recurs."""
    falling = np.sort(counts)[::-1]
    keys = max(2, 1 + int(np.searchsorted(np.cumsum(falling), counts.sum() / 2)))
    threshold = int(falling[keys - 1])
    kept = int(np.count_nonzero(counts >= threshold))
    if threshold > 1:
        return f"min_count={threshold} would keep {kept:,}"
    if kept <= _FEW_KEYS:
        return f"min_count=1 would keep {kept:,}, enough to try it out"
    return "most keys occur once, and vectors are learnt from what recurs: check where the text is cut into keys"


def _check_distinct(keys: Keys) -> None:
    if isinstance(keys, list) and (kinds := set(map(type, keys)) - {str}):
        kind = next(kind.__name__ for kind in kinds)
        raise VocabularyError(f"a key is of type {kind}: keys are a list of str, or a flat array of integers")
    if len(set(keys) if isinstance(keys, list) else np.unique(keys)) < len(keys):
        key = next(key for key, times in Counter(list(keys)).items() if times > 1)
        raise VocabularyError(f"key {quoted(key)} appears twice: keys must be distinct")


def _counts(counts: Any) -> NDArray[np.int64]:
    given = np.asarray(counts)
    if (given.dtype.kind not in "iu" and given.size) or (given.size and not 0 <= given.min() <= given.max() < 2**63):
        raise VocabularyError(f"counts of type {given.dtype}: integers from 0 are needed")
    return given.astype(np.int64)


def _integers(keys: NDArray[Any]) -> NDArray[np.int64]:
    if keys.ndim != 1 or keys.dtype.kind not in "iu":
        raise VocabularyError(f"keys of shape {keys.shape} and type {keys.dtype}: str, or a flat array of integers")
    if keys.size and int(keys.max()) >= 2**63:
        raise VocabularyError(f"keys up to {keys.max()}: integer keys go up to 2^63 - 1")
    keys = keys.astype(np.int64)
    keys.flags.writeable = False
    return keys
