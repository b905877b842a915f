"""Backends: who does the arithmetic of training. One interface, and one place that selects.

A backend is given blocks of a corpus and updates the two matrices in place. Every backend follows the same *plan*
(kept tokens, contexts, negatives: a function of seed, epoch and position alone), so that they can be compared number by
number.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wordmill.training.backends.base import Backend, Bags, Blocks, Course, Documents, MadeTokens, Sums, Task
from wordmill.training.backends.native import NativeBackend, allocate_vectors
from wordmill.training.backends.native import infer_documents as infer_in_core
from wordmill.training.backends.objectives import HuffmanPaths, NegativeSampling, Objective
from wordmill.training.backends.reference import ReferenceBackend
from wordmill.training.backends.reference.inference import infer_documents as infer_by_definition

__all__ = [
    "Backend",
    "Bags",
    "Blocks",
    "Course",
    "Documents",
    "HuffmanPaths",
    "MadeTokens",
    "NegativeSampling",
    "Objective",
    "Sums",
    "Task",
    "allocate_vectors",
    "create_backend",
    "infer_documents",
]


def create_backend(
    name: Literal["native", "reference"],
    task: Task,
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    *,
    workers: int,
    deterministic: bool = False,
) -> Backend:
    """Select a backend.

    The matrices are (R, D) and (rows of the objective, D), float32 or float64, from `allocate_vectors`.

    With `deterministic` the bits do not depend on `workers`; the reference backend, which has one worker, trains in the
    same batches then.
    """
    if name == "reference":
        return ReferenceBackend(task, input_vectors, output_vectors, deterministic=deterministic)
    return NativeBackend(task, input_vectors, output_vectors, workers=workers, deterministic=deterministic)


def infer_documents(
    name: Literal["native", "reference"],
    task: Task,
    input_vectors: NDArray[np.floating],
    output_vectors: NDArray[np.floating],
    course: Course,
    *,
    workers: int,
) -> NDArray[np.floating]:
    """Return the vectors (S, D) of the task's sequences, each trained by itself; the matrices stay as they are."""
    if name == "reference":
        return infer_by_definition(task, input_vectors, output_vectors, course)
    return infer_in_core(task, input_vectors, output_vectors, course, workers=workers)
