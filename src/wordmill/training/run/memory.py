"""How much memory a training run takes, before it takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wordmill.config import TrainConfig
from wordmill.training.run.corpora import TrainingCorpus, held_bytes, tags_of
from wordmill.training.run.matrices import make_rows
from wordmill.training.run.objective import output_rows

__all__ = ["TRAINING_ENTRY", "VOCABULARY_ENTRY", "MemoryEstimate", "estimate_memory", "row_bytes"]

CACHE_LINE = 64  # bytes: rows are padded to whole lines
# Measured, bytes:
VOCABULARY_ENTRY = 200  # a key as a Python string, its place in a list and in a dictionary, counts
TRAINING_ENTRY = 350  # a key in the table of draws, packed for the file, and in tokenizer.json
BUFFERS = 4 * 2**20  # of threads and files
PROGRAM = 64 * 2**20  # interpreter and libraries

_STATUS = Path("/proc/self/status")  # of Linux


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that a run is going to need.

    Attributes
    ----------
    program_and_corpus : int
        What is held before training: measured where the system tells (Linux), else estimated.
    vectors : int
        Both matrices.
    training_and_saving : int
        What training adds for each key, and writing the model.
    reading : int
        The most that was held while the corpus was read; 0 where the system does not tell.
    """

    program_and_corpus: int
    vectors: int
    training_and_saving: int
    reading: int

    @property
    def peak(self) -> int:
        """The most that is held at a time."""
        return max(self.reading, self.program_and_corpus + self.vectors + self.training_and_saving)


def estimate_memory(corpus: TrainingCorpus, config: TrainConfig) -> MemoryEstimate:
    """Estimate the peak of a run by these settings on a corpus that this process has read; vectors are float32."""
    V, row = len(corpus.vocab), row_bytes(config.vector_size)
    inputs = make_rows(config, corpus.vocab, tags_of(corpus))
    rows = len(inputs) + output_rows(config, V)
    reckoned = PROGRAM + VOCABULARY_ENTRY * V + held_bytes(corpus)
    return MemoryEstimate(
        program_and_corpus=_status("VmRSS") or reckoned,
        vectors=rows * row,
        training_and_saving=BUFFERS + TRAINING_ENTRY * V + inputs.held_bytes(row),
        reading=_status("VmHWM"),
    )


def row_bytes(vector_size: int) -> int:
    """Return the bytes of a row of float32, padded."""
    return -(-4 * vector_size // CACHE_LINE) * CACHE_LINE


def _status(name: str) -> int:
    """Return bytes of resident memory, VmRSS now or VmHWM at most so far; 0 where the system does not tell."""
    if not _STATUS.exists():
        return 0
    found = re.search(rf"^{name}:\s*(\d+) kB", _STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    return 0 if found is None else 1024 * int(found[1])
