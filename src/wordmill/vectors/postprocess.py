"""Changes to a whole matrix of vectors, after training: each returns new vectors under the same keys."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.vectors.matrix import Floats, unit_rows
from wordmill.vectors.table import VectorTable

__all__ = [
    "add_outputs",
    "align",
    "all_but_the_top",
    "centre",
    "principal_axes",
    "rotate_to_principal_axes",
    "rotation",
    "to_unit_length",
]

Table = TypeVar("Table", bound=VectorTable)


def to_unit_length(table: Table) -> Table:
    """Scale every vector to length 1, so that dot products are cosine similarities; zero vectors stay zero."""
    return table.replace(vectors=unit_rows(table.vectors, table.norms))


def add_outputs(table: Table, outputs: Floats, share: float = 0.25) -> Table:
    """Add a share of the output vectors, (V, D), which say what a key stands beside, to the vectors.

    A quarter of them brings skip-gram points in analogies and in how related words are, and may cost some in how alike
    (docs/guide/evaluation.md has the figures).

    Source: Pennington, Socher and Manning, "GloVe", 2014, section 4.2; Levy, Goldberg and Dagan, 2015, section 3.3.
    """
    if outputs.shape != table.vectors.shape:
        raise ParameterError(
            f"outputs have the shape {outputs.shape}, the vectors {table.vectors.shape}: give one a key"
        )
    if not 0 <= share <= 1:
        raise ParameterError(f"share must be between 0 and 1, not {share}")
    return table.replace(vectors=table.vectors + np.asarray(share, table.vectors.dtype) * outputs)


def centre(table: Table) -> Table:
    """Take the mean of all vectors from each, so that similarities spread around 0."""
    mean = table.vectors.mean(axis=0, dtype=np.float64)
    return table.replace(vectors=table.vectors - mean.astype(table.vectors.dtype))


def all_but_the_top(table: Table, components: int | None = None) -> Table:
    """Take from the centred vectors their largest principal components, which say more of frequency than of meaning.

    Parameters
    ----------
    table
        The vectors.
    components
        How many to take away; D / 100, rounded up, if not given.

    Source: Mu and Viswanath, "All-but-the-top: simple and effective postprocessing for word representations", 2018.
    """
    count = -(-table.vector_size // 100) if components is None else components
    if not 0 <= count < table.vector_size:
        raise ParameterError(f"components must be between 0 and {table.vector_size - 1}, not {components}")
    centred = centre(table)
    top = principal_axes(centred.vectors)[:, :count]
    return table.replace(vectors=centred.vectors - (centred.vectors @ top) @ top.T)


def rotate_to_principal_axes(table: Table, dimensions: int | None = None) -> Table:
    """Rotate so that the first coordinates hold as much of the vectors as they can: any prefix is a good short vector.

    All dot products and similarities stay as they are, unless `dimensions` cuts the vectors to their first coordinates.

    Parameters
    ----------
    table
        The vectors.
    dimensions
        How many coordinates to keep; all if not given.

    Source: Eckart and Young, "The approximation of one matrix by another of lower rank", 1936.
    """
    kept = table.vector_size if dimensions is None else dimensions
    if not 1 <= kept <= table.vector_size:
        raise ParameterError(f"dimensions must be between 1 and {table.vector_size}, not {dimensions}")
    return table.replace(vectors=table.vectors @ principal_axes(table.vectors)[:, :kept])


def align(table: Table, to: VectorTable, *, anchors: int | None = None) -> Table:
    """Rotate vectors onto those of another model of the same dimensions, so that the two can be compared key by key.

    Parameters
    ----------
    table
        The vectors to rotate.
    to
        The vectors to come near to.
    anchors
        How many keys to fit the rotation on: the first of `table` that `to` has too; all of these if not given.

    Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966; on unit vectors, as in
    Hamilton, Leskovec and Jurafsky, 2016.
    """
    if table.vector_size != to.vector_size or table.kind != to.kind:
        raise ParameterError(
            f"both models need the same dimensions and kind of keys: {table.vector_size} {table.kind} "
            f"and {to.vector_size} {to.kind}"
        )
    there = to.key_table.find_many(table.index_to_key)
    here = np.flatnonzero(there >= 0)[:anchors]
    if not len(here):
        raise ParameterError("the two models share no key, so there is nothing to align them by")
    turn = rotation(table.unit_vectors(here), to.unit_vectors(there[here]))
    return table.replace(vectors=table.vectors @ turn.astype(table.vectors.dtype))


def rotation(rows: Floats, to: Floats) -> NDArray[np.float64]:
    """Return the rotation or reflection (D, E) that takes rows (n, D) nearest to others (n, E).

    To fewer dimensions (E < D) it projects, and lengths shrink.
    """
    left, _, right = np.linalg.svd(rows.T.astype(np.float64) @ to, full_matrices=False)
    turn: NDArray[np.float64] = left @ right
    return turn


def principal_axes(matrix: Floats) -> Floats:
    """Eigenvectors (D, D) of the second moments as columns, the largest first, their largest coordinate positive."""
    moments: NDArray[np.float64] = np.zeros((matrix.shape[1], matrix.shape[1]))
    for begin in range(0, len(matrix), 1 << 14):
        block = matrix[begin : begin + (1 << 14)].astype(np.float64)
        moments += block.T @ block
    axes = np.linalg.eigh(moments)[1][:, ::-1]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    columns: Floats = (axes * signs).astype(matrix.dtype)
    return columns
