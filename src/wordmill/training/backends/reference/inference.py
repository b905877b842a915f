"""The definition of inference: a new document is trained as the only one of a corpus, where nothing else learns.

What is random is drawn by its content, so that it gets the same vector whatever stands beside it (Le and Mikolov 2014,
section 2.1, say only that word vectors and outputs are fixed).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends.base import Course, Documents, Task
from wordmill.training.backends.native import allocate_vectors
from wordmill.training.backends.reference.backend import ReferenceBackend

__all__ = ["infer_documents"]

Matrix = NDArray[np.floating]


def infer_documents(task: Task, input_vectors: Matrix, output_vectors: Matrix, course: Course) -> Matrix:
    """Return the vectors (S, D) of the task's sequences, each trained by itself; zeros for one without tokens."""
    rows, size = input_vectors.shape
    inputs = allocate_vectors(rows + 1, size, input_vectors.dtype.type)
    inputs[:rows] = input_vectors
    tag = Documents(np.array([0, 1]), np.array([rows], np.int32))
    frozen = np.arange(rows + 1) < rows
    vectors = np.zeros((len(task.offsets) - 1, size), inputs.dtype)
    for document, (begin, end) in enumerate(zip(task.offsets[:-1], task.offsets[1:], strict=True)):
        if begin == end:
            continue
        ids, offsets = task.ids[begin:end], np.array([0, end - begin])
        alone = replace(task, ids=ids, offsets=offsets, documents=tag, frozen=frozen, outputs_learn=False)
        backend, key = ReferenceBackend(alone, inputs, output_vectors), core.content_key(ids)
        inputs[rows] = core.first_vector(task.seed, key, size)
        for epoch, blocks in enumerate(course.blocks(len(ids))):
            backend.train((key + epoch) % 2**64, blocks)
        vectors[document] = inputs[rows]
    return vectors
