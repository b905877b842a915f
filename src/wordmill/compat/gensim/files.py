"""gensim's file options in wordmill's words."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np

import wordmill
from wordmill.errors import FormatError, ParameterError
from wordmill.foreign import quoted
from wordmill.saving import atomic_files, remove, standing_set
from wordmill.vectors import formats
from wordmill.vectors.formats.encodings import checked_encoding
from wordmill.vectors.formats.streams import open_output, open_text

__all__ = ["check_encoding", "load_word2vec", "prepare_save", "refuse", "save_word2vec"]

_OF_PICKLES = frozenset({"separately", "sep_limit", "ignore", "pickle_protocol"})
_DATATYPES: dict[Any, Literal["float32", "float64"]] = {np.dtype("f4"): "float32", np.dtype("f8"): "float64"}


def refuse(where: str, **options: object) -> None:
    """Raise the error for options that are not supported here."""
    for name, value in options.items():
        if value:
            raise ParameterError(f"{where}: {name}={quoted(value)} is not there yet; leave it out")


def prepare_save(path: str | PathLike[str], options: Mapping[str, object]) -> None:
    """Make room for a directory where programs have made an empty temporary file first, as gensim's tutorial does."""
    if unknown := [name for name in options if name not in _OF_PICKLES]:
        raise TypeError(f"save has no parameter {quoted(unknown[0])}")
    if options.get("ignore"):
        raise ParameterError(f"save: ignore={quoted(options['ignore'])} is not there: models are saved whole")
    file = Path(path)
    if file.is_file() and not file.is_symlink() and file.stat().st_size == 0:
        remove(file)


def check_encoding(encoding: str, cure: str = "convert the file (iconv)") -> None:
    """Raise the error for an encoding other than UTF-8."""
    if codecs.lookup(encoding).name != "utf-8":
        raise ParameterError(f"encoding={quoted(encoding)} is not there, UTF-8 alone: {cure}")


def save_word2vec(
    vectors: wordmill.KeyedVectors,
    path: Path,
    vocab_path: str | PathLike[str] | None,
    binary: bool,
    write_header: bool,
    sort_attr: str,
) -> None:
    """Write word2vec's files; rows are sorted by count already."""
    if sort_attr != "count":
        raise ParameterError(f"sort_attr={quoted(sort_attr)} is not there: rows are sorted by count")
    if binary and not write_header:
        raise ParameterError("write_header=False is for text: the binary form needs its header")
    if vocab_path is None:
        formats.save(path, vectors, format=_name(binary, write_header))
        return
    if vectors.counts is None:
        raise ParameterError("fvocab needs counts, and these vectors came without any")
    with atomic_files(path, vocab_path) as (vectors_staging, vocab_staging):  # both, or neither
        formats.save(vectors_staging, vectors, format=_name(binary, write_header))
        with open_output(vocab_staging) as file:
            for key, count in zip(vectors.index_to_key, vectors.counts.tolist(), strict=True):
                file.write(f"{key} {count}\n".encode())


def load_word2vec(
    path: Path,
    vocab_path: str | PathLike[str] | None,
    binary: bool,
    encoding: str,
    unicode_errors: Literal["strict", "replace", "ignore"],
    limit: int | None,
    datatype: Any,
    no_header: bool,
) -> wordmill.KeyedVectors:
    """Read word2vec's files."""
    if np.dtype(datatype) not in _DATATYPES:
        raise ParameterError(f"datatype={quoted(datatype)} is not there yet: float32 or float64")
    vectors = wordmill.KeyedVectors.load(
        path,
        format=_name(binary, not no_header),
        limit=limit,
        errors=unicode_errors,
        duplicates="first",
        dtype=_DATATYPES[np.dtype(datatype)],
        encoding=encoding,
    )
    if vocab_path is None:
        return vectors
    counts = _read_counts(standing_set(path, Path(vocab_path))[1], encoding, unicode_errors)
    in_order = np.array([counts.get(key, 0) for key in vectors.index_to_key], np.int64)
    return vectors.replace(keys=vectors.key_table, vectors=vectors.vectors, counts=in_order)


def _name(binary: bool, header: bool) -> str:
    if binary:
        return "word2vec-binary"
    return "word2vec-text" if header else "glove"


def _read_counts(path: Path, encoding: str, errors: str) -> dict[str, int]:
    """Read a line each: a word, a space, its count."""
    counts: dict[str, int] = {}
    with open_text(path, checked_encoding(encoding), errors) as file:
        while line := file.readline(1 << 20):
            word, _, count = line.strip().rpartition(b" ")
            if not word or not count.isdigit() or len(count) > 18:  # more digits than a 64-bit count may have
                raise FormatError(f"{path}: {quoted(line[:40])} after {len(counts)} words is no word and its count")
            counts[_decoded(path, word, errors)] = int(count)
    return counts


def _decoded(path: Path, word: bytes, errors: str) -> str:
    try:
        return word.decode("utf-8", errors)
    except UnicodeDecodeError:
        raise FormatError(
            f"{path}: the word {quoted(word)} is not UTF-8: give its encoding=, or read with unicode_errors='replace'"
        ) from None
