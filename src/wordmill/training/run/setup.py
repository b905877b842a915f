"""Putting a run together: corpus, what is held out of it, task, backend, schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from wordmill.errors import CorpusError
from wordmill.training.backends import Backend, Task
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.corpora import TrainingCorpus, count, positions, stored, tags_of
from wordmill.training.run.document_rows import DocumentRows
from wordmill.training.run.loop import Trainer
from wordmill.training.run.on_cluster import make_cluster_backend
from wordmill.training.run.reading import read_validation_corpus
from wordmill.training.run.schedule import Schedule, cut_into_blocks
from wordmill.training.run.state import Run
from wordmill.training.run.task import make_backend, make_task
from wordmill.training.run.validation import HeldOut, checked_share, split_corpus, split_documents

__all__ = ["held_out_corpus", "make_trainer"]


def make_trainer(
    run: Run,
    corpus: TrainingCorpus,
    validation: Any,
    callbacks: Sequence[Callback],
    make: Callable[[Run, Task], Backend] | None = None,
) -> Trainer:
    """Make the trainer of a run, and its validation: a share of the corpus, or another corpus.

    `make` makes a backend whose calls are rounds, in place of the one that the settings ask for.
    """
    config, of_share = run.config, isinstance(validation, Real)
    share = checked_share(validation) if of_share else 0.0
    if run.rows.tags is None:
        parts = split_corpus(corpus, share, config.seed)
    else:
        parts = split_documents(*stored(corpus), share, config.seed)
    trained, held_out = ~parts.held_out, parts.held_out
    counts = corpus.vocab.counts - count(corpus, parts.begins[held_out], parts.ends[held_out])
    task = replace(make_task(run, counts, corpus, parts.offsets), frozen=run.frozen)
    validate = None
    if held_out.any():
        run.validation = f"{float(validation)} of the corpus"
        unthinned = replace(task, keep=np.ones(len(counts)))
        validate = HeldOut(make_backend(run, unthinned), parts.begins[held_out], parts.ends[held_out]).loss
    elif not of_share:
        other = read_validation_corpus(run, validation)
        _check_documents(run, other)
        run.validation = other.fingerprint()
        validate = held_out_corpus(run, other).loss
    schedule = Schedule(
        parts.begins[trained], parts.ends[trained], config.epochs, config.start_alpha, config.min_alpha, config.seed
    )
    run.tokens_total = schedule.tokens * config.epochs
    if make is None and config.backend == "ray":
        make = partial(make_cluster_backend, corpus=corpus)
    return Trainer(
        (make or make_backend)(run, task),
        schedule,
        run,
        callbacks,
        validate=validate,
        untrained_loss=task.objective.untrained_loss,
        rounds=None if make is None else config.rounds,
    )


def _check_documents(run: Run, corpus: TrainingCorpus) -> None:
    """Refuse documents without a vector that is trained: their loss would be that of words alone, or of nothing."""
    if not isinstance(run.rows, DocumentRows):
        return
    tags, words = tags_of(corpus), np.diff(stored(corpus)[1])
    known = np.zeros_like(words)
    if tags is not None:
        known = np.diff(run.rows.of_sequences(tags, np.arange(len(words))).ends)
    unknown = np.flatnonzero((known == 0) & (words > 0))
    if len(unknown):
        raise CorpusError(
            f"document {unknown[0]:,} of validation has no tag that is trained, and so no vector: give pairs of such a "
            "tag and a document, or the share of the corpus that is held out, validation=0.1"
        )


def held_out_corpus(run: Run, corpus: TrainingCorpus) -> HeldOut:
    """Prepare to measure the loss of a corpus that is not trained."""
    task = make_task(run, run.vocab.counts, corpus, stored(corpus)[1])
    edges = cut_into_blocks(positions(corpus))
    return HeldOut(make_backend(run, replace(task, keep=np.ones(len(run.vocab)))), edges[:-1], edges[1:])
