"""What training on needs of a saved model, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import Misfit
from wordmill.training.run.rows import Rows
from wordmill.vectors.formats.directory import Model
from wordmill.vectors.matrix import all_finite
from wordmill.vectors.table import VectorTable

__all__ = ["input_rows", "output_vectors", "own_rows"]

Matrix = NDArray[np.floating[Any]]


def input_rows(table: VectorTable, own_rows: Matrix | None, rows: Rows, documents: VectorTable | None = None) -> Matrix:
    """Return the rows of the input vectors, (R, D): where a word is its own row, its vector; then those of documents.

    Where words are made of several, their own rows were saved for training, and those of n-grams with the vectors.

    Raises
    ------
    ValueError
        They are not those of this run.
    """
    if rows.bags is None:
        parts = [table.vectors]
    elif own_rows is None or table.subwords is None:
        raise Misfit("the rows of words or of their n-grams are missing")
    else:
        places = table.subwords.places_of(rows.buckets)  # a model of fastText has rows of all buckets
        if (places < 0).any():
            raise Misfit("n-grams of its words have no rows")
        parts = [own_rows, table.subwords.rows[places]]
    if rows.tags is not None:
        if documents is None or not np.array_equal(documents.keys, rows.tags.keys):
            raise Misfit("the vectors of documents are missing, or of others")
        parts.append(documents.vectors)
    matrix = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if matrix.shape != (len(rows), table.vector_size):
        raise Misfit(f"rows {matrix.shape}, not {len(rows)}")
    return matrix


def own_rows(saved: Model) -> Matrix | None:
    """Return the words' own rows (V, D), None where each is its vector.

    Raises
    ------
    ValueError
        The file for training holds no finite floats of this shape.
    """
    rows = None if saved.training is None else saved.training.get("own_rows")
    if rows is None:
        return None
    if rows.shape != saved.table.vectors.shape or rows.dtype.kind != "f" or not all_finite(rows):
        raise Misfit(f"own rows {rows.dtype} {rows.shape} beside vectors {saved.table.vectors.shape}")
    return rows


def output_vectors(saved: Model, shape: tuple[int, ...]) -> Matrix | None:
    """Return the output vectors, (rows of the objective, D), None where they were not saved or deleted.

    Raises
    ------
    KeyError, Misfit
        The file for training holds none, or no finite floats of this shape.
    """
    if saved.training is None:
        return None
    vectors = saved.training["output_vectors"]
    if vectors.shape != shape or vectors.dtype.kind != "f":
        raise Misfit(f"output vectors {vectors.dtype} {vectors.shape}, not {shape}")
    if not all_finite(vectors):
        raise Misfit("output vectors hold NaN or infinity")
    return vectors
