"""What a query may be: keys, vectors and weighted ones, one or several, turned into unit vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.sources.keys import flat_keys, unpacked
from wordmill.vectors.keys import Key
from wordmill.vectors.matrix import Floats, row_norms, unit_rows
from wordmill.vectors.table import VectorTable

__all__ = [
    "Query",
    "QueryTerm",
    "Term",
    "checked_vectors",
    "combine",
    "is_one_term",
    "numbers",
    "parse_many",
    "parse_terms",
    "positive_integer",
]

QueryTerm = Key | Floats | tuple[Key | Floats, float]
Query = QueryTerm | Sequence[QueryTerm]


class Term(NamedTuple):
    """One key or vector of a query."""

    vector: Floats  # (D,)
    unit: Floats  # (D,) the vector scaled to length 1
    weight: float
    row: int | None  # None for a vector that is no key's


def parse_terms(table: VectorTable, query: Query) -> Iterator[Term]:
    """Yield the terms of a query: a key, a vector (D,), a pair (key or vector, weight), or a sequence of these."""
    query = unpacked(query)
    for term in [query] if is_one_term(query) else query:  # type: ignore[union-attr]
        weighted = isinstance(term, tuple) and len(term) == 2
        what, weight = term if weighted else (term, 1.0)  # type: ignore[misc]
        if not isinstance(weight, int | float | np.number) or not np.isfinite(weight):
            raise ParameterError(
                f"{quoted(term)} is no pair (key or vector, weight): the weight must be a finite number"
            )
        if isinstance(what, np.ndarray) and what.ndim == 1:
            vector = checked_vectors(table, what[None])
            yield Term(vector[0], unit_rows(vector, row_norms(vector))[0], float(weight), None)
        elif (row := table.find(what)) >= 0:
            yield Term(table.vectors[row], table.unit_vectors([row])[0], float(weight), row)
        else:
            vector = table.vector(what)  # type: ignore[arg-type]
            yield Term(vector, unit_rows(vector[None], row_norms(vector[None]))[0], float(weight), None)


def combine(table: VectorTable, positive: Query, negative: Query) -> tuple[Floats, NDArray[np.int64]]:
    """Return the weighted sum of unit vectors, scaled to length 1 (D,), and the rows that were named."""
    terms = [*parse_terms(table, positive), *(t._replace(weight=-t.weight) for t in parse_terms(table, negative))]
    if not terms:
        raise ParameterError("a query needs at least one key or vector")
    named = np.array([term.row for term in terms if term.row is not None], dtype=np.int64)
    if len(terms) == 1 and terms[0].weight > 0:
        return terms[0].unit, named  # to the bit as among many queries
    total = np.sum([term.weight * term.unit for term in terms], axis=0)
    length = np.linalg.norm(total)
    return (total / length if length > 0 else total), named


def parse_many(table: VectorTable, queries: Any | Any) -> tuple[Floats, list[NDArray[np.int64]] | None]:
    """Return unit vectors (Q, D) of many keys, and the row that each is; or of the rows of a matrix, and None."""
    if len(getattr(queries, "shape", "1")) == 2 and hasattr(queries, "__array__"):  # a DataFrame of numbers too
        matrix = queries if isinstance(queries, np.ndarray) else np.asarray(queries)
        queries = matrix if matrix.dtype.kind == "f" else queries
    if isinstance(queries, np.ndarray) and queries.dtype.kind == "f":
        rows = checked_vectors(table, queries)
        return unit_rows(rows, row_norms(rows)), None
    if isinstance(queries, list | tuple) and queries and isinstance(queries[0], list | tuple | np.ndarray):
        raise ParameterError(f"lists in a list: give a list of keys, or vectors as an array (n, {table.vector_size})")
    if table.subwords is None:
        ids = table.get_indices(queries)
        return table.unit_vectors(ids), list(ids[:, None])
    keys = flat_keys(queries)
    ids, rows = table.find_many(keys), table.vectors_of(keys)
    return unit_rows(rows, row_norms(rows)), [one[one >= 0] for one in ids[:, None]]


def checked_vectors(table: VectorTable, rows: Floats) -> Floats:
    """Query vectors (n, D), finite, in the dtype of the table."""
    if rows.ndim != 2 or rows.shape[1] != table.vector_size or rows.dtype.kind not in "fiu":
        raise ParameterError(f"query vectors must be (n, {table.vector_size}) numbers, not {rows.dtype} {rows.shape}")
    if isinstance(rows, np.ma.MaskedArray) and np.ma.getmaskarray(rows).any():
        raise ParameterError("some numbers of a query vector are masked")
    with np.errstate(over="ignore"):  # which is said below
        cast = rows.astype(table.vectors.dtype, copy=False)
    if not np.isfinite(row_norms(cast)).all():
        raise ParameterError("a query vector holds NaN or infinity, or is too long")
    return cast


def is_one_term(query: Query) -> bool:
    """Whether a query is one key or one vector, not a sequence of terms."""
    if isinstance(query, np.ndarray):
        return query.ndim == 0 or (query.ndim == 1 and query.dtype.kind == "f")
    return isinstance(query, str) or not isinstance(query, Iterable)


def numbers(values: Any) -> NDArray[Any]:
    """Return a list, array or column of numbers as an array; what is masked stays so."""
    try:
        array = np.asanyarray(values if isinstance(values, np.ndarray) else unpacked(values))
    except ValueError:  # of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiu" or not array.ndim:
        raise ParameterError(f"{quoted(values)} where numbers are asked for: give a list or an array of them")
    return array


def positive_integer(name: str, number: object) -> int:
    """Return an argument that is a positive integer."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise ParameterError(f"{name} must be a positive integer, not {quoted(number)}")
    return int(number)
