"""What a model directory says, checked when it is read: JSON by pydantic, arrays by their types and shapes.

Right checksums tell that files are as they were written, not that what was written can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from wordmill.errors import FormatError
from wordmill.foreign import bounded
from wordmill.vectors.matrix import Floats, row_norms

__all__ = [
    "CURE",
    "FORMAT",
    "Count",
    "Exact",
    "IndexFacts",
    "Manifest",
    "Stored",
    "check_embeddings",
    "check_keys",
    "check_norms",
    "checked",
]

FORMAT = 1
CURE = "copy the directory again from its source or save it again"
_NEEDED = frozenset({"model.safetensors", "wordmill.json", "wordmill.safetensors"})
_NORMS = 1e-5  # relative: other machines sum in another order
_LONGEST_PLACE = 80  # characters of foreign text in a message

Schema = TypeVar("Schema", bound=BaseModel)
Expected = Mapping[str, tuple[str, tuple[int, ...]]]  # dtype and shape; -1 is any length
Format = Annotated[int, Field(ge=FORMAT, le=FORMAT)]
Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]
FileName = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]


class Exact(BaseModel):
    """No value is turned into another type; what a later version adds may be there."""

    model_config = ConfigDict(strict=True, extra="allow")


class Fingerprint(Exact):
    """A file as `wordmill.saving.fingerprint` tells it."""

    bytes: Count
    crc32: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]


def _whole(files: dict[str, Fingerprint]) -> dict[str, Fingerprint]:
    if missing := _NEEDED - files.keys():
        raise ValueError(f"{min(missing)} is not listed")
    return files


class Manifest(Exact):
    """`manifest.json`."""

    format: Format
    files: Annotated[dict[FileName, Fingerprint], AfterValidator(_whole)]


class Epoch(Exact):
    """What the history says of an epoch, as far as anything here asks for it."""

    epoch: Count
    examples: Count
    tokens: Count
    subsampled: Count
    centres: Count
    without_context: Count
    loss: float | None
    seconds: float
    tokens_per_second: float
    alpha: float
    validation_loss: float | None = None
    interval_losses: list[float | None] | None = None


class Settings(Exact):
    """What `save_model` was given; a training gives these."""

    params: dict[str, str | int | float | bool | None] = {}
    history: list[Epoch] = []
    corpus: str = ""
    used: dict[str, int | float] = {}
    run: str = ""


class Storage(Exact):
    """How vectors are stored."""

    dtype: Literal["float32", "float64", "float16", "int8"]
    similarity_error: FiniteFloat | None = None


class Stored(Exact):
    """`wordmill.json`."""

    format: Format
    wordmill: str
    keys: Literal["str", "int"]
    size: Size
    vector_size: Size
    tokenizer: Literal["whitespace", "words"] | None
    lowercase: bool
    settings: Settings
    storage: Storage


class IndexFacts(Exact):
    """`index.json`."""

    recall: Annotated[float, Field(ge=0, le=1)]
    vectors: str
    file: Fingerprint


def checked(schema: type[Schema], content: object, file: Path, *inside: str) -> Schema:
    """Return what a file says, or a part of it, `inside`; a `FormatError` names the place where it cannot be so."""
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = bounded(".".join(map(str, (*inside, *first["loc"]))), _LONGEST_PLACE)
        said = first["msg"].removeprefix("Value error, ")
        raise FormatError(f"{file}: {place or 'all of it'}: {said}: {CURE}") from None


def check_keys(file: Path, arrays: Mapping[str, NDArray[Any]], stored: Stored) -> None:
    """Check types and shapes of `wordmill.safetensors`."""
    rows, floats = stored.size, "float64" if stored.storage.dtype == "float64" else "float32"
    expected: dict[str, tuple[str, tuple[int, ...]]] = {"norms": (floats, (rows,)), "key_order": ("int64", (rows,))}
    if stored.keys == "int":
        expected["keys"] = "int64", (rows,)
    else:
        expected |= {"key_offsets": ("int64", (rows + 1,)), "key_bytes": ("uint8", (-1,))}
    if "counts" in arrays:
        expected["counts"] = "int64", (rows,)
    _check(file, arrays, expected)
    for name in ("norms", "counts"):
        if name in arrays and not (arrays[name] >= 0).all():
            raise FormatError(f"{file}: {name} holds a number below 0, or NaN: {CURE}")


def check_embeddings(file: Path, arrays: Mapping[str, NDArray[Any]], stored: Stored) -> None:
    """Check types and shapes of `model.safetensors`."""
    expected: dict[str, tuple[str, tuple[int, ...]]] = {
        "embeddings": (stored.storage.dtype, (stored.size, stored.vector_size))
    }
    if stored.storage.dtype == "int8":
        expected["weights"] = "float32", (stored.size,)
    _check(file, arrays, expected)


def check_norms(directory: Path, vectors: Floats, norms: Floats) -> None:
    """Check that all vectors are finite, and that the norms stored are their lengths."""
    lengths = row_norms(vectors)
    if not np.isfinite(lengths).all():
        raise FormatError(f"{directory / 'model.safetensors'} holds NaN or infinity: {CURE}")
    wrong = np.flatnonzero(~np.isclose(norms, lengths, rtol=_NORMS, atol=np.finfo(lengths.dtype).tiny))
    if len(wrong):
        row = int(wrong[0])
        raise FormatError(
            f"{directory / 'wordmill.safetensors'}: the norm of row {row} is {norms[row]:.6g}, and its vector "
            f"{lengths[row]:.6g} long: {CURE}"
        )


def _check(file: Path, arrays: Mapping[str, NDArray[Any]], expected: Expected) -> None:
    for name, (dtype, shape) in expected.items():
        if name not in arrays:
            raise FormatError(f"{file}: {name} is missing: {CURE}")
        array = arrays[name]
        fits = array.ndim == len(shape) and all(n in (-1, have) for n, have in zip(shape, array.shape, strict=True))
        if array.dtype != dtype or not fits:
            wanted = str(shape).replace("-1", "any length")
            raise FormatError(f"{file}: {name} is {array.dtype} {array.shape}, not {dtype} {wanted}: {CURE}")
