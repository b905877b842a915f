"""usearch's index, mapped by its libraries in a dozen languages, beside a file of the keys.

`NAME.usearch` finds rows by cosine; `NAME.keys.safetensors` says what they are called: the key of row i is the UTF-8 at
`key_bytes[key_offsets[i]:key_offsets[i + 1]]`, or `keys[i]` where keys are integers; and maybe `counts`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal, NoReturn

from numpy.typing import NDArray

from wordmill.errors import FormatError, ParameterError
from wordmill.foreign import quoted
from wordmill.safetensors import write_safetensors
from wordmill.saving import atomic_files
from wordmill.vectors.ann import ApproximateIndex
from wordmill.vectors.formats.rows import ReadOptions
from wordmill.vectors.keys import TextKeys
from wordmill.vectors.table import VectorTable

__all__ = ["keys_path", "read_usearch", "write_usearch"]

_DTYPES: dict[str, Literal["f32", "f16", "i8"]] = {"float32": "f32", "float16": "f16", "int8": "i8"}

logger = logging.getLogger(__name__)


def keys_path(path: Path) -> Path:
    """Where the keys are."""
    return path.with_name(f"{path.name.removesuffix('.usearch')}.keys.safetensors")


def read_usearch(path: Path, options: ReadOptions) -> NoReturn:  # noqa: ARG001 (as every format is read)
    """Refuse: an index keeps vectors rounded and at length 1."""
    raise FormatError(f"{path} is an index, which searches and gives no vectors back: give the model that it is of")


def write_usearch(
    path: Path, keyed_vectors: VectorTable, *, dtype: Literal["float32", "float16", "int8"] = "float16"
) -> None:
    """Write the two files.

    Parameters
    ----------
    path
        `NAME.usearch`.
    keyed_vectors
        The vectors.
    dtype
        How the index keeps them.
    """
    if dtype not in _DTYPES:
        raise ParameterError(f"dtype={quoted(dtype)}: {', '.join(_DTYPES)}")
    index = ApproximateIndex.build(keyed_vectors, dtype=_DTYPES[dtype])
    with atomic_files(path, keys_path(path)) as (index_staging, keys_staging):
        index.write(index_staging)
        write_safetensors(keys_staging, _keys(keyed_vectors), {"format": "wordmill.keys"})
    logger.info("%s finds %.1f%% of the true 10 nearest neighbours", path, 100 * index.recall)


def _keys(keyed_vectors: VectorTable) -> dict[str, NDArray[Any]]:
    table, counts = keyed_vectors.key_table, keyed_vectors.counts
    arrays: dict[str, NDArray[Any]] = {} if counts is None else {"counts": counts}
    if isinstance(table, TextKeys):
        return arrays | {"key_bytes": table.packed.blob, "key_offsets": table.packed.offsets}
    return arrays | {"keys": table.keys}
