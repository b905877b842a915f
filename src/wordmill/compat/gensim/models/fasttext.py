"""gensim's FastText: Word2Vec of words that are made of their character n-grams."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

import wordmill
from wordmill.compat.gensim import facebook, files
from wordmill.compat.gensim.absent import FASTTEXT, FASTTEXT_VECTORS, MODULES, no_name
from wordmill.compat.gensim.models.callbacks import CallbackAny2Vec
from wordmill.compat.gensim.models.keyedvectors import KeyedVectors, read_only
from wordmill.compat.gensim.models.word2vec import State, Word2Vec
from wordmill.compat.gensim.sentences import MAX_WORDS_IN_BATCH
from wordmill.compat.gensim.vocabulary import TrimRule
from wordmill.config import TrainConfig
from wordmill.corpus import Vocab
from wordmill.errors import FormatError, Misfit, MissingKeyError, NotFittedError, ParameterError
from wordmill.foreign import quoted
from wordmill.training.fasttext_files import as_fasttext
from wordmill.training.run.matrices import make_rows
from wordmill.training.run.rows import Rows, SubwordRows
from wordmill.training.run.saved import input_rows, own_rows
from wordmill.training.run.state import Run
from wordmill.vectors.formats.directory import load_model, save_model
from wordmill.vectors.formats.fasttext import write_fasttext_model
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms, unit_rows

__all__ = [
    "FastText",
    "FastTextKeyedVectors",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]

logger = logging.getLogger(__name__)


class FastTextKeyedVectors(KeyedVectors):
    """Vectors of words, and of any other word from its n-grams.

    As in gensim every word is `in` these vectors, and has one: zeros, with a warning, where none of its n-grams has a
    row. `key_to_index` and `has_index_for` know the words of the vocabulary.

    Attributes
    ----------
    min_n, max_n, bucket : int
        Lengths of n-grams, and into how many buckets they hash; 0 buckets: there are none.
    vectors_vocab_lockf, vectors_ngrams_lockf : (1,) or (V,), (1,) or (bucket,) floats
        0 where training leaves a word's own row, or that of a bucket, as it is.
    """

    _ABSENT = FASTTEXT_VECTORS

    def __init__(
        self,
        vector_size: int,
        min_n: int,
        max_n: int,
        bucket: int,
        count: int = 0,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(vector_size, count, dtype)
        self.min_n, self.max_n, self.bucket = min_n, max_n, bucket if max_n >= max(min_n, 1) else 0
        self.vectors_vocab_lockf: NDArray[Any] = np.ones(1, np.float32)
        self.vectors_ngrams_lockf: NDArray[Any] = np.ones(1, np.float32)
        self._own_rows: Floats | None = None

    @classmethod
    def wrapping(cls, vectors: wordmill.KeyedVectors) -> Self:
        """Give wordmill's vectors with subwords gensim's face."""
        if vectors.subwords is None:
            raise FormatError("these vectors are of words alone, without n-grams: use KeyedVectors")
        ngrams = vectors.subwords.ngrams
        made = cls(vectors.vector_size, ngrams.shortest, ngrams.longest, ngrams.buckets, dtype=vectors.vectors.dtype)
        made.wrapped = vectors
        return made

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def vectors_vocab(self) -> Floats:
        """The words' own rows (V, D), read-only: of a word's vector the part that no other word has."""
        if not self.bucket or self._wrapped is None:
            return self.vectors
        if self._own_rows is None:
            raise NotFittedError("these vectors came without the words' own rows, which only training needs")
        return read_only(self._own_rows)

    @property
    def vectors_ngrams(self) -> Floats:
        """The rows of all buckets (bucket, D), read-only, zeros where no word has an n-gram; made when asked for."""
        rows = np.zeros((self.bucket, self.vector_size), self.vectors.dtype)
        if self._wrapped is not None and self._wrapped.subwords is not None:
            subwords = self._wrapped.subwords
            rows[slice(None) if subwords.numbers is None else subwords.numbers] = np.asarray(subwords.rows)
        return read_only(rows)

    def __contains__(self, key: object) -> bool:
        return bool(self.bucket and isinstance(key, str)) or super().__contains__(key)

    def __getitem__(self, key_or_keys: Key | Iterable[Key]) -> Floats:
        """Return the vector (D,) of a word, or the vectors (n, D) of several."""
        if isinstance(key_or_keys, str | int | np.integer):
            return self.get_vector(key_or_keys)
        return np.stack([self.get_vector(key) for key in key_or_keys])

    def get_vector(self, word: Key, norm: bool = False) -> Floats:
        """Return the vector (D,) of any word, scaled to length 1 with `norm`."""
        if self._wrapped is not None and self.get_index(word, -1) >= 0:
            return super().get_vector(word, norm)
        if not self.bucket or not isinstance(word, str):
            raise MissingKeyError(f"no vector for {quoted(word)}: it is no word of the vocabulary, and has no n-grams")
        vector: Floats | None = self.wrapped.get(word)
        if vector is None:
            logger.warning("no n-gram of %s has a row: its vector is zeros", quoted(word))
            vector = np.zeros(self.vector_size, self.vectors.dtype)
        return unit_rows(vector[None], row_norms(vector[None]))[0] if norm else vector

    def get_sentence_vector(self, sentence: Sequence[str]) -> Floats:
        """Mean (D,) of the directions of some words' vectors."""
        return self.get_mean_vector(sentence)

    def vectors_for_all(
        self, keys: Iterable[Key], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return the vectors of those of the keys that have one, with `allow_inference` also of unknown words."""
        known = super().vectors_for_all(keys := list(dict.fromkeys(keys)), copy_vecattrs=copy_vecattrs)
        if allow_inference:
            made = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
            inferred = [key for key in keys if key in self]
            if inferred:
                made.add_vectors(inferred, self[inferred])
                if copy_vecattrs and self.expandos:
                    for key in known.index_to_key:
                        made.set_vecattr(key, "count", self.get_vecattr(key, "count"))
            return made
        return known

    # -- what changes it ----------------------------------------------------------------------------------------------

    def add_vectors(
        self, keys: Key | Sequence[Key], weights: ArrayLike, extras: Any = None, replace: bool = False
    ) -> None:
        """Give words vectors; those that are here already keep theirs, unless `replace`.

        A word's own row makes up for the n-grams that it shares with others.
        """
        before = self._wrapped
        super().add_vectors(keys, weights, extras, replace)
        if before is not None and self._own_rows is not None:
            self._own_rows = self._moved(before)

    @property
    def vectors(self) -> Floats:
        """The matrix (V, D), read-only; assign a whole matrix to change it."""
        return super().vectors

    @vectors.setter
    def vectors(self, matrix: Floats) -> None:
        before = self.wrapped
        self.wrapped = before.replace(
            keys=before.key_table, vectors=matrix, counts=before.counts, subwords=before.subwords
        )
        self._own_rows = None if self._own_rows is None else self._moved(before)

    def sort_by_descending_frequency(self) -> None:
        """Sort words by falling count, those of equal count as they are, each with its rows."""
        before = self.wrapped
        super().sort_by_descending_frequency()
        if self._own_rows is not None:
            self._own_rows = self._own_rows[before.key_table.find_many(self.wrapped.keys)]

    def adjust_vectors(self) -> None:
        """Do nothing: vectors are made of their rows whenever these change."""

    def recalc_char_ngram_buckets(self) -> None:
        """Do nothing: the n-grams of words are found where they are needed."""

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, fname: str | PathLike[str], **options: object) -> None:
        """Save as wordmill's model directory, with all rows; gensim's options of pickles change nothing."""
        files.prepare_save(fname, options)
        save_model(fname, self.wrapped, training=self.own_rows() or None)

    @classmethod
    def load(cls, fname: str | PathLike[str], mmap: Literal["r"] | None = None) -> Self:  # noqa: ARG003
        """Load a model directory, or a fastText model."""
        vectors = wordmill.KeyedVectors.load(fname)
        made = cls.wrapping(vectors)
        if Path(fname).is_dir():
            made.take_saved(vectors, own_rows(load_model(fname)))
        return made

    # -- for training -------------------------------------------------------------------------------------------------

    def take(self, run: Run) -> None:
        """Hold the vectors of a run as they are."""
        super().take(run)
        self._own_rows = run.own_rows().get("own_rows")

    def take_saved(self, vectors: wordmill.KeyedVectors, own_rows: Floats | None) -> None:
        """Hold vectors that were saved, and the words' own rows."""
        self.wrapped, self._own_rows = vectors, own_rows

    def own_rows(self) -> dict[str, Floats]:
        """Return the words' own rows by their name in a saved model."""
        return {} if self._own_rows is None or len(self._own_rows) < len(self) else {"own_rows": self._own_rows}

    def rows_for_training(self, rows: Rows) -> Floats:
        """Return the rows of the input vectors of a run (R, D)."""
        try:
            return input_rows(self.wrapped, self._own_rows, rows)
        except Misfit as error:
            raise NotFittedError(f"such vectors cannot be trained on: {error}") from None

    def frozen(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Whether each of the rows of a run is frozen (R,): by words, by their own rows and by buckets."""
        words = super().frozen(rows)
        locked = np.zeros(len(rows), np.bool_) if words is None else words
        own, ngrams = self.vectors_vocab_lockf, self.vectors_ngrams_lockf
        for name, lockf, size in (
            ("vectors_vocab_lockf", own, len(self)), ("vectors_ngrams_lockf", ngrams, self.bucket)
        ):  # fmt: skip
            if np.shape(lockf) not in ((1,), (size,)) or not np.isin(lockf, (0, 1)).all():
                raise ParameterError(f"{name} must be 1 or {size} numbers, each 0 (frozen) or 1")
        locked[: len(self)] |= np.asarray(own) == 0
        if isinstance(rows, SubwordRows):
            locked[len(self) :] |= (np.broadcast_to(ngrams, self.bucket) == 0)[rows.buckets]
        return locked if locked.any() else None

    def _moved(self, before: wordmill.KeyedVectors) -> Floats:
        """Return the words' own rows, those changed whose vectors differ from before."""
        own, old = np.array(self._own_rows), before.vectors
        changed = (self.vectors[: len(old)] != old).any(axis=1)
        vocab = Vocab(before.keys, np.zeros(len(before), np.int64))
        config = TrainConfig(subwords=(self.min_n, self.max_n), buckets=self.bucket)
        bags = make_rows(config, vocab).bags
        if bags is None:
            return own
        sizes = np.diff(bags.ends)[changed, None]
        own[changed] += ((self.vectors[: len(old)][changed] - old[changed]) * sizes).astype(own.dtype)
        return own


class FastText(Word2Vec):
    """A model of words that are made of their character n-grams; see gensim's, whose parameters and defaults these are.

    `word_ngrams` other than 1 is an error, as in gensim. Rows are held for the buckets in use alone, so that `bucket`
    costs nothing.
    """

    wv: FastTextKeyedVectors
    _ABSENT = FASTTEXT

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: str | PathLike[str] | None = None,
        sg: int = 0,
        hs: int = 0,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        word_ngrams: int = 1,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        min_n: int = 3,
        max_n: int = 6,
        sorted_vocab: int = 1,
        bucket: int = 2_000_000,
        trim_rule: TrimRule | None = None,
        batch_words: int = MAX_WORDS_IN_BATCH,
        callbacks: Iterable[CallbackAny2Vec] = (),
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        files.refuse("FastText", word_ngrams=word_ngrams if word_ngrams != 1 else None)
        self.word_ngrams, self.callbacks = word_ngrams, callbacks
        self._ngrams = min_n, max_n, bucket
        super().__init__(
            sentences, corpus_file, vector_size, alpha, window, min_count, max_vocab_size, sample, seed, workers,
            min_alpha, sg, hs, negative, ns_exponent, cbow_mean, hashfxn, epochs, null_word, trim_rule, sorted_vocab,
            batch_words, callbacks=callbacks, max_final_vocab=max_final_vocab, shrink_windows=shrink_windows,
        )  # fmt: skip

    # -- files --------------------------------------------------------------------------------------------------------

    @classmethod
    def of_facebook(
        cls,
        vectors: FastTextKeyedVectors,
        options: Mapping[str, Any],
        tokens: int,
        output: NDArray[np.floating[Any]] | None,
    ) -> Self:
        """Make a model of what a file of fastText holds."""
        model = cls(**options)
        model.wv, model._output_vectors, model.corpus_total_words = vectors, output, tokens
        return model

    def write_facebook(self, path: Path, lr_update_rate: int, word_ngrams: int) -> None:
        """Write fastText's file."""
        wv, vocab, output = self.wv, self._vocab(), self._trained_outputs()
        if vocab.kind != "str":
            raise ParameterError("fastText's words are text, and the keys of this model are integers")
        model = as_fasttext(
            self._config(),
            vocab,
            wv.vectors_vocab,
            wv.wrapped.subwords,
            output,
            tokens=max(vocab.total, self.corpus_total_words),
            lr_update_rate=lr_update_rate,
            word_ngrams=word_ngrams,
        )
        write_fasttext_model(path, model)

    # -- how it is done -----------------------------------------------------------------------------------------------

    def _config(self) -> TrainConfig:
        config, wv = super()._config(), self.wv
        return replace(config, subwords=(wv.min_n, wv.max_n), buckets=wv.bucket) if wv.bucket else config

    def _empty_vectors(self) -> FastTextKeyedVectors:
        return FastTextKeyedVectors(self.vector_size, *self._ngrams)

    @classmethod
    def _ngram_options(cls, params: Mapping[str, Any], state: State, path: Path) -> dict[str, Any]:
        if params.get("subwords"):
            return {"min_n": params["subwords"][0], "max_n": params["subwords"][1], "bucket": params["buckets"]}
        if state.ngrams is None:
            raise FormatError(f"{path} was trained without subwords: use Word2Vec.load")
        return dict(zip(("min_n", "max_n", "bucket"), state.ngrams, strict=True))

    def _state(self) -> dict[str, Any]:
        return super()._state() | {"ngrams": [self.wv.min_n, self.wv.max_n, self.wv.bucket]}

    def _input_sizes(self, words: int, row: int) -> dict[str, int]:
        """As many rows of buckets as there are in use, or as there may be where the words are not known."""
        known = words == len(self.wv) > 0
        rows = len(make_rows(self._config(), self._vocab())) - words if known else self.wv.bucket
        return {"syn0_vocab": words * row, "syn0_ngrams": rows * row, "vectors": words * row}


def load_facebook_vectors(path: str | PathLike[str], encoding: str = "utf-8") -> FastTextKeyedVectors:
    """Read the vectors of a fastText model, `.bin` or quantised `.ftz`: words and n-grams, mapped where they can be.

    Bytes of words that are no text in this encoding are replaced.
    """
    return _vectors_of(Path(path), encoding, "replace")


def load_facebook_model(path: str | PathLike[str], encoding: str = "utf-8") -> FastText:
    """Read a fastText model, `.bin`, whole: it can be trained on.

    N-grams that no word has keep their rows until then.

    Raises
    ------
    FormatError
        It is a classifier, was trained by a softmax over all words, lacks n-grams, or has words that are not UTF-8.
    """
    options, tokens, output = facebook.read_model(Path(path), encoding)
    return FastText.of_facebook(_vectors_of(Path(path), encoding, "strict"), options, tokens, output)


def _vectors_of(path: Path, encoding: str, errors: Literal["strict", "replace"]) -> FastTextKeyedVectors:
    vectors, own_rows = facebook.read_vectors(path, encoding, errors)
    if vectors.subwords is None:
        made = FastTextKeyedVectors(vectors.vector_size, 0, 0, 0)
        made.take_saved(vectors, None)
    else:
        made = FastTextKeyedVectors.wrapping(vectors)
        made.take_saved(vectors, own_rows)
    return made


def save_facebook_model(
    model: FastText,
    path: str | PathLike[str],
    encoding: str = "utf-8",
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> None:
    """Write a model as fastText's `.bin`, whole; rows of n-grams that no word has are zeros there."""
    files.check_encoding(encoding)
    if not isinstance(model, FastText):
        raise ParameterError("this model has no n-grams: save_facebook_model takes a FastText")
    model.write_facebook(Path(path), lr_update_rate, word_ngrams)


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.fasttext", name, MODULES)
