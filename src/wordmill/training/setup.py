"""Putting a run together: corpus, matrices, task, backend, schedule."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus import EncodedCorpus, Resources, Vocab, read_corpus
from wordmill.corpus.reader import read_and_look
from wordmill.corpus.recode import recode
from wordmill.corpus.vocab import keep_probabilities
from wordmill.errors import CorpusError, ParameterError, VocabularyError, counted
from wordmill.foreign import quoted
from wordmill.sources.keys import flat_keys
from wordmill.text import TokenizerName
from wordmill.training.backends import Backend, NegativeSampling, Task, allocate_vectors, create_backend
from wordmill.training.backends.native import corpus_in_use, count_ids
from wordmill.training.callbacks import Callback, Run
from wordmill.training.schedule import Schedule, cut_into_blocks
from wordmill.training.trainer import Trainer
from wordmill.training.validation import HeldOut, checked_share, split
from wordmill.vectors import KeyedVectors
from wordmill.vectors.keys import make_key_table

__all__ = [
    "begin_run",
    "extend_run",
    "freeze_keys",
    "held_out_corpus",
    "make_trainer",
    "padded",
    "read_training_corpus",
    "read_validation_corpus",
    "take_vectors",
]

logger = logging.getLogger(__name__)

LONGEST_WINDOW = 20_001  # tokens, with window="sequence": as many as the widest window in numbers spans

Matrix = NDArray[np.floating[Any]]


def read_training_corpus(source: Any, config: TrainConfig) -> EncodedCorpus:
    """Read a corpus by the settings, unless it is read already, and make sure that there is something to train on."""
    corpus = _read(source, config, config.min_count, config.max_final_vocab)
    if len(corpus.vocab) < 2:
        raise VocabularyError(
            f"the vocabulary has {counted(len(corpus.vocab), 'key')} and training needs two: encode the corpus again, "
            "with a lower min_count"
        )
    if not len(corpus.ids):
        raise CorpusError("the corpus has no token of the vocabulary")
    return corpus


def begin_run(config: TrainConfig, corpus: EncodedCorpus) -> Run:
    """Make the matrices: input vectors uniform in +-0.5/D, output vectors zero."""
    config = replace(config, lowercase=corpus.lowercase)  # it may have been read by other settings
    if corpus.tokenizer is not None:
        config = replace(config, tokenizer=cast("TokenizerName", corpus.tokenizer), delimiter=None)
    V, D = len(corpus.vocab), config.vector_size
    input_vectors, output_vectors = allocate_vectors(V, D), allocate_vectors(V, D)
    random = np.random.default_rng([config.seed, 0])
    for begin in range(0, V, 1024):  # in parts: the temporary stays small
        rows = input_vectors[begin : begin + 1024]
        rows[:] = (random.random(rows.shape, dtype=np.float32) - np.float32(0.5)) / np.float32(D)
    return Run(config, corpus.vocab, input_vectors, output_vectors, tokens_total=0, fingerprint=corpus.fingerprint())


def take_vectors(run: Run, vectors: KeyedVectors) -> None:
    """Begin with these vectors where they have the key.

    Raises
    ------
    ParameterError
        They have no key of the vocabulary.
    """
    rows = vectors.key_table.find_many(run.vocab.keys)
    known = rows >= 0
    if not known.any():
        raise ParameterError(
            f"init_from has none of the {len(rows):,} keys of the corpus: are they of one kind and case?"
        )
    taken = vectors.vectors[rows[known]]
    run.input_vectors[known] = taken
    digest = hashlib.blake2b(known.data, digest_size=16)
    digest.update(taken.data)
    run.init_from = digest.hexdigest()
    logger.info("%d of %d keys begin with the vectors of init_from", known.sum(), len(rows))


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
    rows = make_key_table(run.vocab.keys).find_many(wanted)
    frozen = np.zeros(len(run.vocab), np.bool_)
    frozen[rows[rows >= 0]] = True
    if not frozen.any():
        raise ParameterError(
            f"none of the {len(wanted):,} keys of freeze is in the vocabulary: are they of one kind and case?"
        )
    run.frozen = frozen
    logger.info("%d of %d keys of freeze have a vector, which stays", frozen.sum(), len(wanted))


def extend_run(run: Run, config: TrainConfig, source: Any, *, extend_vocab: bool) -> tuple[Run, EncodedCorpus]:
    """Make the run that goes on from another one with more text: counts add up, rows move with their keys.

    The first vector of a new key is drawn by (seed, key), its output vector is zero.
    """
    new = _read(source, config, 1, None)
    counts = dict(zip(run.vocab, run.vocab.counts.tolist(), strict=True))
    if new.vocab.kind != run.vocab.kind:
        raise CorpusError(f"the keys of the corpus are {new.vocab.kind}, those of the model {run.vocab.kind}")
    for key, count in zip(new.vocab, new.vocab.counts.tolist(), strict=True):
        if key in counts or (extend_vocab and count >= config.min_count):
            counts[key] = counts.get(key, 0) + count
    keys: Any = list(counts) if run.vocab.kind == "str" else np.fromiter(counts, np.int64)
    vocab = Vocab.from_counts(keys, np.fromiter(counts.values(), np.int64))
    corpus = recode(new, vocab)
    extended = begin_run(config, corpus)
    rows = np.array([run.vocab.key_to_index.get(key, -1) for key in vocab])
    known = rows >= 0
    extended.input_vectors[known] = run.input_vectors[rows[known]]
    extended.output_vectors[known] = run.output_vectors[rows[known]]
    for row in np.flatnonzero(~known).tolist():
        extended.input_vectors[row] = _first_vector(config, vocab.keys[row])
    return extended, corpus


def _first_vector(config: TrainConfig, key: str | int) -> NDArray[np.float32]:
    digest = hashlib.blake2b(str(key).encode(), digest_size=16).digest()
    random = np.random.default_rng([config.seed, 3, int.from_bytes(digest, "little")])
    return (random.random(config.vector_size, dtype=np.float32) - np.float32(0.5)) / np.float32(config.vector_size)


def make_trainer(run: Run, corpus: EncodedCorpus, validation: Any, callbacks: Sequence[Callback]) -> Trainer:
    """Make the trainer of a run, and its validation: a share of the corpus, or another corpus."""
    config, of_share = run.config, isinstance(validation, Real)
    parts = split(len(corpus.ids), corpus.offsets, checked_share(validation) if of_share else 0.0, config.seed)
    trained, held_out = ~parts.held_out, parts.held_out
    counts = corpus.vocab.counts - _count(corpus, parts.begins[held_out], parts.ends[held_out])
    task = replace(_task(config, counts, corpus, parts.offsets), frozen=run.frozen)
    validate = None
    if held_out.any():
        run.validation = f"{quoted(float(validation))} of the corpus"
        unthinned = replace(task, keep=np.ones(len(counts)))
        validate = HeldOut(_backend(run, unthinned), parts.begins[held_out], parts.ends[held_out]).loss
    elif not of_share:
        other = read_validation_corpus(run, validation)
        run.validation = other.fingerprint()
        validate = held_out_corpus(run, other).loss
    schedule = Schedule(
        parts.begins[trained], parts.ends[trained], config.epochs, config.start_alpha, config.min_alpha, config.seed
    )
    run.tokens_total = schedule.tokens * config.epochs
    return Trainer(
        _backend(run, task), schedule, run, callbacks, validate=validate, untrained_loss=task.objective.untrained_loss
    )


def read_validation_corpus(run: Run, source: Any) -> EncodedCorpus:
    """Read a corpus in the vocabulary of a run."""
    return recode(_read(source, run.config, 1, None, silent=True), run.vocab)


def held_out_corpus(run: Run, corpus: EncodedCorpus) -> HeldOut:
    """Prepare to measure the loss of a corpus that is not trained."""
    task = _task(run.config, run.vocab.counts, corpus, corpus.offsets)
    edges = cut_into_blocks(len(corpus.ids))
    return HeldOut(_backend(run, replace(task, keep=np.ones(len(run.vocab)))), edges[:-1], edges[1:])


def padded(matrix: Matrix) -> Matrix:
    """Return a copy whose rows lie as the backends want them."""
    copy = allocate_vectors(*matrix.shape)
    copy[:] = matrix
    return copy


def _read(
    source: Any, config: TrainConfig, min_count: int, max_final_vocab: int | None, *, silent: bool = False
) -> EncodedCorpus:
    """Read a corpus by the settings; `silent` where what could be warned of was told of another part of the text."""
    return (_read_silently if silent else read_corpus)(
        source,
        min_count=min_count,
        max_final_vocab=max_final_vocab,
        tokenizer=config.tokenizer,
        delimiter=config.delimiter,
        lowercase=config.lowercase,
        errors=config.errors,
        resources=Resources(threads=config.threads),
    )


def _read_silently(source: Any, **settings: Any) -> EncodedCorpus:
    return read_and_look(source, **settings)[0]


def _task(config: TrainConfig, counts: NDArray[np.int64], corpus: EncodedCorpus, offsets: NDArray[np.int64]) -> Task:
    if config.window == "sequence":
        _check_lengths(offsets)
    return Task(
        shape="pairs" if config.architecture == "skipgram" else "mean",
        mean_update=config.cbow_update,
        objective=NegativeSampling(config.negative, _noise(counts, config.ns_exponent)),
        window=0 if config.window == "sequence" else config.window,
        shrink_windows=config.shrink_windows and config.window != "sequence",
        seed=config.seed,
        ids=corpus.ids,
        offsets=offsets,
        keep=keep_probabilities(counts, config.sample),
        file=corpus.file,
    )


def _check_lengths(offsets: NDArray[np.int64]) -> None:
    """Refuse sequences whose every token would be a context of every other for hours: the work grows as the square."""
    longest = int(np.diff(offsets).max(initial=0))
    if longest > LONGEST_WINDOW:
        raise CorpusError(
            f"window='sequence' makes one window of each sequence, and the longest has {longest:,} tokens, more than "
            f"{LONGEST_WINDOW:,}: break the text into lines, or give window=5"
        )


def _noise(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Weights of the negatives: counts to the exponent, nothing for a key that is held out altogether."""
    shares = counts / counts.max()
    noise = np.where(counts > 0, np.maximum(shares, np.finfo(float).tiny) ** exponent, 0.0)
    if np.count_nonzero(noise > noise.max() * 1e-12) < 2:
        raise ParameterError(
            f"ns_exponent={exponent:g} leaves one key to be drawn as noise, so uneven are the counts: try 0.75"
        )
    return noise


def _backend(run: Run, task: Task) -> Backend:
    config = run.config
    return create_backend(
        config.backend,
        task,
        run.input_vectors,
        run.output_vectors,
        workers=config.threads,
        deterministic=config.deterministic,
    )


def _count(corpus: EncodedCorpus, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the keys of some stretches of a corpus."""
    stretches = [corpus.ids[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    with corpus_in_use(corpus.file):
        return count_ids(np.concatenate([np.empty(0, np.int32), *stretches]), len(corpus.vocab))
