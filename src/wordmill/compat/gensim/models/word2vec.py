"""gensim's Word2Vec: its parameters and methods, carried out by wordmill's trainer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wordmill.compat.gensim import files
from wordmill.compat.gensim.absent import MODULES, WORD2VEC, no_attribute, no_name, raise_own_error
from wordmill.compat.gensim.building import BuildsVocabulary, without_vocabulary
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors, frozen_rows, read_only
from wordmill.compat.gensim.on_class import class_only
from wordmill.compat.gensim.sentences import (
    MAX_WORDS_IN_BATCH,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    as_source,
)
from wordmill.compat.gensim.vocabulary import TrimRule
from wordmill.config import TrainConfig
from wordmill.errors import DivergenceError, FormatError, NotFittedError, ParameterError, misfit
from wordmill.foreign import quoted
from wordmill.training.callbacks.callback import Callback
from wordmill.training.prediction import sequence_log_probabilities, word_probabilities
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.matrices import make_rows, padded
from wordmill.training.run.objective import output_rows
from wordmill.training.run.reading import read_stored_corpus, read_validation_corpus
from wordmill.training.run.rows import Rows
from wordmill.training.run.saved import output_vectors, own_rows
from wordmill.training.run.setup import make_trainer
from wordmill.training.run.state import Run
from wordmill.training.run.verdict import verdict
from wordmill.vectors import KeyedVectors as WordmillVectors
from wordmill.vectors import formats
from wordmill.vectors.formats.directory import Model, load_model, save_model
from wordmill.vectors.formats.schema import Count, Exact, checked

__all__ = ["LineSentence", "PathLineSentences", "State", "Text8Corpus", "Word2Vec"]

FAST_VERSION = 1  # what programs look at: the compiled core is always there

logger = logging.getLogger(__name__)

#: Attributes that a saved model keeps beside its parameters and vectors.
_STATE = ("corpus_count", "corpus_total_words", "train_count", "total_train_time", "comment", "running_training_loss")


class State(Exact):
    """These in a file, and how to continue."""

    corpus_count: Count = 0
    corpus_total_words: Count = 0
    train_count: Count = 0
    total_train_time: float = 0.0
    comment: Any = None
    running_training_loss: float = 0.0
    epochs_done: Count | None = None
    frozen: list[str | int] = Field(default_factory=list)
    ngrams: list[Count] | None = Field(default=None, min_length=3, max_length=3)  # min_n, max_n, bucket


class Word2Vec(BuildsVocabulary):
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

    _ABSENT = WORD2VEC

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
        self.wv = self._empty_vectors()
        self.raw_vocab = {}
        self._output_vectors = None
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
        raise_own_error(self, name)
        if hasattr(KeyedVectors, name) and not name.startswith("_"):
            kind = type(self).__name__
            raise AttributeError(f"{kind} has no attribute {quoted(name)}, but its vectors have: model.wv.{name}")
        no_attribute(type(self).__name__, name, self._ABSENT)

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
        self._source(corpus_iterable, corpus_file)  # is there one, and only one?
        if not epochs or epochs < 1:
            raise ParameterError(f"epochs={epochs}: give the number of epochs, such as epochs=model.epochs")
        self.alpha, self.min_alpha = start_alpha or self.alpha, end_alpha or self.min_alpha
        self.epochs, self.compute_loss = epochs, compute_loss
        run = self._run()
        corpus = self._read_known(run, corpus_iterable, corpus_file)
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
        """The output vectors of negative sampling (V, D), read-only."""
        if self.hs:
            raise NotFittedError("with hs=1 output vectors are those of inner nodes: syn1")
        return self._trained_outputs()

    @property
    def syn1(self) -> NDArray[np.floating[Any]]:
        """The output vectors of hierarchical softmax (V, D), read-only: of V - 1 inner nodes, and a row of zeros."""
        if not self.hs:
            raise NotFittedError("with hs=0 output vectors are those of words: syn1neg")
        return read_only(np.pad(self._trained_outputs(), ((0, 1), (0, 0))))

    @without_vocabulary
    def _trained_outputs(self) -> NDArray[np.floating[Any]]:
        if self._output_vectors is None:
            raise NotFittedError("there are no output vectors: build_vocab makes them, train trains them")
        return read_only(self._output_vectors)

    def init_sims(self, replace: bool = False) -> None:
        """Scale all vectors to length 1 with `replace`, else do nothing: norms are always there."""
        self.wv.init_sims(replace)

    def predict_output_word(
        self, context_words_list: Sequence[str | int], topn: int = 10
    ) -> list[tuple[Any, float]] | None:
        """Most probable words between context words, with their probabilities; None where all are unknown.

        With hierarchical softmax they are the model's own; negative sampling has none, and the softmax of the scores
        stands in for them.
        """
        vectors = [self.wv.get_vector(word) for word in context_words_list if word in self.wv]
        if not vectors:
            logger.warning("none of the context words has a vector")
            return None
        h = (np.mean if self.cbow_mean else np.sum)(vectors, axis=0)
        if self.hs:
            probabilities = word_probabilities(h, self._trained_outputs(), self._vocab().counts)
        else:
            scores = self.syn1neg @ h
            probabilities = np.exp(scores - scores.max())
            probabilities /= probabilities.sum()
        best = np.argsort(-probabilities, kind="stable")[:topn].tolist()
        return [(self.wv.index_to_key[row], float(probabilities[row])) for row in best]

    def score(
        self,
        sentences: Any,
        total_sentences: int = 1_000_000,  # noqa: ARG002
        chunksize: int = 100,  # noqa: ARG002
        queue_factor: int = 2,  # noqa: ARG002
        report_delay: float = 1,  # noqa: ARG002
    ) -> NDArray[np.float64]:
        """Return the log-probability of each sentence, all of them, under a model of hierarchical softmax (`hs=1`).

        It is summed over words and the words within `window` of each, or over words given the mean of these (CBOW).
        Unknown words are passed over, and words without context add nothing.
        """
        if not self.hs:
            raise ParameterError("score needs the probabilities of hierarchical softmax: train with hs=1, negative=0")
        run = self._run()
        return sequence_log_probabilities(
            read_stored_corpus(run, as_source(sentences, None)),
            self.wv.vectors,
            self._trained_outputs(),
            architecture=run.config.architecture,
            window=self.window,
        )

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save as wordmill's model directory, which `wordmill.Word2Vec.load` opens too; its options do nothing."""
        files.prepare_save(fname, options)
        settings = {"params": self._config().as_saved(), "history": [], "corpus": "", "gensim": self._state()}
        save_model(
            fname,
            self.wv.wrapped,
            settings=settings,
            training={"output_vectors": self._trained_outputs(), **self.wv.own_rows()},
            documents=self._documents(),
        )

    @class_only
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
                f"{fname}: what it says of its training cannot be, {misfit(error)}; its vectors are read by "
                "KeyedVectors.load"
            ) from error

    @classmethod
    def _of(cls, saved: Model, params: Mapping[str, Any], path: Path) -> Self:
        """Make the model from what a directory holds; a `KeyError` or `ValueError` where it does not fit together."""
        hs = params["objective"] == "hierarchical_softmax"
        other_cbow = params["architecture"] == "cbow" and params["cbow_update"] != "word2vec"
        if other_cbow or params["window"] == "sequence" or params.get("deterministic"):
            raise FormatError(f"{path} was trained in a way that gensim has no words for: use wordmill.Word2Vec.load")
        state = checked(State, saved.settings.get("gensim", {}), path / "wordmill.json", "settings", "gensim")
        known = ("architecture", "objective", "cbow_update", *_SAME)
        mode = cls._mode_options(params, path)
        config = TrainConfig(**{name: params[name] for name in known}).resolved()
        options = {name: getattr(config, name) for name in _SAME} | cls._ngram_options(params, state, path)
        model = cls(hs=int(hs), **mode, **options | ({"negative": 0} if hs else {}))
        model._take_documents(saved)
        model.wv.take_saved(WordmillVectors.of(saved.table), own_rows(saved))
        shape = output_rows(config, len(saved.table)), config.vector_size
        model._output_vectors = output_vectors(saved, shape)
        vars(model).update(state.model_dump(include=set(_STATE), exclude_unset=True))
        model._epochs_done = len(saved.settings["history"]) if state.epochs_done is None else state.epochs_done
        model._freeze(state.frozen)
        return model

    @classmethod
    def _mode_options(cls, params: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return the parameters that say what predicts what, of a saved model."""
        if params.get("documents"):
            raise FormatError(f"{path} holds a model of documents: use Doc2Vec.load")
        return {"sg": int(params["architecture"] == "skipgram")}

    def _documents(self) -> WordmillVectors | None:
        """Return the vectors of documents, of a model that has some."""
        return None

    def _take_documents(self, saved: Model) -> None:
        """Take over the vectors of documents that were saved."""

    @classmethod
    def _ngram_options(cls, params: Mapping[str, Any], state: State, path: Path) -> dict[str, Any]:  # noqa: ARG003
        """Return the parameters of n-grams that a saved model was trained by."""
        if params.get("subwords"):
            raise FormatError(f"{path} was trained with subwords: use FastText.load")
        return {}

    def _state(self) -> dict[str, Any]:
        """Return what a saved model keeps beside its parameters and vectors."""
        state = {name: getattr(self, name) for name in _STATE}
        return state | {"epochs_done": self._epochs_done, "frozen": self._frozen_keys()}

    def _empty_vectors(self) -> KeyedVectors:
        return KeyedVectors(self.vector_size)

    # -- how it is done -----------------------------------------------------------------------------------------------

    def _config(self) -> TrainConfig:
        """Return the parameters in wordmill's words; those that are not there yet are an error."""
        _refuse_absent(self)
        return TrainConfig(
            architecture="skipgram" if self.sg else "cbow",
            objective="hierarchical_softmax" if self.hs else "negative_sampling",
            cbow_update="word2vec",
            **{name: getattr(self, name) for name in _SAME}
            | {"min_count": self.min_count or 1, "sample": self.sample or 0.0, "negative": self.negative or 5},
        )

    def _frozen_keys(self) -> list[Any]:
        frozen = frozen_rows(self.wv)
        return [] if frozen is None else self.wv.wrapped.key_table.take(np.flatnonzero(frozen))

    def _freeze(self, keys: list[Any]) -> None:
        """Freeze these keys alone."""
        self.wv.vectors_lockf = np.ones(len(self.wv), np.float32)
        self.wv.vectors_lockf[[self.wv.get_index(key) for key in keys]] = 0

    @without_vocabulary
    def _run(self) -> Run:
        """Return a run that goes on from copies of the vectors, so that they stay where it fails."""
        if not len(self.wv):
            raise NotFittedError("there is no vocabulary yet: call build_vocab first")
        vectors, output_vectors, config = self.wv.wrapped, self._trained_outputs(), self._config()
        if vectors.counts is None or output_rows(config, len(vectors)) != len(output_vectors):
            raise NotFittedError("keys were added to wv, or its counts taken away: such vectors cannot be trained on")
        rows, matrix = self._input_rows(config)
        return Run(
            config, rows, padded(matrix), padded(output_vectors), tokens_total=0, epochs_before=self._epochs_done
        )

    def _input_rows(self, config: TrainConfig) -> tuple[Rows, NDArray[np.floating[Any]]]:
        """Return what the rows of the input vectors are, and them (R, D)."""
        rows = make_rows(config, self._vocab())
        return rows, self.wv.rows_for_training(rows)

    def _read_known(self, run: Run, corpus_iterable: Any, corpus_file: str | PathLike[str] | None) -> TrainingCorpus:
        """Read a corpus in the vocabulary of a run."""
        return read_validation_corpus(run, as_source(corpus_iterable, corpus_file))

    def _frozen_rows(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Whether each of the rows of a run is frozen (R,); None where none is."""
        return self.wv.frozen(rows)

    def _train(self, run: Run, corpus: TrainingCorpus, callbacks: Iterable[CallbackAny2Vec]) -> tuple[int, int]:
        """Train a run; what it leaves is taken over also where it is interrupted, but not where it diverged."""
        run.frozen = self._frozen_rows(run.rows)
        trainer = make_trainer(run, corpus, 0.0, [_Watcher(self, list(callbacks))])
        try:
            trainer.train()
        except DivergenceError:
            raise
        except BaseException:  # Ctrl-C, or an error in a callback: the vectors so far are good
            self._take(run)
            raise
        self._take(run)
        if warning := verdict(run, self._learnt().vectors, run.entries()):
            logger.warning("%s", warning)
        self.train_count += 1
        self.total_train_time += run.seconds
        trained = sum(entry["centres"] + entry["without_context"] for entry in run.history)
        return trained, corpus.tokens_read * len(run.history)

    def _learnt(self) -> KeyedVectors:
        """Return the vectors that training changes."""
        return self.wv

    def _take(self, run: Run) -> None:
        """Take over the vectors of a run as they are, and its loss."""
        self._take_vectors(run)
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
        "hs": (
            model.hs and model.negative,
            "both at once, as gensim trains hs beside negative; add negative=0, or leave hs out",
        ),
        "negative": (
            not model.hs and not model.negative,
            "a training that asks nothing; set negative=5, or hs=1 for hierarchical softmax",
        ),
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
