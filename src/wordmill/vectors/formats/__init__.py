"""File formats of vectors: one module each, reading and writing side by side; here known by name and by content."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np

from wordmill.errors import FormatError, ParameterError, TooLargeError
from wordmill.foreign import quoted
from wordmill.paths import checked_path
from wordmill.saving import standing, standing_set
from wordmill.vectors.formats.arrow import read_arrow, read_parquet, write_arrow, write_parquet
from wordmill.vectors.formats.directory import is_model_directory, load_model, save_model
from wordmill.vectors.formats.embedding_atlas import write_embedding_atlas
from wordmill.vectors.formats.encodings import MARK, as_utf8, check_is_utf8, checked_encoding
from wordmill.vectors.formats.fasttext import looks_like_fasttext, read_fasttext, write_fasttext
from wordmill.vectors.formats.finalfusion import MAGIC as FIFU_MAGIC
from wordmill.vectors.formats.finalfusion import read_finalfusion, write_finalfusion
from wordmill.vectors.formats.glove import guess_dimensions, read_glove, write_glove
from wordmill.vectors.formats.npz import read_npz, write_npz
from wordmill.vectors.formats.pipes import readable_again
from wordmill.vectors.formats.projector import metadata_path, read_projector, write_projector
from wordmill.vectors.formats.rows import ReadOptions
from wordmill.vectors.formats.streams import COMPRESSIONS, Input, open_input
from wordmill.vectors.formats.text_rows import looks_like_rows
from wordmill.vectors.formats.usearch import keys_path, read_usearch, write_usearch
from wordmill.vectors.formats.word2vec import (
    parse_header,
    read_word2vec_binary,
    read_word2vec_text,
    write_word2vec_binary,
    write_word2vec_text,
)
from wordmill.vectors.table import VectorTable

__all__ = ["FORMATS", "Format", "detect", "format_to_write", "load", "save"]


@dataclass(frozen=True)
class Format:
    """A format: how it is read and written, and the suffixes that mean it when writing."""

    read: Callable[[Path, ReadOptions], VectorTable]
    write: Callable[..., None]
    suffixes: tuple[str, ...] = ()
    beside: Callable[[Path], Path] | None = None  # a second file that it has


def _read_directory(path: Path, options: ReadOptions) -> VectorTable:
    if replace(options, limit=None) != ReadOptions():
        raise ParameterError(
            f"{path} is a model directory: errors, duplicates, keys, dtype and encoding are for other formats"
        )
    vectors = load_model(path).table
    if options.limit is None or options.limit >= len(vectors):
        return vectors
    keys, counts = vectors.key_table.take(np.arange(options.limit)), vectors.counts
    return vectors.replace(
        keys=keys,
        vectors=vectors.vectors[: options.limit],
        counts=None if counts is None else counts[: options.limit],
        subwords=vectors.subwords,
    )


FORMATS: dict[str, Format] = {
    "directory": Format(_read_directory, save_model),
    "word2vec-text": Format(read_word2vec_text, write_word2vec_text, (".txt", ".vec")),
    "word2vec-binary": Format(read_word2vec_binary, write_word2vec_binary, (".bin",)),
    "glove": Format(read_glove, write_glove),
    "fasttext": Format(
        read_fasttext, write_fasttext
    ),  # its .bin, an ending that means word2vec's when writing; its .vec is word2vec-text
    "npz": Format(read_npz, write_npz, (".npz",)),
    "finalfusion": Format(read_finalfusion, write_finalfusion, (".fifu",)),
    "parquet": Format(read_parquet, write_parquet, (".parquet",)),
    "arrow": Format(read_arrow, write_arrow, (".arrow", ".feather")),
    "projector": Format(read_projector, write_projector, (".tsv",), metadata_path),
    "embedding-atlas": Format(read_parquet, write_embedding_atlas),  # its .parquet means vectors alone
    "usearch": Format(read_usearch, write_usearch, (".usearch",), keys_path),
}
_UTF8_ALONE = frozenset({"parquet", "arrow", "embedding-atlas"})
_HEAD = 1 << 16  # bytes that are looked at to tell a format
_MAGIC = {b"PK\x03\x04": "npz", b"PAR1": "parquet", b"ARROW1": "arrow", FIFU_MAGIC: "finalfusion"}
_PICKLE = "a pickle, which may run any code: have gensim save it with save_word2vec_format"
_FOREIGN = {
    **{b"\x80%c" % protocol: _PICKLE for protocol in (2, 3, 4, 5)},
    b"SQLite format 3": "an SQLite database (a magnitude file?): convert it to word2vec first",
    b"\x89HDF": "an HDF5 file: convert it to word2vec first",
    b"\x93NUMPY": "an array without keys: save both as an .npz file, np.savez(path, keys=..., vectors=...)",
    b"ustar": "a tar archive: unpack it first",
    b'{"__metadata__":{"format":"wordmill.corpus"': "an encoded corpus: train on it, and give the model",
}
#: Endings of files that people save models of other libraries in.
_FILES = frozenset({
    ".csv", ".h5", ".hdf5", ".joblib", ".json", ".keras", ".npy", ".onnx", ".pickle", ".pkl", ".pt", ".pth",
    ".safetensors", ".tar", ".tgz", ".zip",
})  # fmt: skip
_BEHIND = (
    0,
    8,
    257,
)  # where such a mark stands: behind the length of a safetensors header, in the first block of a tar


def load(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    limit: int | None = None,
    errors: Literal["strict", "replace", "ignore"] = "strict",
    duplicates: Literal["error", "first"] = "error",
    keys: Literal["str", "int"] = "str",
    dtype: Literal["float32", "float64"] = "float32",
    encoding: str = "utf-8",
) -> VectorTable:
    """Load vectors from a file or directory, as the table that `KeyedVectors.load` makes queries of.

    Parameters
    ----------
    path
        What to read: a file, a directory, a pipe, or "-", standard input. Text and word2vec files may be compressed
        (.gz, .bz2, .xz, .zst).
    format
        A name in `FORMATS`; None tells it from the content.
    limit, errors, duplicates, keys, dtype, encoding
        See `wordmill.vectors.formats.rows.ReadOptions`.

    Raises
    ------
    FormatError
        The file is not what it claims to be; the message names the line, row or byte.
    """
    options = ReadOptions(limit=limit, errors=errors, duplicates=duplicates, keys=keys, dtype=dtype, encoding=encoding)
    with readable_again(checked_path(path)) as file:
        name = detect(file, encoding=options.encoding) if format is None else _known(format, Path(path))
        if name in _UTF8_ALONE and options.encoding != "utf-8":
            raise ParameterError(f"{path}: text in a file of {name} is UTF-8 by definition: leave out encoding=")
        try:
            return FORMATS[name].read(file, options)
        except MemoryError as error:
            raise TooLargeError(
                f"{path} does not fit into memory: read its first rows with limit=, or make a model directory of it "
                "where there is more, which is read from disk"
            ) from error


def save(path: str | PathLike[str], keyed_vectors: VectorTable, *, format: str | None = None, **options: Any) -> None:
    """Save vectors in any format.

    Parameters
    ----------
    path
        Where to; appears whole or not at all. A suffix .gz, .bz2, .xz or .zst compresses text and word2vec files.
    format
        A name in `FORMATS`; None takes the one that the suffix means, and a model directory where there is no suffix.
    options
        What the format's own writer takes, for example `space="_"` for word2vec.
    """
    target = checked_path(path)
    name = format_to_write(path, format)
    writer = FORMATS[name].write
    taken = [*signature(writer).parameters][2:]
    if unknown := sorted(set(options) - set(taken)):
        known = f", only {', '.join(taken)}" if taken else ""
        raise ParameterError(f"format={quoted(name)} takes no {unknown[0]}={known}")
    writer(target, keyed_vectors, **options)


def format_to_write(path: str | PathLike[str], format: str | None = None) -> str:
    """Name of the format that `save` writes: the one given, or the one that the ending of the path means."""
    return _by_suffix(checked_path(path)) if format is None else _known(format, Path(path))


def detect(path: str | PathLike[str], *, encoding: str = "utf-8") -> str:
    """Name of the format of a file or directory, told from its content; of a pipe see `readable_again` first.

    A text is in this encoding.
    """
    target = checked_path(path)
    place = standing(target)
    if not place.is_file():
        if place.exists():
            return "directory"
        raise FormatError(f"{path} does not exist: give the file or directory of a model")
    if target.suffix == ".usearch":  # its content begins with vectors
        return "usearch"
    with open_input(target) as source:
        name = _by_content(source, checked_encoding(encoding))
    if name is None:
        raise FormatError(f"{path}: the format cannot be told from the content: is it whole, and one of {_names()}?")
    return name


def _by_content(source: Input, encoding: str) -> str | None:
    head = source.read(_HEAD)
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    for magic, cure in _FOREIGN.items():
        if any(head[place:].startswith(magic) for place in _BEHIND):
            raise FormatError(f"{source.path} is {cure}")
    if ".tsv" in source.path.suffixes and standing_set(source.path, metadata_path(source.path))[1].exists():
        return "projector"
    text = _text_of(source.path, head, encoding)
    line, _, rest = text.partition(b"\n")
    header = parse_header(line + b"\n")
    if header is not None:
        return "word2vec-text" if looks_like_rows(rest, header[1]) else "word2vec-binary"
    if looks_like_fasttext(head):
        return "fasttext"
    if guess_dimensions(text):
        return "glove"
    if head.startswith(b"{") or head[8:10] == b'{"':  # the header of a safetensors file
        raise FormatError(f"{source.path} is a part of a model, or JSON: give the directory of the model")
    return None


def check_model_name(path: str | PathLike[str]) -> None:
    """Raise `ParameterError` where the name of a model directory, `x.bin` say, is that of a file of another kind."""
    target = checked_path(path)
    ending = (target.with_suffix("") if target.suffix.lower() in COMPRESSIONS else target).suffix.lower()
    ours = any(ending in known.suffixes for known in FORMATS.values())
    if is_model_directory(target) or not (ours or ending in _FILES):
        return
    named = target.name.removesuffix("".join(target.suffixes)) or "model"
    vectors = f"; vectors alone go there by wv.save({quoted(target.name)}) or wordmill export" if ours else ""
    raise ParameterError(
        f"{path} is the name of a file, and a model is a directory: give a name without {ending}, "
        f"{quoted(named)}{vectors}"
    )


def _text_of(path: Path, head: bytes, encoding: str) -> bytes:
    """Return the start of a file as UTF-8 without a mark, as far as it is text."""
    if encoding != "utf-8":
        return b"".join(as_utf8(io.BytesIO(head).read, path, encoding, "replace"))
    check_is_utf8(path, head)
    return head.removeprefix(MARK)


def _by_suffix(path: Path) -> str:
    """Format that the suffix of a file name means; a model directory has none, but perhaps a version, `wiki.v2`."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if not suffixes or path.is_dir() or re.fullmatch(r"\.v?\d\w*", suffixes[-1]):
        return "directory"
    if suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    for name, known in FORMATS.items():
        if suffixes and suffixes[-1] in known.suffixes:
            return name
    endings = ", ".join(suffix for known in FORMATS.values() for suffix in known.suffixes)
    raise ParameterError(
        f"{path}: no format has this ending: use one of {endings}, none for a model directory, or format= with one of "
        f"{_names()}"
    )


def _known(name: str, path: Path) -> str:
    """Resolve a format's name; "word2vec" is the binary form for `.bin` and the text form otherwise."""
    if name == "word2vec":
        return "word2vec-binary" if ".bin" in path.suffixes else "word2vec-text"
    if name not in FORMATS:
        raise ParameterError(f"format={quoted(name)} is not known: one of {_names()}")
    return name


def _names() -> str:
    return ", ".join(["word2vec", *FORMATS])
