"""gensim's Phrases: its parameters and methods, on pairs that the core counts."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np

from wordmill.compat.gensim import files
from wordmill.compat.gensim.absent import MODULES, PHRASES, no_attribute, no_name
from wordmill.compat.gensim.models.phrase_files import read_state, write_state
from wordmill.compat.gensim.pairs import count_pairs
from wordmill.errors import FormatError, ParameterError
from wordmill.foreign import quoted
from wordmill.phrases.rules import ENGLISH_CONNECTORS
from wordmill.phrases.tokens import cut

__all__ = ["ENGLISH_CONNECTOR_WORDS", "FrozenPhrases", "Phraser", "Phrases", "npmi_scorer", "original_scorer"]

ENGLISH_CONNECTOR_WORDS = ENGLISH_CONNECTORS
NEGATIVE_INFINITY = -math.inf

Scorer = Callable[..., float]


def original_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,  # noqa: ARG001
) -> float:
    """Return (bigram_count - min_count) / (worda_count x wordb_count) x len_vocab."""
    product = float(worda_count * wordb_count)
    return (bigram_count - min_count) / product * len_vocab if product else NEGATIVE_INFINITY


def npmi_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,  # noqa: ARG001
    min_count: float,
    corpus_word_count: float,
) -> float:
    """Return normalized pointwise mutual information, from -1 to 1; minus infinity for a rare pair."""
    if bigram_count < min_count or not (worda_count and wordb_count and bigram_count):
        return NEGATIVE_INFINITY
    total = float(corpus_word_count)
    first, second, both = worda_count / total, wordb_count / total, bigram_count / total
    return math.log(both / (first * second)) / -math.log(both)


SCORERS: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}
_SCORER_TAKES = tuple(inspect.signature(original_scorer).parameters)


class _Transformed:
    """A corpus whose sentences are joined as they are read, each time anew."""

    def __init__(self, phrases: _Transformation, sentences: Any) -> None:
        self.obj, self.corpus = phrases, sentences

    def __iter__(self) -> Iterator[list[str]]:
        for sentence in self.corpus:
            yield self.obj.join(sentence)

    def __len__(self) -> int:
        return len(self.corpus)


class _Transformation:
    """What `Phrases` and `FrozenPhrases` do to sentences."""

    delimiter: str
    connector_words: frozenset[str]

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Return the phrase that words make, and its score; (None, None) where they make none."""
        raise NotImplementedError

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """Yield the tokens of a sentence with phrases joined; each phrase with its score."""

        def score_of(parts: tuple[str, ...]) -> float | None:
            return self.score_candidate(parts[0], parts[-1], parts[1:-1])[1]

        for parts, score in cut([*sentence], score_of, self.connector_words):
            yield self.delimiter.join(parts), score

    def join(self, sentence: Iterable[str]) -> list[str]:
        """Return a sentence with phrases joined."""
        return [token for token, _ in self.analyze_sentence(sentence)]

    def __getitem__(self, sentence: Iterable[str] | Iterable[Iterable[str]]) -> Any:
        """Return a sentence with phrases joined; of a corpus, one that is joined as it is read."""
        if isinstance(sentence, str):
            raise ParameterError(
                f"the sentence {quoted(sentence)} is one text, whose letters gensim would take for words: pass a list "
                "of tokens, text.split()"
            )
        tokens: Any = sentence
        start = iter(tokens)
        beginning = [*islice(start, 1)]
        if start is tokens:  # an iterator, whose first item is gone
            tokens = chain(beginning, start)
        if not beginning or isinstance(beginning[0], str):
            return self.join(tokens)
        return _Transformed(self, tokens)

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        """Return the phrases that occur in sentences, and their scores."""
        found = chain.from_iterable(map(self.analyze_sentence, sentences))
        return {phrase: score for phrase, score in found if score is not None}

    def __getattr__(self, name: str) -> Any:
        no_attribute(type(self).__name__, name, PHRASES)


class Phrases(_Transformation):
    """Phrases of two words, by how often these stand side by side.

    All pairs are counted, and none forgotten: `max_vocab_size` and `progress_per` change nothing.

    Attributes
    ----------
    vocab : dict of str to int
        Counts of words and, joined, of pairs.
    corpus_word_count : int
        Tokens read.
    """

    def __init__(
        self,
        sentences: Any = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40000000,
        delimiter: str = "_",
        progress_per: int = 10000,
        scoring: str | Scorer = "default",
        connector_words: Collection[str] = frozenset(),
    ) -> None:
        if isinstance(connector_words, str):
            raise ParameterError(
                f"connector_words={quoted(connector_words)} is one text, whose letters gensim would take for words: "
                "pass a list of words"
            )
        self.connector_words = frozenset(connector_words)
        self.min_count, self.threshold, self.scoring = _checked(min_count, threshold, scoring)
        self.max_vocab_size, self.delimiter, self.progress_per = max_vocab_size, delimiter, progress_per
        self.min_reduce = 1
        self.corpus_word_count = 0
        self._words: dict[str, int] = {}
        self._pairs: dict[tuple[str, ...], int] = {}
        self._vocab: dict[str, int] | None = None
        if sentences is not None:
            self.add_vocab(sentences)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{self._size} vocab, min_count={self.min_count}, threshold={self.threshold}, "
            f"max_vocab_size={self.max_vocab_size}>"
        )

    @property
    def _size(self) -> int:
        return len(self._words) + len(self._pairs)

    @property
    def vocab(self) -> dict[str, int]:
        """Counts of words and, joined, of pairs; changing it changes no phrase."""
        if self._vocab is None:
            self._vocab = dict(self._words)
            for parts, count in self._pairs.items():
                joined = self.delimiter.join(parts)
                self._vocab[joined] = self._vocab.get(joined, 0) + count
        return self._vocab

    def add_vocab(self, sentences: Any) -> None:
        """Count more sentences."""
        words, pairs, tokens = count_pairs(sentences, self.connector_words)
        _add(self._words, words)
        _add(self._pairs, pairs)
        self.corpus_word_count += tokens
        self._vocab = None

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Return the phrase that words make, and its score; (None, None) where they make none."""
        parts = (word_a, *in_between, word_b)
        count = self._pairs.get(parts)
        if count is None:
            return None, None
        score = self.scoring(
            worda_count=self._words.get(word_a, 0),
            wordb_count=self._words.get(word_b, 0),
            bigram_count=count,
            len_vocab=self._size,
            min_count=self.min_count,
            corpus_word_count=self.corpus_word_count,
        )
        return (self.delimiter.join(parts), score) if score > self.threshold else (None, None)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases and their scores."""
        least = self.min_count if self.scoring in SCORERS.values() else 0  # below it neither of them finds any
        found = (self.score_candidate(p[0], p[-1], p[1:-1]) for p, count in self._pairs.items() if count >= least)
        return {phrase: score for phrase, score in found if phrase is not None and score is not None}

    def freeze(self) -> FrozenPhrases:
        """Return the phrases alone, without the counts."""
        return FrozenPhrases(self)

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save counts and parameters as one safetensors file; a scorer of your own is an error."""
        files.prepare_save(fname, options)
        settings = {name: getattr(self, name) for name in _SETTINGS}
        parts = [*((word,) for word in self._words), *self._pairs]
        counts = np.array([*self._words.values(), *self._pairs.values()], np.int64)
        write_state(fname, type(self).__name__, _described(self) | settings, parts, counts)

    @classmethod
    def load(cls, fname: str | PathLike[str], mmap: object = None) -> Self:  # noqa: ARG003
        """Load what `save` wrote; a pickle of gensim's is an error."""
        settings, parts, counts = read_state(fname, "Phrases")
        try:
            tokens = settings.pop("corpus_word_count")
            model = cls(**settings)
            model.corpus_word_count = int(tokens)
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{Path(fname)}: what it says of its phrases cannot be ({quoted(error)})") from error
        for words, count in zip(parts, counts.tolist(), strict=True):
            if len(words) == 1:
                model._words[words[0]] = count
            else:
                model._pairs[words] = count
        return model


#: What a saved `Phrases` has beside what both classes have.
_SETTINGS = ("max_vocab_size", "progress_per", "corpus_word_count")


class FrozenPhrases(_Transformation):
    """Phrases alone, without the counts of `Phrases`.

    Attributes
    ----------
    phrasegrams : dict of str to float
        Phrases, joined, and their scores.
    """

    def __init__(self, phrases_model: Phrases) -> None:
        self.threshold, self.min_count = phrases_model.threshold, phrases_model.min_count
        self.delimiter, self.scoring = phrases_model.delimiter, phrases_model.scoring
        self.connector_words = phrases_model.connector_words
        self.phrasegrams = phrases_model.export_phrases()

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Return the phrase that words make, and its score; (None, None) where they make none."""
        phrase = self.delimiter.join((word_a, *in_between, word_b))
        score = self.phrasegrams.get(phrase, NEGATIVE_INFINITY)
        return (phrase, score) if score > self.threshold else (None, None)

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save phrases and parameters as one safetensors file; a scorer of your own is an error."""
        files.prepare_save(fname, options)
        scores = np.array([*self.phrasegrams.values()], np.float64)
        write_state(fname, "FrozenPhrases", _described(self), [(phrase,) for phrase in self.phrasegrams], scores)

    @classmethod
    def load(cls, fname: str | PathLike[str], mmap: object = None) -> Self:  # noqa: ARG003
        """Load what `save` wrote; a pickle of gensim's is an error."""
        settings, parts, scores = read_state(fname, "FrozenPhrases")
        try:
            model = cls(Phrases(**settings))
        except (TypeError, ValueError) as error:
            raise FormatError(f"{Path(fname)}: what it says of its phrases cannot be ({quoted(error)})") from error
        model.phrasegrams = {words[0]: score for words, score in zip(parts, scores.tolist(), strict=True)}
        return model


Phraser = FrozenPhrases  # its name in old programs


def _checked(min_count: float, threshold: float, scoring: str | Scorer) -> tuple[float, float, Scorer]:
    """Return these with a scorer for its name, or raise the errors of gensim."""
    if not min_count > 0:  # NaN neither
        raise ParameterError(f"min_count={quoted(min_count)}: at least 1 is needed")
    if scoring == "default" and not threshold > 0:
        raise ParameterError(f"threshold={quoted(threshold)}: above 0 is needed for scoring='default'")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise ParameterError(f"threshold={quoted(threshold)}: from -1 to 1 is needed for scoring='npmi'")
    if isinstance(scoring, str):
        if scoring not in SCORERS:
            raise ParameterError(f"scoring={quoted(scoring)}: 'default', 'npmi' or a function")
        return min_count, threshold, SCORERS[scoring]
    if math.isnan(threshold):
        raise ParameterError("threshold=nan: a number is needed")
    missing = [name for name in _SCORER_TAKES if name not in inspect.signature(scoring).parameters]
    if missing:
        raise ParameterError(f"scoring: the function must take {', '.join(missing)}")
    return min_count, threshold, scoring


def _add(counts: dict[Any, int], more: Mapping[Any, int]) -> None:
    for key, count in more.items():
        counts[key] = counts.get(key, 0) + count


def _described(phrases: Phrases | FrozenPhrases) -> dict[str, Any]:
    """Return the parameters of phrases as JSON has them."""
    names = [name for name, scorer in SCORERS.items() if scorer is phrases.scoring]
    if not names:
        raise ParameterError("phrases with a scoring function of your own cannot be saved: only its name could be")
    return {
        "min_count": phrases.min_count,
        "threshold": phrases.threshold,
        "delimiter": phrases.delimiter,
        "scoring": names[0],
        "connector_words": sorted(phrases.connector_words),
    }


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.phrases", name, MODULES)
