"""NumPy's `.npz`: arrays `keys` (V,), `vectors` (V, D) and, where they are known, `counts` (V,)."""

from __future__ import annotations

import math
import sys
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.compression import most_unpacked
from wordmill.errors import FormatError, OutputError
from wordmill.vectors.formats.rows import MOST_DIMENSIONS, ReadOptions, collect_arrays
from wordmill.vectors.formats.streams import open_output
from wordmill.vectors.table import VectorTable

__all__ = ["read_npz", "write_npz"]

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, SyntaxError)


def read_npz(path: Path, options: ReadOptions) -> VectorTable:
    """Read the arrays; nothing is unpickled."""
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {name: _read_array(path, archive, name) for name in ("keys", "vectors", "counts")}
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}") from error
    except (*_DAMAGED, tokenize.TokenError) as error:
        raise FormatError(f"{path}: not a whole .npz file: write it again") from error
    keys, vectors, counts = arrays["keys"], arrays["vectors"], arrays["counts"]
    if keys is None and vectors is None:
        raise FormatError(f"{path} is a zip archive without arrays 'keys' and 'vectors': unpack it first")
    if keys is None or vectors is None or vectors.ndim != 2 or keys.shape != vectors.shape[:1]:
        raise FormatError(f"{path}: needs arrays 'keys' (V,) and 'vectors' (V, D)")
    if keys.dtype.kind not in "USiu" or vectors.dtype.kind != "f" or not 0 < vectors.shape[1] <= MOST_DIMENSIONS:
        raise FormatError(f"{path}: keys are {keys.dtype} and vectors {vectors.dtype}, not text or integers and floats")
    if counts is not None and (counts.dtype.kind not in "iu" or counts.shape != keys.shape):
        raise FormatError(f"{path}: counts are {counts.dtype} {counts.shape}, not {len(keys)} integers")
    return collect_arrays(path, options, _characters(path, keys), vectors, counts)


def write_npz(path: Path, keyed_vectors: VectorTable) -> None:
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
    members = [member for member in archive.infolist() if member.filename == f"{name}.npy"]
    if not members:
        return None
    if len(members) > 1:
        raise FormatError(f"{path} holds {members[0].filename} twice: write it again")
    member = members[0]
    packed = path.stat().st_size
    if member.file_size > most_unpacked(packed):
        raise FormatError(
            f"{path}: {member.filename} claims {member.file_size:,} bytes, compressed into {packed:,}, which vectors "
            "are not: write it again with np.savez if it is good"
        )
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran_order, dtype = read_header(file)
        if dtype.hasobject:
            raise FormatError(
                f"{path}: {member.filename} holds Python objects, a pickle, which may run any code: "
                f"write {name} again as an array of {'text' if name == 'keys' else 'numbers'}, not dtype=object"
            )
        size = math.prod(shape) * dtype.itemsize if all(type(n) is int and n >= 0 for n in shape) else 0
        data = file.read(size + 1)
    if len(data) != size or size == 0:
        raise FormatError(f"{path}: {member.filename} is {dtype} {shape}, which its {member.file_size} bytes are not")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran_order else "C")


def _characters(path: Path, keys: NDArray[Any]) -> NDArray[Any]:
    """Return keys that Python can read: NumPy holds numbers where text has characters, and not all numbers are."""
    if keys.dtype.kind == "U":
        numbers = np.ascontiguousarray(keys.astype(keys.dtype.newbyteorder("="))).view(np.uint32).reshape(len(keys), -1)
        wrong = np.flatnonzero((numbers > sys.maxunicode).any(axis=1))
        if len(wrong):
            raise FormatError(f"{path}: row {wrong[0]}: the key is not Unicode: write the keys again")
    return keys
