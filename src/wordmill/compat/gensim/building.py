"""gensim's steps from a corpus to a vocabulary with first vectors, and what they report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.compat.gensim.caught import caught_as
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors
from wordmill.compat.gensim.sentences import as_source
from wordmill.compat.gensim.vocabulary import TrimRule, corpus_of_counts, corpus_of_vocab, keep_known, raw_counts, read
from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Vocab
from wordmill.corpus.vocab import keep_probabilities
from wordmill.errors import CorpusError, NotFittedError, ParameterError, VocabularyError
from wordmill.foreign import quoted
from wordmill.training.run.matrices import begin_run, extend_run
from wordmill.training.run.memory import TRAINING_ENTRY, VOCABULARY_ENTRY, row_bytes
from wordmill.training.run.objective import output_rows
from wordmill.training.run.state import Run

__all__ = ["BuildsVocabulary", "without_vocabulary"]


#: As gensim has it where there are no words to train.
without_vocabulary = caught_as(RuntimeError, CorpusError, NotFittedError, VocabularyError)


class BuildsVocabulary(ABC):
    """What a model of gensim does before it is trained.

    Attributes
    ----------
    raw_vocab : dict
        Counts of all words of the corpus that was scanned; empty once they have been used, unless `keep_raw_vocab`.
    """

    wv: KeyedVectors
    hs: int
    min_count: int
    sample: float
    max_vocab_size: int | None
    corpus_count: int
    corpus_total_words: int
    raw_vocab: dict[Any, int]
    _output_vectors: NDArray[np.floating[Any]] | None
    _epochs_done: int

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        update: bool = False,
        progress_per: int = 10_000,  # noqa: ARG002
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **kwargs: Any,
    ) -> None:
        """Count words and draw their first vectors; with `update`, add new words and counts to a model.

        Parameters
        ----------
        corpus_iterable, corpus_file
            The corpus.
        update
            All words are then sorted anew by their summed counts.
        keep_raw_vocab
            Whether `raw_vocab` keeps the counts of all words.
        trim_rule
            Decides for each (word, count, min_count): `utils.RULE_KEEP`, `RULE_DISCARD` or `RULE_DEFAULT`.
        kwargs
            `min_count` and `sample`, from now on.
        """
        for name in kwargs:
            if name not in ("min_count", "sample"):
                raise TypeError(f"build_vocab has no parameter {quoted(name)}")
        self.min_count = kwargs.get("min_count") or self.min_count
        self.sample = kwargs.get("sample") or self.sample
        if keep_raw_vocab:
            self.scan_vocab(corpus_iterable, corpus_file)
            self.prepare_vocab(update, keep_raw_vocab, trim_rule)
        else:
            corpus = self._read(corpus_iterable, corpus_file, self._rule(trim_rule, update))
            self._take_vocabulary(corpus, update)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Take words and their counts as they are given, and draw first vectors; the rest as in `build_vocab`."""
        self.raw_vocab, self.corpus_count, self.corpus_total_words = dict(word_freq), corpus_count or 0, 0
        self.prepare_vocab(update, keep_raw_vocab, trim_rule)

    def scan_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        progress_per: int = 10_000,  # noqa: ARG002
        workers: int | None = None,  # noqa: ARG002
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count words into `raw_vocab`, nothing else; returns how many words there were, and sentences.

        A `trim_rule` goes to `prepare_vocab`, which decides on words.
        """
        if trim_rule is not None:
            raise ParameterError("scan_vocab decides on no word, it counts: give trim_rule to prepare_vocab")
        self.raw_vocab, corpus = raw_counts(self._source(corpus_iterable, corpus_file), self.max_vocab_size)
        self._note_size(corpus)
        return self.corpus_total_words, self.corpus_count

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Take the words of `raw_vocab` that occur often enough, with first vectors; `dry_run` only reports.

        Returns
        -------
        dict
            Words kept and dropped (`num_retained_words`, `drop_unique`), tokens of the former (`retain_total`), words
            that subsampling thins out (`downsample_unique`), tokens that it leaves (`downsample_total`), and `memory`.
        """
        if not self.raw_vocab:
            raise NotFittedError("there are no counts yet: call scan_vocab first")
        config = replace(
            self._config(), min_count=min_count or self._config().min_count, sample=sample or self._config().sample
        )
        corpus = corpus_of_counts(self.raw_vocab, self._rule(trim_rule, update), config)
        kept, scanned = corpus.vocab, len(self.raw_vocab)
        probabilities = keep_probabilities(kept.counts, config.sample)
        if not dry_run:
            self.min_count, self.sample = config.min_count, config.sample
            self._take_vocabulary(corpus, update)
            self.raw_vocab = self.raw_vocab if keep_raw_vocab else {}
        return {
            "drop_unique": scanned - len(kept),
            "retain_total": kept.total,
            "downsample_unique": int((probabilities < 1).sum()),
            "downsample_total": int(probabilities @ kept.counts),
            "num_retained_words": len(kept),
            "memory": self.estimate_memory(len(kept)),
        }

    def prepare_weights(self, update: bool = False) -> None:
        """Draw first vectors, anew; with `update` do nothing, for new words have theirs from `prepare_vocab`."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Draw first vectors for the words that there are: what has been learnt is lost."""
        self._begin(corpus_of_vocab(self._vocab()))

    def update_weights(self) -> None:
        """Do nothing: `build_vocab` and `prepare_vocab` with `update` give new words their first vectors."""
        self._vocab()

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:  # noqa: ARG002
        """Do nothing: noise is drawn by the counts as they are when training begins."""
        self._vocab()

    def create_binary_tree(self) -> None:
        """Do nothing: the tree is that of the counts when training begins."""
        self._vocab()

    def reset_from(self, other_model: BuildsVocabulary) -> None:
        """Take the words and counts of another model, with first vectors; what has been learnt is lost."""
        self.corpus_count, self.corpus_total_words = other_model.corpus_count, other_model.corpus_total_words
        self._begin(corpus_of_vocab(other_model._vocab()))

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Estimate the bytes of a model of so many words, of those that there are if it is not given, into a report."""
        config, words = self._config(), len(self.wv) if vocab_size is None else vocab_size
        sizes = {
            "vocab": (VOCABULARY_ENTRY + TRAINING_ENTRY) * words,
            **self._input_sizes(words, row_bytes(config.vector_size)),
            "syn1" if self.hs else "syn1neg": max(0, output_rows(config, words)) * row_bytes(config.vector_size),
        }
        return {**(report or {}), **sizes, "total": sum({**(report or {}), **sizes}.values())}

    # -- how it is done -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _config(self) -> TrainConfig:
        """Return the parameters in wordmill's words; those that are not there yet are an error."""

    @abstractmethod
    def _run(self) -> Run:
        """Return a run that goes on from copies of the vectors, so that they stay where it fails."""

    @abstractmethod
    def _frozen_keys(self) -> list[Any]:
        """Return the keys that are frozen."""

    @abstractmethod
    def _freeze(self, keys: list[Any]) -> None:
        """Freeze these keys alone."""

    def _input_sizes(self, words: int, row: int) -> dict[str, int]:
        """Return the bytes of the input vectors of so many words, with rows of so many each."""
        return {"vectors": words * row}

    @without_vocabulary
    def _vocab(self) -> Vocab:
        """Return the words that there are, with their counts."""
        if not len(self.wv):
            raise NotFittedError("there is no vocabulary yet: call build_vocab first")
        if self.wv.wrapped.counts is None:
            raise NotFittedError("these vectors came without counts, which training needs: call build_vocab")
        return Vocab(self.wv.wrapped.keys, self.wv.wrapped.counts)

    def _source(self, sentences: Any, corpus_file: str | PathLike[str] | None) -> Any:
        """Return a corpus as wordmill reads it."""
        return as_source(sentences, corpus_file)

    def _take_vectors(self, run: Run) -> None:
        """Take over the vectors of a run as they are."""
        self.wv.take(run)
        self._output_vectors = run.output_vectors

    def _rule(self, trim_rule: TrimRule | None, update: bool) -> TrimRule | None:
        return keep_known(frozenset(self.wv.index_to_key), trim_rule) if update else trim_rule

    @without_vocabulary
    def _read(
        self, sentences: Any, corpus_file: str | PathLike[str] | None, trim_rule: TrimRule | None
    ) -> EncodedCorpus:
        corpus = read(self._source(sentences, corpus_file), trim_rule, self._config(), self.max_vocab_size)
        self._note_size(corpus)
        return corpus

    def _note_size(self, corpus: EncodedCorpus) -> None:
        self.corpus_count, self.corpus_total_words = len(corpus), corpus.tokens_read

    def _take_vocabulary(self, corpus: EncodedCorpus, update: bool) -> None:
        if update:
            self._extend(corpus)
        else:
            self._begin(corpus)

    @without_vocabulary
    def _begin(self, corpus: EncodedCorpus) -> Run:
        """Take the vocabulary of a corpus, with vectors that are not trained."""
        if len(corpus.vocab) < 2:
            raise VocabularyError(f"trim_rule leaves {len(corpus.vocab)} words, and training needs two: keep more")
        run = begin_run(self._config(), corpus)
        self._epochs_done = 0
        self._take_vectors(run)
        return run

    def _extend(self, corpus: EncodedCorpus) -> None:
        """Add the words and counts of a corpus, which has been thinned out already."""
        if self.hs:
            raise ParameterError(
                "update=True needs negative sampling: with hs=1 new words make another tree, whose nodes have no "
                "vectors yet; build the vocabulary of all the text at once"
            )
        frozen = self._frozen_keys()
        run, _ = extend_run(self._run(), replace(self._config(), min_count=1), corpus, extend_vocab=True)
        self._take_vectors(run)
        self._freeze(frozen)
