"""gensim's Doc2Vec: Word2Vec with vectors of documents, of new ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

import wordmill
from wordmill.compat.gensim import files
from wordmill.compat.gensim.absent import DOC2VEC, MODULES, no_name
from wordmill.compat.gensim.documents import DocumentSource, TaggedDocument, TaggedLineDocument
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors, frozen_rows
from wordmill.compat.gensim.models.word2vec import Word2Vec
from wordmill.compat.gensim.vocabulary import TrimRule
from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Tags
from wordmill.errors import FormatError, ParameterError
from wordmill.foreign import quoted
from wordmill.training.backends import Course
from wordmill.training.run.corpora import TrainingCorpus
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.inference import Inference
from wordmill.training.run.matrices import make_rows
from wordmill.training.run.memory import VOCABULARY_ENTRY, row_bytes
from wordmill.training.run.reading import read_stored_corpus
from wordmill.training.run.rows import Rows
from wordmill.training.run.saved import input_rows
from wordmill.training.run.state import Run
from wordmill.training.run.trained import Trained
from wordmill.vectors.documents import document_ids
from wordmill.vectors.formats.directory import Model
from wordmill.vectors.matrix import Floats

__all__ = ["Doc2Vec", "TaggedDocument", "TaggedLineDocument"]

FAST_VERSION = 1  # what programs look at: the compiled core is always there


class Doc2Vec(Word2Vec):
    """A model of documents; see gensim's, whose parameters and defaults these are.

    Inference draws by the content of a document: the same one always gets the same vector. `dv_mapfile` and `hashfxn`
    change nothing; `dm_concat=1` is an error, and so is `dm_mean=0` with `dm=1`.

    Attributes
    ----------
    dv : KeyedVectors
        The vectors of the tags. As in gensim, the tag of a number is the row of that number.
    """

    _ABSENT = DOC2VEC

    def __init__(
        self,
        documents: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        vector_size: int = 100,
        dm_mean: int | None = None,
        dm: int = 1,
        dbow_words: int = 0,
        dm_concat: int = 0,
        dm_tag_count: int = 1,
        dv: None = None,
        dv_mapfile: str | None = None,  # noqa: ARG002
        comment: str | None = None,
        trim_rule: TrimRule | None = None,
        callbacks: Iterable[CallbackAny2Vec] = (),
        window: int = 5,
        epochs: int = 10,
        shrink_windows: bool = True,
        **kwargs: Any,
    ) -> None:
        if dv is not None:
            raise ParameterError("dv= is not there: a model has vectors of its own; reset_from takes over the tags")
        self._dm, self.dm_mean, self.dbow_words = bool(dm), dm_mean, int(dbow_words)
        self.dm_concat, self.dm_tag_count = int(dm_concat), int(dm_tag_count)
        self.dv = KeyedVectors(vector_size)
        self._reading: DocumentSource | None = None
        self._tags = Tags.numbered(0)
        self._inference: Inference | None = None
        super().__init__(
            documents, corpus_file, vector_size, window=window, epochs=epochs, shrink_windows=shrink_windows,
            comment=comment, trim_rule=trim_rule, callbacks=callbacks, sg=int(not dm),
            cbow_mean=1 if dm_mean is None else dm_mean, **kwargs,
        )  # fmt: skip

    def __getitem__(self, word: Any) -> Floats:
        """Return the vector of a word, as gensim does; those of tags are in `dv`."""
        return self.wv[word]

    def __getstate__(self) -> dict[str, Any]:
        """Pickle and copy what was learnt."""
        return {**vars(self), "_inference": None}

    @property
    def dm(self) -> bool:
        """Whether documents and words predict together (PV-DM)."""
        return self._dm

    @property
    def dbow(self) -> bool:
        """Whether documents predict by themselves (PV-DBOW)."""
        return not self._dm

    @property
    def docvecs(self) -> KeyedVectors:
        """The vectors of the tags: gensim's older name of `dv`."""
        return self.dv

    def __str__(self) -> str:
        words = self.dm or self.dbow_words
        parts = {
            f'"{self.comment}"': self.comment,
            ("dm/m" if self.dm else "dbow+w" if self.dbow_words else "dbow"): True,
            f"d{self.vector_size}": True,
            f"n{self.negative}": self.negative,
            "hs": self.hs,
            f"w{self.window}": words,
            f"mc{self.min_count}": self.min_count > 1,
            f"s{self.sample:g}": self.sample > 0,
            f"t{self.workers}": self.workers > 1,
        }
        return f"{type(self).__name__}<{','.join(part for part, is_told in parts.items() if is_told)}>"

    def train(  # type: ignore[override]
        self,
        corpus_iterable: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        callbacks: Iterable[CallbackAny2Vec] = (),
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Train on documents, as `Word2Vec.train`; a tag that was not there when words were counted is passed over."""
        return super().train(
            corpus_iterable, corpus_file, total_examples, total_words, epochs, start_alpha, end_alpha, word_count,
            queue_factor, report_delay, callbacks=callbacks, **kwargs,
        )  # fmt: skip

    # -- new documents ------------------------------------------------------------------------------------------------

    def infer_vector(
        self,
        doc_words: Iterable[str] | Iterable[int],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> NDArray[np.float32]:
        """Return the vector (D,) of a document's words, by the model as it is; zeros where it knows none of them."""
        if isinstance(doc_words, str):
            raise TypeError(f"doc_words={quoted(doc_words)} is one text: give a list of words")
        if self._inference is None:
            fitted = Trained(self._config(), self.wv.wrapped, None, self._trained_outputs(), [], "", {}, "")
            self._inference = Inference(fitted, self._trained_outputs())
        course = Course(epochs or self.epochs, alpha or self.alpha, min_alpha or self.min_alpha)
        ids = document_ids(self.wv.wrapped, [[*doc_words]])
        vector: NDArray[np.float32] = self._inference.infer(self._inference.corpus(*ids), course)[0]
        return vector

    def similarity_unseen_docs(
        self,
        doc_words1: Sequence[str],
        doc_words2: Sequence[str],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> float:
        """Cosine similarity of the vectors that are inferred of two documents."""
        first, second = (self.infer_vector(words, alpha, min_alpha, epochs) for words in (doc_words1, doc_words2))
        return float(KeyedVectors.cosine_similarities(first, second[None])[0])

    # -- vocabulary, sizes and files ----------------------------------------------------------------------------------

    def scan_vocab(  # type: ignore[override]
        self,
        corpus_iterable: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        progress_per: int = 100_000,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count words into `raw_vocab`, and see the tags; returns how many words there were, and documents."""
        return super().scan_vocab(corpus_iterable, corpus_file, progress_per, trim_rule=trim_rule)

    def reset_from(self, other_model: Any) -> None:
        """Take the words, counts and tags of another model, with first vectors; what has been learnt is lost."""
        self._tags = Tags.without_documents(other_model._tag_keys())  # noqa: SLF001
        super().reset_from(other_model)

    def init_sims(self, replace: bool = False) -> None:
        """Scale all vectors of tags to length 1 with `replace`, else do nothing: norms are always there."""
        self.dv.init_sims(replace)
        self._inference = None

    def estimated_lookup_memory(self) -> int:
        """Estimate the bytes of what finds the row of a tag."""
        return VOCABULARY_ENTRY * len(self.dv)

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Estimate the bytes of a model with the tags that there are, of so many words."""
        rows = len(self.dv) * row_bytes(self._config().vector_size)
        own = {"doctag_lookup": self.estimated_lookup_memory(), "doctag_syn0": rows}
        return super().estimate_memory(vocab_size, (report or {}) | own)

    def save_word2vec_format(
        self,
        fname: str | PathLike[str],
        doctag_vec: bool = False,
        word_vec: bool = True,
        prefix: str = "*dt_",
        fvocab: str | PathLike[str] | None = None,
        binary: bool = False,
    ) -> None:
        """Write vectors of words, and of tags behind a prefix, to word2vec's text or binary file."""
        if not (doctag_vec or word_vec):
            raise ParameterError("word_vec=False and doctag_vec=False leave nothing to write")
        words, tags = ([*self.wv.index_to_key] if word_vec else []), (self._tag_keys() if doctag_vec else [])
        keys = [*map(str, words), *(f"{prefix}{tag}" for tag in tags)]
        rows = np.concatenate([self.wv.vectors[: len(words)], self.dv.vectors[: len(tags)]])
        counts = np.concatenate([self._vocab().counts[: len(words)], np.ones(len(tags), np.int64)])
        vectors = wordmill.KeyedVectors(keys, rows, counts=counts)
        files.save_word2vec(vectors, Path(fname), fvocab, binary, write_header=True, sort_attr="count")

    @classmethod
    def _mode_options(cls, params: Mapping[str, Any], path: Path) -> dict[str, Any]:
        if not params.get("documents"):
            raise FormatError(f"{path} holds a model of words alone: use Word2Vec.load")
        return {"dm": int(params["documents"] == "dm"), "dbow_words": int(params["train_words"])}

    def _documents(self) -> wordmill.KeyedVectors | None:
        return self.dv.wrapped if len(self.dv) else None

    def _take_documents(self, saved: Model) -> None:
        if saved.documents is not None:
            self.dv.wrapped = wordmill.KeyedVectors.of(saved.documents)

    # -- how it is done -----------------------------------------------------------------------------------------------

    def _config(self) -> TrainConfig:
        if self.dm_concat:
            raise ParameterError(
                "dm_concat=1 is not there, for it is worth little: in gensim's own study of IMDB it errs in 31 % of "
                "reviews where dbow errs in 11 %; leave it out, or set dm=0"
            )
        if self.dm and self.dm_mean not in (None, 1):
            raise ParameterError(f"dm_mean={quoted(self.dm_mean)} is not there: adding vectors up; set dm_mean=1")
        config = replace(super()._config(), documents="dm" if self.dm else "dbow")
        return replace(config, train_words=bool(self.dm or self.dbow_words))

    def _learnt(self) -> KeyedVectors:
        return self.wv if self.dm or self.dbow_words or not len(self.dv) else self.dv

    def _tag_keys(self) -> list[Any]:
        return self.dv.index_to_key

    def _source(self, sentences: Any, corpus_file: str | PathLike[str] | None) -> Any:
        self._reading = DocumentSource(sentences, corpus_file)
        return self._reading.words

    def _note_size(self, corpus: EncodedCorpus) -> None:
        super()._note_size(corpus)
        tags = None if self._reading is None else self._reading.tagged(corpus).tags
        self._reading = None
        self._tags = self._tags if tags is None else tags

    def _read(
        self, sentences: Any, corpus_file: str | PathLike[str] | None, trim_rule: TrimRule | None
    ) -> EncodedCorpus:
        return replace(super()._read(sentences, corpus_file, trim_rule), tags=self._tags)

    def _read_known(self, run: Run, corpus_iterable: Any, corpus_file: str | PathLike[str] | None) -> TrainingCorpus:
        source = DocumentSource(corpus_iterable, corpus_file)
        return source.tagged(read_stored_corpus(run, source.words))

    def _begin(self, corpus: EncodedCorpus) -> Run:
        return super()._begin(self._with_tags(corpus))

    def _extend(self, corpus: EncodedCorpus) -> None:
        super()._extend(self._with_tags(corpus))

    def _with_tags(self, corpus: EncodedCorpus) -> EncodedCorpus:
        """Return a corpus of counts alone with the tags that were counted."""
        return corpus if corpus.tags is not None else replace(corpus, tags=Tags.without_documents(self._tags.keys))

    def _take_vectors(self, run: Run) -> None:
        super()._take_vectors(run)
        if isinstance(run.rows, DocumentRows) and len(run.rows.tags):
            documents = run.rows.documents(run.input_vectors)
            self.dv.wrapped = documents.replace(keys=documents.key_table, vectors=documents.vectors)  # without counts
        self._inference = None

    def _input_rows(self, config: TrainConfig) -> tuple[Rows, Floats]:
        if not len(self.dv):  # words were counted without documents
            return super()._input_rows(config)
        rows = make_rows(config, self._vocab(), Tags.without_documents(self.dv.wrapped.keys))
        return rows, input_rows(self.wv.wrapped, None, rows, self.dv.wrapped)

    def _frozen_rows(self, rows: Rows) -> NDArray[np.bool_] | None:
        documents = frozen_rows(self.dv)
        frozen = self.wv.frozen(rows)
        if documents is None:
            return frozen
        frozen = np.zeros(len(rows), np.bool_) if frozen is None else frozen
        frozen[len(rows) - len(documents) :] = documents
        return frozen


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.doc2vec", name, MODULES)
