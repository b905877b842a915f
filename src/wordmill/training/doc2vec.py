"""Doc2Vec: vectors of documents beside those of words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, Never, Self

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import TaggedSource
from wordmill.corpus.documents import without_tags
from wordmill.corpus.reader import open_saved
from wordmill.errors import CorpusError, NotFittedError, ParameterError
from wordmill.foreign import quoted
from wordmill.graphs import Walks
from wordmill.training.backends import Course
from wordmill.training.containers import in_container
from wordmill.training.run.inference import Inference
from wordmill.training.word2vec import Word2Vec
from wordmill.vectors import KeyedVectors
from wordmill.vectors.documents import document_ids

__all__ = ["Doc2Vec"]


class Doc2Vec(Word2Vec):
    """Vectors of documents (paragraph vectors), learnt with those of words; new documents get theirs by inference.

    A document is a sequence of the corpus, known by its tags. All other parameters are those of `Word2Vec`, but for
    `architecture`, which `mode` decides.

    Parameters
    ----------
    mode : "dbow" or "dm"
        What a document's vector predicts its words with: by itself (PV-DBOW), or together with the words around, in
        their mean (PV-DM).
    train_words : bool
        Whether words learn by skip-gram beside the documents of dbow, so that both lie in one space. Without it
        documents alone learn, and word vectors stay as they begin.

    Source: Le and Mikolov, "Distributed representations of sentences and documents" (2014).

    Examples
    --------
    >>> model = Doc2Vec(vector_size=20, min_count=1).fit([("x", "a b a"), ("y", "b c")])
    >>> model.dv["x"].shape
    (20,)
    >>> model.infer(["a c"]).shape
    (1, 20)
    """

    OF_DOCUMENTS = True

    def __init__(
        self,
        *unnamed: Never,
        mode: Literal["dbow", "dm"] = "dbow",
        train_words: bool = True,
        epochs: int = 10,
        **rest: Any,
    ) -> None:
        if "architecture" in rest:
            raise ParameterError("unknown parameter architecture: mode decides it, dbow is skipgram and dm is cbow")
        super().__init__(*unnamed, epochs=epochs, **rest)
        self.mode = mode
        self.train_words = train_words
        self._inference: Inference | None = None

    def fit(self, X: Any, y: object = None, *, tags: Any = None, text: str | None = None, **options: Any) -> Self:
        """Learn vectors from documents, from the start.

        Parameters
        ----------
        X
            What `Word2Vec.fit` takes, a document a sequence; pairs (tuples) of a tag, or a list of tags, and a
            document; or a table, or the path of one (JSON lines, CSV, Parquet, Arrow), of which `text` names a column.
        y
            Ignored; there for scikit-learn's pipelines.
        tags : iterable or str, optional
            A tag, or a list of tags, for each document: text, or integers. Documents may share tags. Of a table, the
            name of a column. Left out: those that documents come with, else their numbers from 0.
        text : str, optional
            The column of a table that holds the documents.
        options
            Those of `Word2Vec.fit`. A share for `validation` is made of second halves of documents.

        Raises
        ------
        CorpusError
            As in `Word2Vec.fit`; or a tag is missing, of another kind than the others, or twice in a document.
        """
        return super().fit(_tagged(X, tags, text), y, **options)

    def partial_fit(
        self, X: Any, y: object = None, *, tags: Any = None, text: str | None = None, **options: Any
    ) -> Self:
        """Go on training with more documents, as `Word2Vec.partial_fit`; those of known tags learn on.

        X, tags and text are those of `fit`. Documents without tags are numbered on.
        """
        return super().partial_fit(_tagged(X, tags, text), y, **options)

    @property
    def dv(self) -> KeyedVectors:
        """The vectors of the tags, in the order in which these first occurred; the counts are of documents."""
        documents = self._fitted().documents
        if documents is None:
            raise NotFittedError("this model has no vectors of documents: fit it")
        return documents

    def infer(
        self, documents: Any, *, epochs: int | None = None, alpha: float | None = None, min_alpha: float | None = None
    ) -> NDArray[np.floating[Any]]:
        """Return vectors (n, D) of new documents, by the model as it is: on all cores, and no matter in which batch.

        The same document always gets the same vector: what is random is drawn by its content and `seed`.

        Parameters
        ----------
        documents
            What `fit` takes; one text alone gives one vector (D,). Words that are unknown are passed over, and a
            document without any other gets zeros.
        epochs, alpha, min_alpha
            As in training; left out: those of the model.

        Raises
        ------
        NotFittedError
            The model came without output vectors or counts.
        """
        config = self._fitted().config
        given: dict[str, Any] = {"epochs": epochs, "alpha": alpha, "min_alpha": min_alpha}
        config = replace(config, **{name: value for name, value in given.items() if value is not None})
        alone = isinstance(documents, str)
        vectors = self._infer([documents] if alone else documents, _course(config))
        return vectors.reshape(-1) if alone else vectors

    def transform(self, X: Any) -> Any:
        """Return the inferred vector of each document, (n, D) float32; zeros for one without any known word."""
        return in_container(self.infer(_as_source(X)), X, self)

    def fit_transform(self, X: Any, y: object = None, **options: Any) -> Any:
        """Learn vectors from documents, as `fit` does, and return those that are inferred of them, (n, D)."""
        return self.fit(X, y, **options).transform(X)

    def score(self, X: Any, y: object = None) -> float:  # noqa: ARG002
        """Return minus the loss per example of documents, given the vectors that are inferred of them."""
        inference = self._inferring()
        corpus = inference.corpus(*self._ids(_as_source(X)))
        vectors = inference.infer(corpus, _course(self._fitted().config))
        return -inference.loss(corpus, vectors)

    def _infer(self, documents: Any, course: Course) -> NDArray[np.floating[Any]]:
        inference = self._inferring()
        return inference.infer(inference.corpus(*self._ids(documents)), course)

    def _ids(self, documents: Any) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        source = without_tags(documents)
        return document_ids(self.wv, source, errors=self._fitted().config.errors, tokenizer=self._own_tokenizer())

    def _inferring(self) -> Inference:
        """Return what infers by this fit, made when it is first asked for."""
        if self._inference is None or self._inference.trained is not self._trained:
            self._inference = Inference(self._fitted(), self.output_vectors)
        return self._inference

    def __getstate__(self) -> dict[str, Any]:
        """Pickle and copy the fit alone."""
        return {**self.__dict__, "_inference": None}

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: value for name, value in super()._defaults().items() if name != "architecture"}

    def _settings(self) -> dict[str, Any]:
        if self.mode not in ("dbow", "dm"):
            raise ParameterError(f"mode={quoted(self.mode)} is not allowed: it must be 'dbow' or 'dm'")
        return super()._settings() | {"documents": self.mode}

    @classmethod
    def own_params(cls, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of such a model by those of training, the fields of `TrainConfig`."""
        own = {name: value for name, value in params.items() if name not in ("architecture", "documents")}
        return {"mode": params["documents"], **own}


def _tagged(documents: Any, tags: Any, text: str | None) -> TaggedSource:
    if isinstance(documents, Walks):
        raise CorpusError("walks are others each epoch, and so no documents: pass list(walks)")
    return TaggedSource(documents, tags, text)


def _course(config: TrainConfig) -> Course:
    return Course(config.epochs, config.start_alpha, config.min_alpha)


def _as_source(documents: Any) -> Any:
    """Open the file of a saved corpus; a path is one here, and no text."""
    return open_saved(documents, once=True) if isinstance(documents, str) else documents
