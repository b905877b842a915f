"""The file of gensim's phrases here: a safetensors file, with the parameters as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.paths import checked_path
from wordmill.phrases.saved import pack, unpack
from wordmill.safetensors import checksums, read_metadata, read_safetensors, write_safetensors
from wordmill.saving import atomic_file

__all__ = ["read_state", "write_state"]

_FORMAT = "wordmill.gensim.phrases"


def write_state(
    path: str | PathLike[str],
    kind: str,
    settings: dict[str, Any],
    parts: Sequence[tuple[str, ...]],
    values: NDArray[Any],
) -> None:
    """Write words and pairs with a value each."""
    arrays = {**pack(parts), "values": values}
    facts = {"kind": kind, "settings": json.dumps(settings, ensure_ascii=False, default=float)}
    with atomic_file(checked_path(path)) as staging:
        write_safetensors(staging, arrays, {"format": _FORMAT, **facts, **checksums(arrays, facts)})


def read_state(path: str | PathLike[str], kind: str) -> tuple[dict[str, Any], list[tuple[str, ...]], NDArray[Any]]:
    """Read what `write_state` wrote."""
    file = checked_path(path)
    if not file.is_file():
        raise FormatError(f"{file} is no file: check the path")
    with file.open("rb") as opened:
        is_pickle = opened.read(2) in {b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"}
    if is_pickle:
        raise FormatError(f"{file} is a pickle, as gensim saves phrases: find them again, and save them here")
    arrays, metadata = read_safetensors(file), read_metadata(file)
    facts = {name: metadata.get(name, "") for name in ("kind", "settings")}
    if metadata.get("format") != _FORMAT or facts["kind"] != kind:
        raise FormatError(f"{file} holds no {kind}: {kind}.save makes such a file")
    if checksums(arrays, facts) != {name: value for name, value in metadata.items() if name.startswith("crc32")}:
        raise FormatError(f"{file}: a checksum is wrong, the file is corrupt: find the phrases again")
    try:
        parts, values = unpack(arrays), np.array(arrays["values"])
        settings: dict[str, Any] = dict(json.loads(facts["settings"]))
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{file}: its parts do not fit together ({error}): find the phrases again") from error
    if values.shape != (len(parts),):
        raise FormatError(f"{file}: {len(parts)} phrases but values of shape {values.shape}: find the phrases again")
    return settings, parts, values
