"""What every model of wordmill is: parameters, training, results, files, and scikit-learn's contract, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Never, Self

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus.reader import open_saved
from wordmill.errors import (
    DivergenceError,
    FormatError,
    NotFittedError,
    ParameterError,
    UnknownNameError,
    misfit,
)
from wordmill.other_names import MODEL, VECTORS, other_parameters
from wordmill.sources.keys import flat_keys
from wordmill.text import Cells
from wordmill.training.callbacks.callback import Callback
from wordmill.training.callbacks.checkpoint import LastGood, last_good
from wordmill.training.callbacks.progress import Progress
from wordmill.training.containers import choose_container, in_container
from wordmill.training.parameters import Parameters
from wordmill.training.prediction import word_probabilities
from wordmill.training.run.checkpoints import resume as resume_run
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.matrices import begin_run, extend_run, freeze_keys, take_vectors
from wordmill.training.run.on_cluster import holding
from wordmill.training.run.prechecks import check_before_reading, check_goes_on, refuse_unknown
from wordmill.training.run.reading import read_training_corpus, read_validation_corpus
from wordmill.training.run.setup import held_out_corpus, make_trainer
from wordmill.training.run.state import Run
from wordmill.training.run.trained import Trained
from wordmill.training.run.verdict import verdict
from wordmill.vectors import KeyedVectors, hub
from wordmill.vectors.card import CardFacts, Scored
from wordmill.vectors.documents import encode_documents
from wordmill.vectors.formats import check_model_name, detect
from wordmill.vectors.formats.directory import load_model, save_model
from wordmill.vectors.postprocess import add_outputs
from wordmill.vectors.queries import positive_integer

__all__ = ["Estimator"]

logger = logging.getLogger(__name__)

#: What other tools' models have: parameters, what their vectors have, and what they do.
_HINTS = {
    **{name: f"of its vectors, model.wv, {hint}" for name, hint in VECTORS.items()},
    **other_parameters(),
    **{name: f"its vectors have it: model.wv.{name}" for name in dir(KeyedVectors) if not name.startswith("_")},
    **MODEL,
}


_OF_DOCUMENTS = ("documents", "train_words")  # parameters of training that only models of documents have


class Estimator(Parameters):
    """Learns vectors from a corpus. A model on top names its parameters, and says what it is.

    The conventions are scikit-learn's: parameters are checked in `fit`, which returns the model.
    """

    HINTS = _HINTS
    OF_DOCUMENTS = False  # whether it has vectors of documents too

    _trained: Trained | None

    def __repr__(self) -> str:
        """Show the parameters that differ from the defaults, and what a fit has made."""
        shown = super().__repr__()
        return shown if self._trained is None else f"<{shown}, fitted: {self._trained}>"

    if not TYPE_CHECKING:  # type checkers see that it is not there

        def __getitem__(self, key: object) -> Never:
            raise UnknownNameError("a model has no keys, its vectors have: write model.wv[key], key in model.wv")

    # Training

    def fit(
        self,
        X: Any,
        y: object = None,  # noqa: ARG002
        *,
        validation: Any = 0.0,
        callbacks: Sequence[Callback] = (),
        scratch: bool | str | PathLike[str] = True,
        resume: str | PathLike[str] | None = None,
        init_from: KeyedVectors | str | PathLike[str] | None = None,
        freeze: Iterable[str | int] = (),
        **unknown: Never,
    ) -> Self:
        """Learn vectors from a corpus, from the start.

        Parameters
        ----------
        X
            The corpus: a path or glob, ``"-"`` for standard input, a list of paths, a sequence of texts, an iterable of
            lists of keys (text or integers), a function without arguments that returns one, a column of a table, or
            an `EncodedCorpus` or `random_walks`, whose vocabulary then stands.
        y
            Ignored; there for scikit-learn's pipelines.
        validation : float or corpus
            A share of the tokens to hold out, or another corpus: its loss after each epoch is in `history`.
        callbacks : sequence of Callback
            Told what happens; they may stop the training.
        scratch : bool or path
            Whether the last good state of a run without a `Checkpoint` is kept on disk, about once a minute, to go back
            to where the run diverges; a path is the directory to use instead of the system's temporary one.
        resume : path, optional
            Go on from the newest checkpoint in this directory (see `Checkpoint`), if there is one.
        init_from : KeyedVectors or path, optional
            Vectors to begin with, for the keys that they have; with `subwords`, rows of n-grams too, where these are of
            the same lengths and buckets.
        freeze : iterable
            Keys whose vectors stay as they begin, to the bit (all of a model's: its `wv`); output vectors learn.

        Returns
        -------
        Self
            Itself. After Ctrl-C (`KeyboardInterrupt` goes on to the caller) it holds the vectors so far.

        Raises
        ------
        ParameterError, CorpusError, VocabularyError
            Before anything is trained; an earlier fit stays.
        DivergenceError
            The learning rate is too high. What stays is the last checkpoint or `scratch`, without one an earlier fit.
        """
        refuse_unknown("fit", unknown)
        config = TrainConfig.from_params(self._settings())
        vectors = check_before_reading(config, validation, callbacks, init_from, freeze)
        corpus = read_training_corpus(X, config)
        with holding(corpus):
            run = begin_run(config, corpus)
            if vectors is not None:
                take_vectors(run, vectors)
            freeze_keys(run, freeze)
            self._train(run, corpus, validation, callbacks, scratch, resume)
        return self

    def partial_fit(
        self,
        X: Any,
        y: object = None,  # noqa: ARG002
        *,
        epochs: int | None = None,
        extend_vocab: bool = False,
        validation: Any = 0.0,
        callbacks: Sequence[Callback] = (),
        scratch: bool | str | PathLike[str] = True,
        resume: str | PathLike[str] | None = None,
        freeze: Iterable[str | int] = (),
        **unknown: Never,
    ) -> Self:
        """Go on training with more text, at a rate that starts at `alpha` and falls anew; without a fit: begin.

        Parameters
        ----------
        X, y, validation, callbacks, scratch, resume, freeze
            As in `fit`.
        epochs : int, optional
            Passes over this corpus; left out: the parameter `epochs`.
        extend_vocab : bool
            Whether keys that are new and occur `min_count` times get a vector. Counts add up, and all keys are sorted
            anew by them; every row moves with its key. A new key's first vector depends on `seed` and itself alone.

        Raises
        ------
        NotFittedError
            The model came without output vectors or counts.
        """
        refuse_unknown("partial_fit", unknown)
        params = self._settings() | ({} if epochs is None else {"epochs": epochs})
        before, config = self._trained, TrainConfig.from_params(params)
        check_before_reading(config, validation, callbacks, freeze=freeze)
        if before is None:
            corpus = read_training_corpus(X, config)
            run = begin_run(config, corpus)
        else:
            check_goes_on(config, before.config)
            run, corpus = extend_run(before.as_run(self.output_vectors), config, X, extend_vocab=extend_vocab)
            run.epochs_before, run.earlier = len(before.history), before.fingerprint()
        with holding(corpus):
            freeze_keys(run, freeze)
            self._train(run, corpus, validation, callbacks, scratch, resume)
        return self

    def _train(
        self,
        run: Run,
        corpus: TrainingCorpus,
        validation: Any,
        callbacks: Sequence[Callback],
        scratch: bool | str | PathLike[str],
        resume: str | PathLike[str] | None,
    ) -> None:
        """Train a run and keep what it leaves, also where it is interrupted."""
        earlier = [] if self._trained is None or not run.epochs_before else self._trained.history
        progress = [Progress()] if run.config.verbose else []
        with last_good(callbacks, scratch) as good, run.ending_here():
            guard = [good] if isinstance(good, LastGood) else []
            trainer = make_trainer(run, corpus, validation, [*guard, *callbacks, *progress])
            if resume is not None and not resume_run(run, resume):
                logger.warning("no checkpoint in %s yet: training starts from the beginning", resume)
            try:
                trainer.train()
            except DivergenceError as error:
                if good is None or not good.saved:
                    raise
                resume_run(run, good.directory)
                self._trained = Trained.of(run, earlier)
                where = "" if guard else f", in {good.directory}"
                kept = f"kept are the vectors at {run.tokens_done / run.tokens_total:.1%}{where}"
                raise DivergenceError(f"{error}; {kept}") from None
            except BaseException:  # Ctrl-C, or an error in a callback: the vectors so far are good
                self._trained = Trained.of(run, earlier)
                raise
            self._trained = Trained.of(run, earlier)
        learnt = self._trained.keyed_vectors if run.config.words_are_inputs else self._trained.documents
        if learnt is not None and (warning := verdict(run, learnt.vectors, self.history)):
            logger.warning("%s", warning)

    def score(self, X: Any, y: object = None) -> float:  # noqa: ARG002
        """Return minus the loss per example of a corpus under the vectors as they are: higher is better.

        Windows and negatives are fixed and nothing is subsampled, so that the same corpus has the same score each time.
        With hierarchical softmax it is the mean log-likelihood of a word beside a context word (skip-gram) or amid its
        context (CBOW).
        """
        trained = self._fitted()
        run = trained.as_run(self.output_vectors)
        return -held_out_corpus(run, read_validation_corpus(run, X)).loss()

    def _own_tokenizer(self) -> Callable[[str], Any] | None:
        """Return the function that cuts texts, where it is none that the vectors know by name."""
        config = self._fitted().config
        cut = config.tokenizer if config.delimiter is None else Cells(config.delimiter)
        return cut if callable(cut) else None

    # Results

    @property
    def wv(self) -> KeyedVectors:
        """The vectors, one for each key of the vocabulary."""
        return self._fitted().keyed_vectors

    @property
    def output_vectors(self) -> NDArray[np.floating[Any]]:
        """The vectors that score predictions, read-only.

        With negative sampling (V, D), in the order of `wv`; with hierarchical softmax (V - 1, D), of inner nodes.
        """
        trained = self._fitted()
        trained.keyed_vectors.check_files()
        vectors = trained.output_vectors
        if vectors is None:
            raise NotFittedError("this model was saved without its output vectors: fit it again to have them")
        vectors.flags.writeable = False  # which NumPy forgets in pickles and copies
        return vectors

    def with_outputs(self, share: float = 0.25) -> KeyedVectors:
        """Return the vectors with a share, 0 to 1, of the output vectors added: for analogies mostly better ones.

        `wv` stays as it is. In what is returned words that were never seen have no vector.
        See `wordmill.vectors.postprocess.add_outputs`.

        Raises
        ------
        ParameterError
            The outputs are no words (hierarchical softmax); or words were not trained (documents alone were).
        """
        config = self._fitted().config
        if config.objective != "negative_sampling":
            raise ParameterError(
                "the output vectors of hierarchical softmax are nodes of a tree, not words: none to add"
            )
        if not config.words_are_inputs:
            raise ParameterError("words have no trained input vectors where documents alone learn: train_words=True")
        return add_outputs(self.wv, self.output_vectors, share)

    @property
    def history(self) -> list[dict[str, Any]]:
        """What happened in each epoch; an epoch that was interrupted has counted fewer tokens.

        ``epoch`` (from 1), ``loss`` (per example; None without one), ``examples`` (skip-gram: pairs of a context and a
        target; CBOW: windows), ``tokens`` = ``subsampled`` + ``centres`` + ``without_context``, ``seconds``,
        ``tokens_per_second``, ``alpha`` (at its end), ``interval_losses`` (of each twentieth), ``validation_loss``.
        """
        return self._fitted().history

    @property
    def corpus_fingerprint(self) -> str | None:
        """What the corpus of the last fit is known by (`EncodedCorpus.fingerprint`); None before a fit."""
        return None if self._trained is None else self._trained.corpus

    def predict_words(self, context: Iterable[str | int], topn: int = 10) -> list[tuple[str | int, float]]:
        """Return the words most probable in the middle of some context words, with their probabilities, best first.

        Of hierarchical softmax, whose probabilities over all words add up to 1: the mean of the context's vectors is
        taken down the tree.

        Raises
        ------
        ParameterError
            The model was trained with negative sampling, which knows no probabilities; or `topn` is below 1.
        MissingKeyError
            A context word has no vector.
        """
        trained = self._fitted()
        positive_integer("topn", topn)
        words = flat_keys(context)
        if trained.config.objective != "hierarchical_softmax":
            raise ParameterError(
                "negative sampling gives no probabilities: fit with objective='hierarchical_softmax' to predict words"
            )
        if not len(words):
            raise ParameterError("the context holds no words: give at least one")
        mean = self.wv[words].mean(axis=0)
        probabilities = word_probabilities(mean, self.output_vectors, trained.vocab().counts)
        best = np.argsort(-probabilities, kind="stable")[:topn]
        return [(self.wv.index_to_key[row], float(probabilities[row])) for row in best]

    def plot(self, path: str | PathLike[str] | None = None) -> Any:
        """Draw loss, validation loss and learning rate over the epochs; needs the extra `plot`.

        Parameters
        ----------
        path : path, optional
            Where to write the picture too; the ending decides the format (png, svg, pdf).

        Returns
        -------
        matplotlib.figure.Figure
            Notebooks show it.
        """
        from wordmill.plots.figure import save_figure  # noqa: PLC0415 (only plots need it)
        from wordmill.plots.loss import loss_figure  # noqa: PLC0415

        figure = loss_figure(self.history)
        if path is not None:
            save_figure(figure, path)
        return figure

    def transform(self, X: Any) -> Any:
        """Return the mean vector of each text or sequence, (n, D) float32; zeros for one without any known key.

        Parameters
        ----------
        X
            What `fit` takes, read in the same way; an iterator too. A corpus of another vocabulary is translated.

        Raises
        ------
        CorpusError
            As in `fit`; or the keys are of the other kind.
        """
        errors, documents = self._fitted().config.errors, open_saved(X, once=True)
        means = encode_documents(self.wv, documents, errors=errors, tokenizer=self._own_tokenizer())
        return in_container(means, X, self)

    def fit_transform(self, X: Any, y: object = None) -> Any:
        """Learn vectors from a corpus, and return the mean vector of each text or sequence, (n, D)."""
        return self.fit(X, y).transform(X)

    def set_output(self, *, transform: Literal["default", "pandas", "polars"] | None = None) -> Self:
        """Choose what `transform` returns, as scikit-learn's transformers do: an array, or a DataFrame with names."""
        choose_container(self, transform)
        return self

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return names of the D columns that `transform` gives, as scikit-learn makes them: word2vec0, word2vec1..."""
        name = type(self).__name__.lower()
        return np.array([f"{name}{column}" for column in range(self.wv.vector_size)], dtype=object)

    def _fitted(self) -> Trained:
        if self._trained is None:
            raise NotFittedError(f"this {type(self).__name__} has no vectors yet: call fit first")
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
        ParameterError
            The name is that of a file of vectors, `x.bin` say.
        OutputError
            The target cannot be written, or holds files that are not wordmill's; the message says what is there.
        """
        check_model_name(path)
        trained = self._fitted()
        save_model(
            path,
            self.wv,
            settings=trained.settings(),
            training=trained.training(),
            documents=trained.documents,
        )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Load a model that `save` wrote.

        Raises
        ------
        FormatError
            It is no model directory, is damaged, or holds vectors alone (`KeyedVectors.load` reads those).
        """
        if (form := detect(path)) != "directory":
            raise FormatError(f"{path} holds vectors alone ({form}): read it with KeyedVectors.load")
        saved = load_model(path)
        if "params" not in saved.settings:
            raise FormatError(
                f"{path} holds vectors without the settings of a training: read it with KeyedVectors.load"
            )
        cls._expect_documents(path, there=saved.documents is not None)
        try:
            params = {name: tuple(v) if isinstance(v, list) else v for name, v in saved.settings["params"].items()}
            if params["tokenizer"] is None:
                params["tokenizer"] = _lost_tokenizer
            if params.get("phrases", 0) is None:  # they were given
                params["phrases"] = saved.table.phrases
            model = cls(**cls.own_params(params))
            model._trained = Trained.from_saved(saved, TrainConfig.from_params(params))
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(
                f"{path}: what it says of its training cannot be, {misfit(error)}; its vectors are read by "
                "KeyedVectors.load"
            ) from error
        return model

    @classmethod
    def own_params(cls, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of such a model by those of training, the fields of `TrainConfig`."""
        return {name: value for name, value in params.items() if name not in _OF_DOCUMENTS}

    @classmethod
    def _expect_documents(cls, path: str | PathLike[str], *, there: bool) -> None:
        """Refuse the file of a model that is not of this kind."""
        if there != cls.OF_DOCUMENTS:
            what, reader = ("documents", "Doc2Vec") if there else ("words alone", "Word2Vec")
            raise FormatError(f"{path} holds a model of {what}: read it with {reader}.load")

    def push_to_hub(
        self,
        repo_id: str,
        *,
        license: str,  # noqa: A002 (the hub's name)
        data: str,
        language: Sequence[str] = (),
        scores: Sequence[Scored] = (),
        training: bool = False,
        **options: Any,
    ) -> str:
        """Upload the model and its card to the Hugging Face Hub; returns the commit's address.

        Parameters
        ----------
        repo_id
            `owner/name`.
        license, data, language, scores
            For the card; see `wordmill.vectors.card.CardFacts`.
        training
            Whether to upload what training on needs, which is as large as the vectors.
        options
            See `wordmill.vectors.hub.push`.
        """
        trained, facts = self._fitted(), CardFacts(license=license, data=data, language=language, scores=scores)
        arrays = trained.training() if training else None
        return hub.push(
            repo_id,
            self.wv,
            facts,
            settings=trained.settings(),
            training=arrays,
            documents=trained.documents,
            **options,
        )

    @classmethod
    def from_pretrained(cls, name: str | PathLike[str], **options: Any) -> Self:
        """Load a model from a directory, or from the Hugging Face Hub by `owner/name`; see `hub.fetch`."""
        return cls.load(hub.fetch(name, training=True, **options))


def _lost_tokenizer(text: str) -> list[str]:  # noqa: ARG001
    raise ParameterError("the tokenizer of this model was a function, which no file holds: pass lists of tokens")
