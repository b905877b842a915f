"""Putting a run together: corpus, what is held out of it, task, backend, schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.corpus import EncodedCorpus
from wordmill.training.backends.native import corpus_in_use, count_ids
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.loop import Trainer
from wordmill.training.run.reading import read_validation_corpus
from wordmill.training.run.schedule import Schedule, cut_into_blocks
from wordmill.training.run.state import Run
from wordmill.training.run.task import make_backend, make_task
from wordmill.training.run.validation import HeldOut, checked_share, split

__all__ = ["held_out_corpus", "make_trainer"]


def make_trainer(run: Run, corpus: EncodedCorpus, validation: Any, callbacks: Sequence[Callback]) -> Trainer:
    """Make the trainer of a run, and its validation: a share of the corpus, or another corpus."""
    config, of_share = run.config, isinstance(validation, Real)
    parts = split(len(corpus.ids), corpus.offsets, checked_share(validation) if of_share else 0.0, config.seed)
    trained, held_out = ~parts.held_out, parts.held_out
    counts = corpus.vocab.counts - _count(corpus, parts.begins[held_out], parts.ends[held_out])
    task = replace(make_task(run, counts, corpus, parts.offsets), frozen=run.frozen)
    validate = None
    if held_out.any():
        run.validation = f"{float(validation)} of the corpus"
        unthinned = replace(task, keep=np.ones(len(counts)))
        validate = HeldOut(make_backend(run, unthinned), parts.begins[held_out], parts.ends[held_out]).loss
    elif not of_share:
        other = read_validation_corpus(run, validation)
        run.validation = other.fingerprint()
        validate = held_out_corpus(run, other).loss
    schedule = Schedule(
        parts.begins[trained], parts.ends[trained], config.epochs, config.start_alpha, config.min_alpha, config.seed
    )
    run.tokens_total = schedule.tokens * config.epochs
    return Trainer(
        make_backend(run, task),
        schedule,
        run,
        callbacks,
        validate=validate,
        untrained_loss=task.objective.untrained_loss,
    )


def held_out_corpus(run: Run, corpus: EncodedCorpus) -> HeldOut:
    """Prepare to measure the loss of a corpus that is not trained."""
    task = make_task(run, run.vocab.counts, corpus, corpus.offsets)
    edges = cut_into_blocks(len(corpus.ids))
    return HeldOut(make_backend(run, replace(task, keep=np.ones(len(run.vocab)))), edges[:-1], edges[1:])


def _count(corpus: EncodedCorpus, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the keys of some stretches of a corpus."""
    stretches = [corpus.ids[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    with corpus_in_use(corpus.file):
        return count_ids(np.concatenate([np.empty(0, np.int32), *stretches]), len(corpus.vocab))
