"""The compiled backend: any number of threads on one pair of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core, instruction_set
from wordmill.errors import CorpusError
from wordmill.mapped import MappedFile
from wordmill.training.backends.base import Blocks, Course, Sums, Task

__all__ = [
    "NativeBackend",
    "allocate_vectors",
    "corpus_in_use",
    "count_ids",
    "infer_documents",
    "keep_thresholds",
    "native_trainer",
]


def allocate_vectors(rows: int, columns: int, dtype: type[np.floating] = np.float32) -> NDArray[np.floating]:
    """Return (rows, columns) zeros whose rows start on cache lines, in huge pages where the system gives them."""
    return core.allocate_float64(rows, columns) if dtype == np.float64 else core.allocate_float32(rows, columns)


def keep_thresholds(task: Task) -> NDArray[np.uint32]:
    """Return (V,): a token is kept where its 32-bit draw is at most this."""
    return np.asarray(np.maximum(np.ceil(task.keep * 2.0**32) - 1, 0), np.uint32)


def native_trainer(
    task: Task,
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    isa: str | None = None,
) -> core.TrainerFloat32 | core.TrainerFloat64:
    """Hand a task and its matrices to the core, in their precision."""
    trainer = core.TrainerFloat64 if input_vectors.dtype == np.float64 else core.TrainerFloat32
    native = core.Task(
        ids=task.ids,
        offsets=task.offsets,
        keep=keep_thresholds(task),
        window=task.window,
        shrink_windows=task.shrink_windows,
        seed=task.seed,
        shape=task.shape,
        mean_update=task.mean_update,
        frozen=None if task.frozen is None else task.frozen.astype(np.uint8),
        bag_ends=None if task.bags is None else task.bags.ends,
        bag_rows=None if task.bags is None else task.bags.rows,
        tag_ends=None if task.documents is None else task.documents.ends,
        tag_rows=None if task.documents is None else task.documents.rows,
        words_are_inputs=task.words_are_inputs,
        outputs_learn=task.outputs_learn,
        step_contexts=task.step_contexts,
        maker=None if task.made is None else task.made.maker,
    )
    return trainer(native, task.objective.native(task.seed), input_vectors, output_vectors, isa or instruction_set())


@contextmanager
def corpus_in_use(file: MappedFile | None) -> Iterator[None]:
    """Look whether the file of a corpus was written to, before the core reads it; and name it where the core noticed.

    Raises
    ------
    FormatError
        Its size or modification time has changed.
    CorpusError
        An id, or the bounds of a sequence, cannot be.
    """
    if file is not None:
        file.check()
    try:
        yield
    except core.BadCorpusError as error:
        what = "the arrays of the corpus" if file is None else file.name
        raise CorpusError(f"{what} changed while in use: {error}; encode the corpus again") from None


def count_ids(ids: NDArray[np.int32], keys: int) -> NDArray[np.int64]:
    """Count the ids of a part of a corpus; refuse what the core refuses."""
    unknown = np.flatnonzero(ids.view(np.uint32) >= keys)  # a negative one becomes a large one
    if len(unknown):
        raise core.BadCorpusError(f"a token has id {ids[unknown[0]]} in a vocabulary of {keys}")
    return np.bincount(ids, minlength=keys)


class NativeBackend:
    """Trains in the core, without the interpreter's lock.

    One worker gives the same bits every time; `deterministic`, any number of workers gives the same bits as one.
    """

    def __init__(
        self,
        task: Task,
        input_vectors: NDArray[np.floating],
        output_vectors: NDArray[np.floating],
        *,
        workers: int,
        deterministic: bool = False,
        isa: str | None = None,
    ) -> None:
        with corpus_in_use(task.file):
            self._trainer = native_trainer(task, input_vectors, output_vectors, isa)
        self._file, self._workers, self._deterministic = task.file, workers, deterministic

    def train(self, epoch: int, blocks: Blocks) -> Sums:
        """Train the blocks, updating the matrices in place."""
        arguments = blocks.begins, blocks.ends, blocks.alphas, blocks.alpha_step, self._workers
        with corpus_in_use(self._file):
            return Sums(*self._trainer.train(epoch, *arguments, deterministic=self._deterministic))


def infer_documents(
    task: Task,
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    course: Course,
    *,
    workers: int,
    isa: str | None = None,
) -> NDArray[np.floating]:
    """Return the vectors (S, D) of the task's sequences, each trained by itself; zeros for one without tokens."""
    with corpus_in_use(task.file):
        trainer = native_trainer(task, input_vectors, output_vectors, isa)
        return trainer.infer(epochs=course.epochs, alpha=course.alpha, min_alpha=course.min_alpha, threads=workers)
