"""Word2Vec: the estimator that people import."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Any, Literal, Never, Self

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig, knobs
from wordmill.corpus import Vocab
from wordmill.errors import DivergenceError, FormatError, NotFittedError, ParameterError
from wordmill.text import lower, tokenize
from wordmill.training.callbacks import Callback, Run
from wordmill.training.checkpoint import resume as resume_run
from wordmill.training.progress import Progress
from wordmill.training.setup import (
    begin_run,
    held_out_corpus,
    make_trainer,
    padded,
    read_training_corpus,
    read_validation_corpus,
)
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.directory import load_model, save_model

__all__ = ["Word2Vec"]

logger = logging.getLogger(__name__)


class Word2Vec:
    """Vectors of the words, items, nodes or events of a corpus, by skip-gram or CBOW with negative sampling.

    The parameters are the fields of `TrainConfig`, which says what each means; they are checked in `fit`. The
    conventions are scikit-learn's.

    Examples
    --------
    >>> model = Word2Vec(vector_size=50, min_count=1).fit([["a", "b"], ["b", "c"]])
    >>> model.wv.vectors.shape
    (3, 50)
    """

    def __init__(
        self,
        *,
        architecture: Literal["skipgram", "cbow"] = "skipgram",
        vector_size: int = 100,
        window: int | Literal["sequence"] = 5,
        shrink_windows: bool = True,
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        cbow_update: Literal["mean", "sqrt", "word2vec"] = "mean",
        epochs: int = 5,
        alpha: float | None = None,
        min_alpha: float = 1e-4,
        seed: int = 1,
        min_count: int = 5,
        max_final_vocab: int | None = None,
        tokenizer: Literal["whitespace", "words"] | Callable[[str], list[str]] = "whitespace",
        lowercase: bool = False,
        errors: Literal["strict", "replace"] = "strict",
        workers: int | None = None,
        backend: Literal["native", "reference"] = "native",
        verbose: bool = False,
        **unknown: Never,
    ) -> None:
        TrainConfig.check_names(unknown)
        self.architecture = architecture
        self.vector_size = vector_size
        self.window = window
        self.shrink_windows = shrink_windows
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.sample = sample
        self.cbow_update = cbow_update
        self.epochs = epochs
        self.alpha = alpha
        self.min_alpha = min_alpha
        self.seed = seed
        self.min_count = min_count
        self.max_final_vocab = max_final_vocab
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.errors = errors
        self.workers = workers
        self.backend = backend
        self.verbose = verbose

        self._trained: _Trained | None = None

    # Parameters

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the parameters by name, as they were given."""
        return {name: getattr(self, name) for name, _ in knobs()}

    def set_params(self, **params: Any) -> Self:
        """Change parameters for the next `fit`, which checks them; an unknown name is a `ParameterError` here."""
        TrainConfig.check_names(params)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """Show the parameters that differ from the defaults."""
        defaults = Word2Vec().get_params()
        changed = {name: value for name, value in self.get_params().items() if value != defaults[name]}
        return f"Word2Vec({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    # Training

    def fit(
        self,
        X: Any,
        y: object = None,  # noqa: ARG002
        *,
        validation: Any = 0.0,
        callbacks: Sequence[Callback] = (),
        resume: str | PathLike[str] | None = None,
    ) -> Self:
        """Learn vectors from a corpus, from the start.

        Parameters
        ----------
        X
            The corpus: a path or glob, ``"-"`` for standard input, a list of paths, a sequence of texts, an iterable of
            lists of keys (text or integers), a function without arguments that returns one, a column of a table, or
            an `EncodedCorpus`, whose vocabulary then stands.
        y
            Ignored; there for scikit-learn's pipelines.
        validation : float or corpus
            A share of the tokens to hold out, or another corpus: its loss after each epoch is in `history`.
        callbacks : sequence of Callback
            Told what happens; they may stop the training.
        resume : path, optional
            Go on from the newest checkpoint in this directory (see `Checkpoint`), if there is one.

        Returns
        -------
        Word2Vec
            Itself. After Ctrl-C (`KeyboardInterrupt` goes on to the caller) it holds the vectors so far.

        Raises
        ------
        ParameterError, CorpusError, VocabularyError
            Before anything is trained; an earlier fit stays.
        DivergenceError
            The learning rate is too high; an earlier fit stays.
        """
        config = TrainConfig.from_params(self.get_params())
        corpus = read_training_corpus(X, config)
        run = begin_run(config, corpus)
        trainer = make_trainer(run, corpus, validation, [*callbacks, *([Progress()] if config.verbose else [])])
        if resume is not None and not resume_run(run, resume):
            logger.warning("no checkpoint in %s yet: training starts from the beginning", resume)
        try:
            trainer.train()
        except DivergenceError:
            raise
        except BaseException:  # Ctrl-C, or an error in a callback: the vectors so far are good
            self._trained = _Trained.of(run)
            raise
        self._trained = _Trained.of(run)
        return self

    def score(self, X: Any, y: object = None) -> float:  # noqa: ARG002
        """Return minus the loss per example of a corpus under the vectors as they are: higher is better.

        Windows and negatives are fixed and nothing is subsampled, so that the same corpus has the same score each time.
        """
        trained = self._fitted()
        run = trained.as_run(self.output_vectors)
        return -held_out_corpus(run, read_validation_corpus(run, X)).loss()

    # Results

    @property
    def wv(self) -> KeyedVectors:
        """The vectors, one for each key of the vocabulary."""
        return self._fitted().keyed_vectors

    @property
    def output_vectors(self) -> NDArray[np.floating[Any]]:
        """The vectors (V, D) that score predictions, in the order of `wv`; read-only."""
        vectors = self._fitted().output_vectors
        if vectors is None:
            raise NotFittedError("this model was saved without its output vectors: fit it again to have them")
        return vectors

    @property
    def history(self) -> list[dict[str, Any]]:
        """What happened in each epoch; an epoch that was interrupted has counted fewer tokens.

        ``epoch`` (from 1), ``loss`` (per example; None without one), ``examples`` (skip-gram: pairs of a context and a
        target; CBOW: windows), ``tokens`` = ``subsampled`` + ``centres`` + ``without_context``, ``seconds``,
        ``tokens_per_second``, ``alpha`` (at its end).
        """
        return self._fitted().history

    def transform(self, X: Iterable[str] | Iterable[Sequence[str]] | Iterable[Sequence[int]]) -> NDArray[np.float32]:
        """Return the mean vector of each text, (n, D); zeros for a text without any known key.

        Parameters
        ----------
        X
            Texts, cut by the model's tokenizer, or lists of keys.
        """
        if isinstance(X, str):
            raise ParameterError("transform takes a list of texts, not one text: write [text]")
        wv = self.wv
        means = [_mean_vector(wv, self._keys_of(item)) for item in X]
        return np.stack(means) if means else np.zeros((0, wv.vector_size), np.float32)

    def _keys_of(self, item: str | Sequence[str] | Sequence[int]) -> Sequence[str] | Sequence[int]:
        if not isinstance(item, str):
            return item
        config = self._fitted().config
        if callable(config.tokenizer):
            return config.tokenizer(lower(item) if config.lowercase else item)
        return tokenize(item, config.tokenizer, lowercase=config.lowercase)

    def _fitted(self) -> _Trained:
        if self._trained is None:
            raise NotFittedError("this Word2Vec has no vectors yet: call fit first")
        return self._trained

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn's `check_is_fitted`."""
        return self._trained is not None

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn, the only caller, that any input goes and no target is needed."""
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags  # noqa: PLC0415

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(two_d_array=False, string=True),
        )

    # Files

    def save(self, path: str | PathLike[str]) -> None:
        """Save the model as a directory: vectors, settings, history, and what training on needs.

        Raises
        ------
        OutputError
            The target cannot be written, or holds files that are not wordmill's; nothing there has changed.
        """
        trained = self._fitted()
        params = asdict(trained.config)
        if callable(params["tokenizer"]):
            params["tokenizer"] = None  # a function cannot be saved
        settings = {"params": params, "history": trained.history}
        training = None if trained.output_vectors is None else {"output_vectors": trained.output_vectors}
        save_model(path, self.wv, settings=settings, training=training)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Load a model that `save` wrote.

        Raises
        ------
        FormatError
            It is no model directory, is damaged, or holds vectors alone (`KeyedVectors.load` reads those).
        """
        saved = load_model(path)
        if "params" not in saved.settings:
            raise FormatError(
                f"{path} holds vectors without the settings of a training: read it with KeyedVectors.load"
            )
        params = dict(saved.settings["params"])
        if params["tokenizer"] is None:
            params["tokenizer"] = _lost_tokenizer
        model = cls(**params)
        output_vectors = saved.training["output_vectors"] if saved.training else None
        config = TrainConfig.from_params(params)
        model._trained = _Trained(config, saved.keyed_vectors, output_vectors, saved.settings["history"])
        return model


@dataclass(frozen=True)
class _Trained:
    """What a fit leaves behind."""

    config: TrainConfig
    keyed_vectors: KeyedVectors
    output_vectors: NDArray[np.floating[Any]] | None
    history: list[dict[str, Any]]

    @classmethod
    def of(cls, run: Run) -> _Trained:
        output_vectors = run.output_vectors.view()
        output_vectors.flags.writeable = False
        return cls(run.config, run.as_keyed_vectors(), output_vectors, run.entries())

    def as_run(self, output_vectors: NDArray[np.floating[Any]]) -> Run:
        """Return copies of the matrices with their vocabulary, as the backends want them."""
        vectors = self.keyed_vectors
        if vectors.counts is None:
            raise NotFittedError("these vectors came without counts, which training needs: fit the model again")
        vocab = Vocab(vectors.keys, vectors.counts)
        return Run(self.config, vocab, padded(vectors.vectors), padded(output_vectors), tokens_total=0)


def _mean_vector(wv: KeyedVectors, keys: Sequence[str] | Sequence[int]) -> NDArray[np.float32]:
    ids = wv.key_table.find_many(keys)
    known = wv.vectors[ids[ids >= 0]]
    return known.mean(axis=0) if len(known) else np.zeros(wv.vector_size, wv.vectors.dtype)


def _lost_tokenizer(text: str) -> list[str]:  # noqa: ARG001
    raise ParameterError("the tokenizer of this model was a function, which no file holds: pass lists of tokens")
