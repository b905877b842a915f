"""What a training on a cluster would take, and whether it pays: a model, whose parts can be looked at.

A row is changed in a round by whoever meets it, and how often that is follows from counts and objective. What a network
carries then follows, and how long that takes; training itself is as fast as was measured on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wordmill.config import TrainConfig
from wordmill.corpus.vocab import keep_probabilities
from wordmill.training.backends.cluster.curvature import LOOKED_AT
from wordmill.training.run.memory import row_bytes
from wordmill.training.run.objective import make_objective

__all__ = ["COMBINED", "MOVED", "NETWORK", "Forecast", "Load", "forecast", "load_of"]

NETWORK = 1.25e9  #: bytes a second that a machine receives while it sends as many: 10 Gb/s
COMBINED = 1e9  #: bytes of changes a second that a worker combines, by one thread: 0.4 (of two) to 2.4 GB measured
LOOKED = 5e10  #: multiplications and additions a second that moments of the matrices take: 7e10 measured
MOVED = 7e9  #: bytes of rows a second that it looks through for changes, or changes: measured
WORTH_IT = 3_600.0  #: seconds that one machine takes before a cluster is worth its trouble
EFFICIENT = 0.5  #: share of the time that workers should train at least


@dataclass(frozen=True)
class Load:
    """How much there is to train and to exchange."""

    tokens: float  #: of an epoch
    meetings: NDArray[np.float64]  #: of each row of both matrices in an epoch, as far as words say
    other_rows: int  #: rows of n-grams and documents: taken to change in every round
    vector_size: int

    def changed(self, share: float) -> float:
        """Return how many rows are expected to change while this share of an epoch is trained."""
        return float(-np.expm1(-self.meetings * share).sum()) + self.other_rows

    @property
    def change_bytes(self) -> int:
        """Bytes that tell the change of a row."""
        return 4 * self.vector_size + 4

    @property
    def looks(self) -> float:
        """Multiplications and additions that the moments of both matrices take, once a round."""
        rows = (len(self.meetings) + self.other_rows) / 2
        return 4.0 * min(rows, LOOKED_AT) * self.vector_size**2

    @property
    def matrix_bytes(self) -> int:
        """Bytes of both matrices."""
        return (len(self.meetings) + self.other_rows) * row_bytes(self.vector_size)


@dataclass(frozen=True)
class Forecast:
    """What a cluster would take, beside one machine of the same kind; seconds are of the whole training."""

    workers: int
    memory: float  #: bytes that a worker holds, beside its part of the corpus
    received: float  #: bytes that a worker receives in a round; it sends as many
    one_machine: float  #: seconds
    training: float  #: seconds that each worker trains
    exchanging: float  #: seconds that workers exchange and combine

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.training + self.exchanging

    @property
    def efficiency(self) -> float:
        """The share of the time in which workers train."""
        return self.training / self.seconds

    @property
    def verdict(self) -> str:
        """Whether it pays."""
        if self.one_machine < WORTH_IT:
            return "no: one machine takes less than an hour"
        if self.seconds >= self.one_machine:
            return "no: the workers would exchange for longer than one machine trains"
        if self.efficiency < EFFICIENT:
            return f"hardly: the workers would train for {self.efficiency:.0%} of the time; try fewer rounds or workers"
        return f"yes: the workers train for {self.efficiency:.0%} of the time"


def load_of(config: TrainConfig, counts: NDArray[np.int64], other_rows: int = 0) -> Load:
    """Return the load of a corpus whose words occur so often, (V,)."""
    kept = counts * keep_probabilities(counts, config.sample)
    asked = make_objective(config, counts, counts).expected_asked(kept / kept.sum()) * kept.sum()
    return Load(float(counts.sum()), np.concatenate([kept, asked]), other_rows, config.vector_size)


def forecast(load: Load, workers: int, rounds: int, epochs: int, tokens_per_second: float) -> Forecast:
    """Foretell a training; tokens a second are those of one machine."""
    apart = load.changed(1 / (rounds * workers)) * load.change_bytes
    together = load.changed(1 / rounds) * load.change_bytes
    others = (workers - 1) / workers
    received = others * (apart + together)
    one_machine = epochs * load.tokens / tokens_per_second
    moved = load.matrix_bytes + apart + together
    handled = 0.0 if workers == 1 else load.looks / LOOKED + apart / COMBINED + moved / MOVED
    return Forecast(
        workers=workers,
        memory=2.0 * load.matrix_bytes,
        received=received,
        one_machine=one_machine,
        training=one_machine / workers,
        exchanging=epochs * rounds * (received / NETWORK + handled),
    )
