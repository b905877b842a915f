"""NumPy's `.npz`: arrays `keys` (V,), `vectors` (V, D) and, where they are known, `counts` (V,)."""

from __future__ import annotations

import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, collect_arrays
from wordmill.vectors.formats.streams import open_output
from wordmill.vectors.keyed_vectors import KeyedVectors

__all__ = ["read_npz", "write_npz"]

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, SyntaxError)
_DEFLATE_RATIO = 1032  # the most that deflate can compress; a larger claim is a lie


def read_npz(path: Path, options: ReadOptions) -> KeyedVectors:
    """Read the arrays; nothing is unpickled."""
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {name: _read_array(path, archive, name) for name in ("keys", "vectors", "counts")}
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}") from error
    except (*_DAMAGED, tokenize.TokenError) as error:
        raise FormatError(f"{path}: not a whole .npz file ({error}): write it again") from error
    keys, vectors, counts = arrays["keys"], arrays["vectors"], arrays["counts"]
    if keys is None and vectors is None:
        raise FormatError(f"{path} is a zip archive without arrays 'keys' and 'vectors': unpack it first")
    if keys is None or vectors is None or vectors.ndim != 2 or keys.shape != vectors.shape[:1]:
        raise FormatError(f"{path}: needs arrays 'keys' (V,) and 'vectors' (V, D)")
    if keys.dtype.kind not in "Ui" or vectors.dtype.kind != "f" or not 0 < vectors.shape[1] <= MOST_DIMENSIONS:
        raise FormatError(f"{path}: keys are {keys.dtype} and vectors {vectors.dtype}, not text or integers and floats")
    if counts is not None and (counts.dtype.kind not in "iu" or counts.shape != keys.shape):
        raise FormatError(f"{path}: counts are {counts.dtype} {counts.shape}, not {len(keys)} integers")
    return collect_arrays(path, options, keys, vectors, counts)


def write_npz(path: Path, keyed_vectors: KeyedVectors) -> None:
    """Write the arrays, not compressed."""
    keys = np.array(keyed_vectors.keys)
    if keyed_vectors.kind == "str" and keys.tolist() != keyed_vectors.keys:
        raise OutputError(f"{path}: a key ends with NUL, which NumPy's text arrays cut off: use another format")
    arrays: dict[str, NDArray[Any]] = {"keys": keys, "vectors": keyed_vectors.vectors}
    if keyed_vectors.counts is not None:
        arrays["counts"] = keyed_vectors.counts
    with open_output(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _read_array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any] | None:
    """One array of the archive, None if it is not there; its header is believed only as far as its bytes go."""
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        return None
    if member.file_size > _DEFLATE_RATIO * path.stat().st_size:
        raise FormatError(f"{path}: {member.filename} claims {member.file_size} bytes, more than the file can hold")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran_order, dtype = read_header(file)
        data = file.read(member.file_size)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) or dtype.itemsize == 0:
        raise FormatError(f"{path}: {member.filename} is {dtype} {shape}, which its {len(data)} bytes are not")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran_order else "C")
