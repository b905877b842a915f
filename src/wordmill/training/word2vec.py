"""Word2Vec: the estimator that people import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from os import PathLike
from typing import Any, Literal, Never, Self

from wordmill.errors import ParameterError
from wordmill.paths import checked_path
from wordmill.phrases import PhraseBook
from wordmill.presets import PRESETS
from wordmill.training.estimator import Estimator
from wordmill.training.fasttext_files import read_trained, write_trained
from wordmill.vectors.formats import detect

__all__ = ["Word2Vec"]


class Word2Vec(Estimator):
    """Vectors of the words, items, nodes or events of a corpus, by skip-gram or CBOW.

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
        *unnamed: Never,
        architecture: Literal["skipgram", "cbow"] = "skipgram",
        vector_size: int = 100,
        window: int | Literal["sequence"] = 5,
        shrink_windows: bool = True,
        objective: Literal["negative_sampling", "hierarchical_softmax"] = "negative_sampling",
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        cbow_update: Literal["mean", "sqrt", "word2vec"] = "sqrt",
        subwords: tuple[int, int] | None = None,
        buckets: int = 2_000_000,
        step_contexts: int | None = None,
        epochs: int = 5,
        alpha: float | None = None,
        min_alpha: float = 1e-4,
        seed: int = 1,
        min_count: int = 5,
        max_final_vocab: int | None = None,
        tokenizer: Literal["whitespace", "words"] | Callable[[str], list[str]] = "whitespace",
        delimiter: str | None = None,
        lowercase: bool = False,
        errors: Literal["strict", "replace"] = "strict",
        phrases: int | PhraseBook | str | PathLike[str] = 0,
        workers: int | None = None,
        deterministic: bool = False,
        backend: Literal["native", "reference", "ray"] = "native",
        verbose: bool = False,
        rounds: int = 16,
        threads_per_worker: int | None = None,
        address: str | None = None,
        **unknown: Never,
    ) -> None:
        if unnamed:
            raise ParameterError(
                "Word2Vec takes parameters by name, as in Word2Vec(vector_size=100), and the corpus by fit: "
                "Word2Vec().fit(corpus)"
            )
        self._check_names(unknown)
        self.architecture = architecture
        self.vector_size = vector_size
        self.window = window
        self.shrink_windows = shrink_windows
        self.objective = objective
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.sample = sample
        self.cbow_update = cbow_update
        self.subwords = subwords
        self.buckets = buckets
        self.step_contexts = step_contexts
        self.epochs = epochs
        self.alpha = alpha
        self.min_alpha = min_alpha
        self.seed = seed
        self.min_count = min_count
        self.max_final_vocab = max_final_vocab
        self.tokenizer = tokenizer
        self.delimiter = delimiter
        self.lowercase = lowercase
        self.errors = errors
        self.phrases = phrases
        self.workers = workers
        self.deterministic = deterministic
        self.backend = backend
        self.verbose = verbose
        self.rounds = rounds
        self.threads_per_worker = threads_per_worker
        self.address = address

        self._trained = None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Load a model that `save` wrote, or fastText's `.bin`, which `partial_fit` goes on with.

        Raises
        ------
        FormatError
            It is damaged, or cannot be trained on: `KeyedVectors.load` reads vectors alone.
        """
        if detect(path) != "fasttext":
            return super().load(path)
        cls._expect_documents(path, there=False)
        trained = read_trained(checked_path(path))
        model = cls(**cls.own_params(asdict(trained.config)))
        model._trained = trained
        return model

    def save_fasttext(self, path: str | PathLike[str]) -> None:
        """Write the model whole as fastText's `.bin` of version 12, output vectors too, so that others go on from it.

        Raises
        ------
        NotFittedError
            There is no fit, or the output vectors were not saved with the model.
        OutputError
            A word that the format cannot hold, or the file cannot be written.
        """
        write_trained(checked_path(path), self._fitted())

    @classmethod
    def for_items(cls, **params: Any) -> Self:
        """Return a model with settings for baskets and histories, whose order matters little; `params` come on top."""
        return cls(**PRESETS["items"] | params)

    @classmethod
    def for_logs(cls, **params: Any) -> Self:
        """Return a model with settings for sessions and logs, whose neighbors matter most; `params` come on top."""
        return cls(**PRESETS["logs"] | params)
