"""The matrices of a run: rows of input vectors and of output vectors, their first values, and which of them stay."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Tags, Vocab
from wordmill.errors import CorpusError, ParameterError, counted
from wordmill.foreign import quoted
from wordmill.sources.keys import flat_keys
from wordmill.text import TokenizerName
from wordmill.training.backends import allocate_vectors
from wordmill.training.run.corpora import TrainingCorpus, recoded, stored, tags_of
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.objective import output_rows
from wordmill.training.run.reading import read_more
from wordmill.training.run.rows import Rows, SubwordRows, WordRows
from wordmill.training.run.state import Run
from wordmill.vectors import KeyedVectors
from wordmill.vectors.keys import make_key_table
from wordmill.vectors.subwords import Ngrams

__all__ = ["begin_run", "extend_run", "freeze_keys", "make_rows", "padded", "take_vectors"]

logger = logging.getLogger(__name__)

Matrix = NDArray[np.floating[Any]]


def make_rows(config: TrainConfig, vocab: Vocab, tags: Tags | None = None) -> Rows:
    """Decide what the rows of the input vectors are; `tags` have some where the model is one of documents."""
    words: Rows = WordRows(vocab)
    if config.subwords is not None:
        words = SubwordRows.of_vocabulary(vocab, Ngrams(*config.subwords, config.buckets))
    return words if config.documents is None or tags is None else DocumentRows(words, tags)


def begin_run(config: TrainConfig, corpus: TrainingCorpus) -> Run:
    """Make the matrices: input vectors uniform in +-0.5/D, those of empty documents and output vectors zero."""
    run = _random_run(config, corpus)
    _empty_documents_are_zeros(run, corpus, np.ones(len(run.rows), np.bool_))
    return run


def _random_run(config: TrainConfig, corpus: TrainingCorpus) -> Run:
    config = replace(config, lowercase=corpus.lowercase)  # it may have been read by other settings
    if corpus.tokenizer is not None:
        config = replace(config, tokenizer=cast("TokenizerName", corpus.tokenizer), delimiter=None)
    rows, D = make_rows(config, corpus.vocab, tags_of(corpus)), config.vector_size
    input_vectors, output_vectors = (
        allocate_vectors(len(rows), D),
        allocate_vectors(output_rows(config, len(rows.vocab)), D),
    )
    random = np.random.default_rng([config.seed, 0])
    for begin in range(0, len(rows), 1024):  # in parts: the temporary stays small
        some = input_vectors[begin : begin + 1024]
        some[:] = (random.random(some.shape, dtype=np.float32) - np.float32(0.5)) / np.float32(D)
    return Run(
        config,
        rows,
        input_vectors,
        output_vectors,
        tokens_total=0,
        phrases=corpus.phrases,
        fingerprint=corpus.fingerprint(),
    )


def _empty_documents_are_zeros(run: Run, corpus: TrainingCorpus, new: NDArray[np.bool_]) -> None:
    """Let new rows, of (R,), of tags none of whose documents has a word that is known be zeros; tell of them."""
    if (tags := run.rows.tags) is None:
        return
    lengths = np.repeat(np.diff(stored(corpus)[1]), np.diff(tags.offsets))
    has_documents = np.bincount(tags.ids, minlength=len(tags)) > 0
    first = len(run.rows) - len(tags)
    empty = (np.bincount(tags.ids, lengths, len(tags)) == 0) & has_documents & new[first:]
    run.input_vectors[first:][empty] = 0
    if empty.any():
        logger.warning(
            "zeros for %s without any word of the vocabulary, such as %s",
            counted(int(empty.sum()), "document"), quoted([*tags.key_to_index][int(np.argmax(empty))]),
        )  # fmt: skip


def take_vectors(run: Run, vectors: KeyedVectors) -> None:
    """Begin with these vectors where they have the key, and with the rows of n-grams where theirs are the same.

    Raises
    ------
    ParameterError
        They have no key of the vocabulary.
    """
    places = vectors.key_table.find_many(run.vocab.keys)
    known = places >= 0
    if not known.any():
        raise ParameterError(
            f"init_from has none of the {len(places):,} keys of the corpus: are they of one kind and case?"
        )
    taken = vectors.vectors[places[known]]
    begun = run.rows.assign(run.input_vectors, known, taken, vectors.subwords)
    digest = hashlib.blake2b(known.data, digest_size=16)
    digest.update(taken.data)
    if len(begun):
        digest.update(run.input_vectors[begun].data)
    run.init_from = digest.hexdigest()
    logger.info("%d of %d keys begin with the vectors of init_from", known.sum(), len(places))
    if len(run.rows.buckets) and vectors.subwords is not None:
        logger.info("%d of %d n-grams begin with its rows", len(begun), len(run.rows.buckets))


def freeze_keys(run: Run, keys: Iterable[str | int]) -> None:
    """Let the vectors of these keys stay as they are; keys without a vector are passed over.

    Raises
    ------
    ParameterError
        They are no list of keys, or none of them has a vector.
    """
    wanted = flat_keys(list(keys) if isinstance(keys, set | frozenset) else keys)
    if not len(wanted):
        return
    places = make_key_table(run.vocab.keys).find_many(wanted)
    words = np.zeros(len(run.vocab), np.bool_)
    words[places[places >= 0]] = True
    if not words.any():
        raise ParameterError(
            f"none of the {len(wanted):,} keys of freeze is in the vocabulary: are they of one kind and case?"
        )
    run.frozen = run.rows.of(words)
    logger.info("%d of %d keys of freeze have a vector, which stays", words.sum(), len(wanted))


def extend_run(run: Run, config: TrainConfig, source: Any, *, extend_vocab: bool) -> tuple[Run, TrainingCorpus]:
    """Make the run that goes on from another one with more text: counts add up, rows move with their keys.

    The first vector of a new key is drawn by (seed, key), its output vector is zero. The inner nodes of a Huffman tree
    belong to no key: with hierarchical softmax the vocabulary stays as it is, its counts too.

    Raises
    ------
    ParameterError
        New keys are asked for, and the objective is hierarchical softmax.
    """
    fixed = config.objective == "hierarchical_softmax"
    if fixed and extend_vocab:
        raise ParameterError(
            "extend_vocab=True needs negative sampling: with hierarchical softmax new keys make another tree, whose "
            "nodes have no vectors yet; fit on all the text, or leave extend_vocab out"
        )
    new = read_more(source, config, run.phrases, first_number=_first_number(run.rows.tags))
    counts = dict(zip(run.vocab, run.vocab.counts.tolist(), strict=True))
    if new.vocab.kind != run.vocab.kind:
        raise CorpusError(f"the keys of the corpus are {new.vocab.kind}, those of the model {run.vocab.kind}")
    for key, count in () if fixed else zip(new.vocab, new.vocab.counts.tolist(), strict=True):
        if key in counts or (extend_vocab and count >= config.min_count):
            counts[key] = counts.get(key, 0) + count
    keys: Any = list(counts) if run.vocab.kind == "str" else np.fromiter(counts, np.int64)
    vocab = run.vocab if fixed else Vocab.from_counts(keys, np.fromiter(counts.values(), np.int64))
    corpus: TrainingCorpus = recoded(new, vocab)
    if run.rows.tags is not None and isinstance(corpus, EncodedCorpus):
        corpus = replace(corpus, tags=_more_tags(corpus, run.rows.tags))
    extended = _random_run(config, corpus)
    extended.phrases = run.phrases  # a model without any stays so, whatever the corpus has
    places = extended.rows.places_in(run.rows)
    known = places >= 0
    extended.input_vectors[known] = run.input_vectors[places[known]]
    for row in np.flatnonzero(~known).tolist():
        extended.input_vectors[row] = _first_vector(config, extended.rows.name(row))
    _empty_documents_are_zeros(extended, corpus, ~known)
    if fixed:
        extended.output_vectors[:] = run.output_vectors
    else:
        words = WordRows(vocab).places_in(WordRows(run.vocab))
        extended.output_vectors[words >= 0] = run.output_vectors[words[words >= 0]]
    return extended, corpus


def _first_number(tags: Tags | None) -> int | None:
    """Return the number by which a document is known that comes without a tag; None beside tags of text."""
    if tags is None or not len(tags):
        return 0
    return tags.next_number if tags.kind == "int" else None


def _more_tags(corpus: EncodedCorpus, known: Tags) -> Tags:
    """Return the tags of a corpus after those that a model knows."""
    if corpus.tags is None:
        raise CorpusError(
            f"the documents come without tags, and those of the model have text, such as {quoted(known.keys[0])}: give "
            "each a tag"
        )
    return corpus.tags.after(known)


def _first_vector(config: TrainConfig, name: str) -> NDArray[np.float32]:
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    random = np.random.default_rng([config.seed, 3, int.from_bytes(digest, "little")])
    return (random.random(config.vector_size, dtype=np.float32) - np.float32(0.5)) / np.float32(config.vector_size)


def padded(matrix: Matrix) -> Matrix:
    """Return a copy whose rows lie as the backends want them."""
    copy = allocate_vectors(*matrix.shape)
    copy[:] = matrix
    return copy
