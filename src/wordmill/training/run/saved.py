"""What training on needs of a saved model, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.formats.directory import Model
from wordmill.vectors.matrix import all_finite

__all__ = ["input_rows", "output_vectors"]

Matrix = NDArray[np.floating[Any]]


def input_rows(saved: Model, shape: tuple[int, ...]) -> Matrix:
    """Return the rows of the input vectors, (R, D): where a word is its own row, its vector.

    Raises
    ------
    ValueError
        They have another shape.
    """
    vectors = saved.table.vectors
    if vectors.shape != shape:
        raise ValueError(f"vectors {vectors.shape}, not {shape}")
    return vectors


def output_vectors(saved: Model, shape: tuple[int, ...]) -> Matrix | None:
    """Return the output vectors, (rows of the objective, D), None where they were not saved or deleted.

    Raises
    ------
    KeyError, ValueError
        The file for training holds none, or no finite floats of this shape.
    """
    if saved.training is None:
        return None
    vectors = saved.training["output_vectors"]
    if vectors.shape != shape or vectors.dtype.kind != "f":
        raise ValueError(f"output vectors {vectors.dtype} {vectors.shape}, not {shape}")
    if not all_finite(vectors):
        raise ValueError("output vectors hold NaN or infinity")
    return vectors
