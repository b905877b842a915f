"""What training on needs of a saved model, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.vectors.formats.directory import Model
from wordmill.vectors.matrix import all_finite

__all__ = ["output_vectors"]


def output_vectors(saved: Model) -> NDArray[np.floating[Any]] | None:
    """Return the output vectors (V, D), None where they were not saved or deleted.

    Raises
    ------
    KeyError, ValueError
        The file for training holds none, or no finite floats of this shape.
    """
    if saved.training is None:
        return None
    vectors, shape = saved.training["output_vectors"], saved.keyed_vectors.vectors.shape
    if vectors.shape != shape or vectors.dtype.kind != "f":
        raise ValueError(f"output vectors {vectors.dtype} {vectors.shape} beside vectors {shape}")
    if not all_finite(vectors):
        raise ValueError("output vectors hold NaN or infinity")
    return vectors
