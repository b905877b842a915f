"""What the JSON of a model directory must say, by pydantic, which takes as long to load as NumPy: only to read one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from wordmill.errors import FormatError
from wordmill.foreign import bounded
from wordmill.vectors.formats.checks import CURE, FORMAT

__all__ = ["Count", "Exact", "IndexFacts", "Manifest", "Stored", "checked"]

_NEEDED = frozenset({"model.safetensors", "wordmill.json", "wordmill.safetensors"})
_LONGEST_PLACE = 80  # characters of foreign text in a message

Schema = TypeVar("Schema", bound=BaseModel)
Format = Annotated[int, Field(ge=FORMAT, le=FORMAT)]
Scalar = str | int | float | bool | None
Count = Annotated[int, Field(ge=0, lt=2**63)]
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
    """`manifest.json`; `documents` is the manifest of their vectors, in the directory of that name."""

    format: Format
    files: Annotated[dict[FileName, Fingerprint], AfterValidator(_whole)]
    documents: Fingerprint | None = None


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

    params: dict[str, Scalar | list[int]] = {}
    history: list[Epoch] = []
    corpus: str = ""
    used: dict[str, int | float] = {}
    run: str = ""


class Storage(Exact):
    """How vectors are stored."""

    dtype: Literal["float32", "float64", "float16", "int8"]
    similarity_error: FiniteFloat | None = None


class NgramFacts(Exact):
    """Which n-grams words have."""

    shortest: Annotated[int, Field(ge=0, le=1_000)]
    longest: Annotated[int, Field(ge=0, le=1_000)]
    buckets: Annotated[int, Field(ge=0, lt=2**31)]


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
    subwords: NgramFacts | None = None
    phrases: Count | None = None


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
