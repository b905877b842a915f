"""gensim's Word2Vec: its parameters and methods, carried out by wordmill's trainer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wordmill.compat.gensim import files
from wordmill.compat.gensim.absent import MODULES, WORD2VEC, no_attribute, no_name
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors, frozen_rows
from wordmill.compat.gensim.sentences import (
    MAX_WORDS_IN_BATCH,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    as_source,
)
from wordmill.compat.gensim.vocabulary import TrimRule, corpus_of_counts, keep_known, read
from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Vocab
from wordmill.errors import DivergenceError, FormatError, NotFittedError, ParameterError, VocabularyError
from wordmill.foreign import quoted
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.matrices import begin_run, extend_run, make_rows, padded
from wordmill.training.run.objective import output_rows
from wordmill.training.run.reading import read_validation_corpus
from wordmill.training.run.saved import output_vectors
from wordmill.training.run.setup import make_trainer
from wordmill.training.run.state import Run
from wordmill.training.run.verdict import verdict
from wordmill.vectors import KeyedVectors as WordmillVectors
from wordmill.vectors import formats
from wordmill.vectors.formats.directory import Model, load_model, save_model
from wordmill.vectors.formats.schema import Count, Exact, checked

__all__ = ["LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]

FAST_VERSION = 1  # what programs look at: the compiled core is always there

logger = logging.getLogger(__name__)

#: Attributes that a saved model keeps beside its parameters and vectors.
_STATE = ("corpus_count", "corpus_total_words", "train_count", "total_train_time", "comment", "running_training_loss")


class _State(Exact):
    """These in a file, and how to continue."""

    corpus_count: Count = 0
    corpus_total_words: Count = 0
    train_count: Count = 0
    total_train_time: float = 0.0
    comment: Any = None
    running_training_loss: float = 0.0
    epochs_done: Count | None = None
    frozen: list[str | int] = Field(default_factory=list)


class Word2Vec:
    """A model with gensim's parameters; see there. CBOW is trained with `cbow_update="word2vec"`, as gensim does.

    `hashfxn` and `batch_words` change nothing: first vectors depend on `seed` alone, and sentences of any length are
    trained whole. An option that is not there yet is a `ParameterError`.

    Attributes
    ----------
    wv : KeyedVectors
        The vectors; the same object throughout.
    corpus_count, corpus_total_words : int
        Sentences and words of the corpus that the vocabulary was built of.
    """

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        self.vector_size = self.layer1_size = vector_size
        self.alpha, self.min_alpha, self.epochs, self.seed, self.workers = alpha, min_alpha, epochs, seed, workers
        self.window, self.shrink_windows, self.sg, self.hs, self.cbow_mean = window, shrink_windows, sg, hs, cbow_mean
        self.negative, self.ns_exponent, self.sample = negative, ns_exponent, sample
        self.min_count, self.max_final_vocab, self.max_vocab_size = min_count, max_final_vocab, max_vocab_size
        self.null_word, self.sorted_vocab, self.compute_loss, self.comment = (
            null_word,
            sorted_vocab,
            compute_loss,
            comment,
        )
        self.hashfxn, self.batch_words = hashfxn, batch_words
        self.corpus_count = self.corpus_total_words = self.train_count = 0
        self.total_train_time = self.running_training_loss = 0.0
        self.wv = KeyedVectors(vector_size)
        self._output_vectors: NDArray[np.floating[Any]] | None = None
        self._epochs_done = 0  # the draws of an epoch depend on its number: no two should draw the same
        self._config()
        if sentences is not None or corpus_file is not None:
            corpus = self._read(sentences, corpus_file, trim_rule)
            self._train(self._begin(corpus), corpus, callbacks)
        elif trim_rule is not None or callbacks:
            logger.warning("trim_rule goes to build_vocab and callbacks to train: without sentences they do nothing")

    def __str__(self) -> str:
        return f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def __getattr__(self, name: str) -> Any:
        if hasattr(KeyedVectors, name) and not name.startswith("_"):
            raise AttributeError(f"Word2Vec has no attribute {quoted(name)}, but its vectors have: model.wv.{name}")
        no_attribute("Word2Vec", name, WORD2VEC)

    # -- vocabulary ---------------------------------------------------------------------------------------------------

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
        trim_rule
            Decides for each (word, count, min_count): `utils.RULE_KEEP`, `RULE_DISCARD` or `RULE_DEFAULT`.
        kwargs
            `min_count` and `sample`, from now on.
        """
        files.refuse("build_vocab", keep_raw_vocab=keep_raw_vocab)
        for name in kwargs:
            if name not in ("min_count", "sample"):
                raise TypeError(f"build_vocab has no parameter {quoted(name)}")
        self.min_count = kwargs.get("min_count") or self.min_count
        self.sample = kwargs.get("sample") or self.sample
        rule = keep_known(frozenset(self.wv.index_to_key), trim_rule) if update else trim_rule
        corpus = self._read(corpus_iterable, corpus_file, rule)
        self._extend(corpus) if update else self._begin(corpus)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Take words and their counts as they are given, and draw first vectors; the rest as in `build_vocab`."""
        files.refuse("build_vocab_from_freq", keep_raw_vocab=keep_raw_vocab)
        rule = keep_known(frozenset(self.wv.index_to_key), trim_rule) if update else trim_rule
        corpus = corpus_of_counts(word_freq, rule, self._config())
        self.corpus_count, self.corpus_total_words = corpus_count or 0, 0
        self._extend(corpus) if update else self._begin(corpus)

    # -- training -----------------------------------------------------------------------------------------------------

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,  # noqa: ARG002
        report_delay: float = 1.0,  # noqa: ARG002
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
    ) -> tuple[int, int]:
        """Train on a corpus in the vocabulary that is there, the rate falling over its true number of words.

        `total_examples` and `total_words` are compared with the corpus, and a difference is logged.

        Returns
        -------
        (int, int)
            Words trained, after subsampling, and words read, over all epochs.

        Raises
        ------
        NotFittedError
            There is no vocabulary, or the model was saved without its output vectors.
        DivergenceError
            The rate is too high; the vectors from before stay.
        """
        files.refuse("train", word_count=word_count)
        if not epochs or epochs < 1:
            raise ParameterError(f"epochs={epochs}: give the number of epochs, such as epochs=model.epochs")
        self.alpha, self.min_alpha = start_alpha or self.alpha, end_alpha or self.min_alpha
        self.epochs, self.compute_loss = epochs, compute_loss
        run = self._run()
        corpus = read_validation_corpus(run, as_source(corpus_iterable, corpus_file))
        for name, given, true in (
            ("total_examples", total_examples, len(corpus)),
            ("total_words", total_words, corpus.tokens_read),
        ):
            if given not in (None, true):
                logger.warning("%s=%d is given, but the corpus has %d: the rate falls by the latter", name, given, true)
        return self._train(run, corpus, callbacks)

    def get_latest_training_loss(self) -> float:
        """Loss summed over the examples of the latest `train`, in double precision; computed always."""
        return self.running_training_loss

    # -- results ------------------------------------------------------------------------------------------------------

    @property
    def syn1neg(self) -> NDArray[np.floating[Any]]:
        """The output vectors (V, D), read-only."""
        if self._output_vectors is None:
            raise NotFittedError("there are no output vectors: build_vocab makes them, train trains them")
        view = self._output_vectors.view()
        view.flags.writeable = False
        return view

    def init_sims(self, replace: bool = False) -> None:
        """Scale all vectors to length 1 with `replace`, else do nothing: norms are always there."""
        self.wv.init_sims(replace)

    def predict_output_word(
        self, context_words_list: Sequence[str | int], topn: int = 10
    ) -> list[tuple[Any, float]] | None:
        """Most probable words between context words, with their softmax probabilities; None where all are unknown."""
        rows = [self.wv.get_index(word) for word in context_words_list if word in self.wv]
        if not rows:
            logger.warning("none of the context words has a vector")
            return None
        combine = np.mean if self.cbow_mean else np.sum
        scores = self.syn1neg @ combine(self.wv.vectors[rows], axis=0)
        probabilities = np.exp(scores - scores.max())
        probabilities /= probabilities.sum()
        best = np.argsort(-probabilities, kind="stable")[:topn].tolist()
        return [(self.wv.index_to_key[row], float(probabilities[row])) for row in best]

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save as wordmill's model directory, which `wordmill.Word2Vec.load` opens too; options are errors."""
        files.prepare_save(fname, options)
        state = {name: getattr(self, name) for name in _STATE}
        state |= {"epochs_done": self._epochs_done, "frozen": self._frozen_keys()}
        settings = {"params": asdict(self._config()), "history": [], "corpus": "", "gensim": state}
        save_model(fname, self.wv.wrapped, settings=settings, training={"output_vectors": self.syn1neg})

    @classmethod
    def load(cls, fname: str | PathLike[str], mmap: Literal["r"] | None = None) -> Self:  # noqa: ARG003
        """Load a model directory; what gensim saved, a pickle, is an error that names the cure."""
        if formats.detect(fname) != "directory":
            raise FormatError(f"{fname} is a file of vectors, which cannot be trained on: use KeyedVectors.load")
        saved = load_model(fname)
        if "params" not in saved.settings:
            raise FormatError(f"{fname} holds vectors without the settings of a training: use KeyedVectors.load")
        try:
            return cls._of(saved, saved.settings["params"], Path(fname))
        except FormatError:
            raise
        except (KeyError, ValueError) as error:
            raise FormatError(
                f"{fname}: what it says of its training cannot be ({quoted(error)}); its vectors are read by "
                "KeyedVectors.load"
            ) from error

    @classmethod
    def _of(cls, saved: Model, params: Mapping[str, Any], path: Path) -> Self:
        """Make the model from what a directory holds; a `KeyError` or `ValueError` where it does not fit together."""
        skip_gram = params["architecture"] == "skipgram"
        other_cbow = not skip_gram and params["cbow_update"] != "word2vec"
        if other_cbow or params["window"] == "sequence" or params.get("deterministic"):
            raise FormatError(f"{path} was trained in a way that gensim has no words for: use wordmill.Word2Vec.load")
        config = TrainConfig(**{name: params[name] for name in ("architecture", "cbow_update", *_SAME)})
        state = checked(_State, saved.settings.get("gensim", {}), path / "wordmill.json", "settings", "gensim")
        model = cls(sg=int(skip_gram), **{name: getattr(config.resolved(), name) for name in _SAME})
        model.wv.wrapped = WordmillVectors.of(saved.table)
        shape = output_rows(config, len(saved.table)), config.vector_size
        model._output_vectors = output_vectors(saved, shape)
        vars(model).update(state.model_dump(include=set(_STATE), exclude_unset=True))
        model._epochs_done = len(saved.settings["history"]) if state.epochs_done is None else state.epochs_done
        model._freeze(state.frozen)
        return model

    # -- how it is done -----------------------------------------------------------------------------------------------

    def _config(self) -> TrainConfig:
        """Return the parameters in wordmill's words; those that are not there yet are an error."""
        _refuse_absent(self)
        return TrainConfig(
            architecture="skipgram" if self.sg else "cbow",
            cbow_update="word2vec",
            **{name: getattr(self, name) for name in _SAME}
            | {"min_count": self.min_count or 1, "sample": self.sample or 0.0},
        )

    def _read(
        self, sentences: Any, corpus_file: str | PathLike[str] | None, trim_rule: TrimRule | None
    ) -> EncodedCorpus:
        corpus = read(as_source(sentences, corpus_file), trim_rule, self._config(), self.max_vocab_size)
        self.corpus_count, self.corpus_total_words = len(corpus), corpus.tokens_read
        return corpus

    def _begin(self, corpus: EncodedCorpus) -> Run:
        """Take the vocabulary of a corpus, with vectors that are not trained."""
        if len(corpus.vocab) < 2:
            raise VocabularyError(f"trim_rule leaves {len(corpus.vocab)} words, and training needs two: keep more")
        run = begin_run(self._config(), corpus)
        self._epochs_done = 0
        self.wv.wrapped, self._output_vectors = run.as_keyed_vectors(), run.output_vectors
        return run

    def _extend(self, corpus: EncodedCorpus) -> None:
        """Add the words and counts of a corpus, which has been thinned out already."""
        frozen = self._frozen_keys()
        run, _ = extend_run(self._run(), replace(self._config(), min_count=1), corpus, extend_vocab=True)
        self.wv.wrapped, self._output_vectors = run.as_keyed_vectors(), run.output_vectors

        self._freeze(frozen)

    def _frozen_keys(self) -> list[Any]:
        frozen = frozen_rows(self.wv)
        return [] if frozen is None else self.wv.wrapped.key_table.take(np.flatnonzero(frozen))

    def _freeze(self, keys: list[Any]) -> None:
        """Freeze these keys alone."""
        self.wv.vectors_lockf = np.ones(len(self.wv), np.float32)
        self.wv.vectors_lockf[[self.wv.get_index(key) for key in keys]] = 0

    def _run(self) -> Run:
        """Return a run that goes on from copies of the vectors, so that they stay where it fails."""
        if not len(self.wv):
            raise NotFittedError("there is no vocabulary yet: call build_vocab first")
        vectors, output_vectors = self.wv.wrapped, self.syn1neg
        if vectors.counts is None or len(vectors) != len(output_vectors):
            raise NotFittedError("keys were added to wv, or its counts taken away: such vectors cannot be trained on")
        rows = make_rows(self._config(), Vocab(vectors.keys, vectors.counts))
        matrices = padded(vectors.vectors), padded(output_vectors)
        return Run(self._config(), rows, *matrices, tokens_total=0, epochs_before=self._epochs_done)

    def _train(self, run: Run, corpus: EncodedCorpus, callbacks: Iterable[CallbackAny2Vec]) -> tuple[int, int]:
        """Train a run; what it leaves is taken over also where it is interrupted, but not where it diverged."""
        run.frozen = frozen_rows(self.wv)
        trainer = make_trainer(run, corpus, 0.0, [_Watcher(self, list(callbacks))])
        try:
            trainer.train()
        except DivergenceError:
            raise
        except BaseException:  # Ctrl-C, or an error in a callback: the vectors so far are good
            self._take(run)
            raise
        self._take(run)
        if warning := verdict(run, self.wv.vectors, run.entries()):
            logger.warning("%s", warning)
        self.train_count += 1
        self.total_train_time += run.seconds
        trained = sum(entry["centres"] + entry["without_context"] for entry in run.history)
        return trained, corpus.tokens_read * len(run.history)

    def _take(self, run: Run) -> None:
        """Take over the vectors of a run as they are, and its loss."""
        self.wv.vectors, self._output_vectors = run.input_vectors, run.output_vectors
        self._epochs_done = run.epochs_before + len(run.entries())
        losses = [entry["loss"] * entry["examples"] for entry in run.entries() if entry["examples"]]
        self.running_training_loss = float(sum(losses))


#: Parameters that have the same name and meaning in wordmill.
_SAME = (
    "vector_size", "window", "shrink_windows", "negative", "ns_exponent", "sample", "epochs", "alpha", "min_alpha",
    "seed", "min_count", "max_final_vocab", "workers",
)  # fmt: skip


def _refuse_absent(model: Word2Vec) -> None:
    """Raise the error for options of gensim that are not there yet."""
    absent = {
        "hs": (model.hs, "hierarchical softmax; set hs=0 and negative=5"),
        "cbow_mean": (not model.sg and not model.cbow_mean, "adding context vectors up; set cbow_mean=1"),
        "null_word": (model.null_word, "the null word"),
        "sorted_vocab": (not model.sorted_vocab, "an order other than by count; set sorted_vocab=1"),
        "sample": ((model.sample or 0) >= 1, "a threshold in occurrences; give a share of the tokens, such as 1e-3"),
    }
    for name, (is_asked_for, what) in absent.items():
        if is_asked_for:
            raise ParameterError(f"{name}={quoted(getattr(model, name))} is not there yet: {what}")


class _Watcher(Callback):
    """Tells gensim's callbacks what wordmill's are told."""

    def __init__(self, model: Word2Vec, callbacks: Sequence[CallbackAny2Vec]) -> None:
        self._model, self._callbacks = model, callbacks

    def on_train_begin(self, run: Run) -> None:  # noqa: ARG002
        """Tell that training and its first epoch begin."""
        for event in ("on_train_begin", "on_epoch_begin"):
            self._tell(event)

    def on_epoch_end(self, run: Run) -> None:
        """Tell that an epoch has ended, and that the next one begins."""
        if self._callbacks:
            self._model._take(run)  # noqa: SLF001
        self._tell("on_epoch_end")
        if len(run.history) < run.config.epochs:
            self._tell("on_epoch_begin")

    def on_train_end(self, run: Run) -> None:
        """Tell that training has ended, where it came to its end."""
        if len(run.history) == run.config.epochs:
            self._tell("on_train_end")

    def _tell(self, event: str) -> None:
        for callback in self._callbacks:
            getattr(callback, event)(self._model)


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.word2vec", name, MODULES)
