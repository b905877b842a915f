"""What a file holds, as it holds it: words in bytes, matrices mapped, or quantised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import FormatError
from wordmill.mapped import MappedFile
from wordmill.vectors.formats.fasttext.cursor import Cursor
from wordmill.vectors.formats.fasttext.dictionary import Dictionary, read_dictionary
from wordmill.vectors.formats.fasttext.matrices import read_matrix
from wordmill.vectors.formats.fasttext.quantised import Quantised, read_quantised
from wordmill.vectors.formats.fasttext.settings import Architecture, FastTextSettings, read_head
from wordmill.vectors.subwords import Ngrams, Subwords

__all__ = ["Content", "Matrix", "read_content"]

Matrix = NDArray[np.float32] | Quantised


@dataclass(frozen=True)
class Content:
    """A file's content; `version` is 0 where it is from before there was one."""

    settings: FastTextSettings
    version: int
    dictionary: Dictionary
    input: Matrix  #: rows of words, then of buckets
    output: Matrix | None
    file: MappedFile

    def subwords(self) -> Subwords:
        """Return the rows of the n-grams, as floats."""
        settings, words, pruned = self.settings, len(self.dictionary.words), self.dictionary.pruned
        if pruned is None:
            rows = self.input[words:]
            return Subwords(Ngrams(settings.minn, settings.maxn, len(rows)), rows)
        order = np.argsort(pruned[:, 0], kind="stable")
        numbers, places = pruned[order].astype(np.int64).T
        return Subwords(Ngrams(settings.minn, settings.maxn, settings.bucket), self.input[words + places], numbers)


def read_content(path: Path) -> Content:
    """Read a file; matrices that are not quantised stay on disk."""
    cursor = Cursor(path)
    settings, version = read_head(cursor)
    dictionary = read_dictionary(cursor, versioned=version > 0)
    quantised = version > 0 and cursor.flag()
    if not quantised and dictionary.pruned is not None:
        if len(dictionary.pruned):
            raise FormatError(
                f"{path} holds pruned n-grams, but is not quantised: fastText has a newer file of this model"
            )
        dictionary = replace(dictionary, pruned=None)
    rows = read_quantised(cursor, settings.dim) if quantised else read_matrix(cursor, settings.dim)
    content = Content(
        settings, version, dictionary, rows, _read_output(cursor, settings, version, quantised=quantised), cursor.file
    )
    _check(path, content)
    return content


def _read_output(cursor: Cursor, settings: FastTextSettings, version: int, *, quantised: bool) -> Matrix | None:
    """Read the output matrix, which some programs leave out, up to the end of the file."""
    output: Matrix | None = None
    output_quantised = bool(version and cursor.left and cursor.flag()) and quantised
    if cursor.left:
        output = read_quantised(cursor, settings.dim) if output_quantised else read_matrix(cursor, settings.dim)
    if cursor.left:
        raise FormatError(f"{cursor.path}: {cursor.left} bytes follow the last matrix: fetch it again")
    return output


def _check(path: Path, content: Content) -> None:
    """See that matrices, words and settings belong together."""
    settings, dictionary, rows = content.settings, content.dictionary, len(content.input)
    words, pruned = len(dictionary.words), dictionary.pruned
    if pruned is not None:
        buckets, places = pruned.T.astype(np.int64)
        fits = len(np.unique(buckets)) == len(buckets) and rows == words + len(buckets)
        bounds = ((buckets, settings.bucket), (places, len(places)))
        if not fits or any(numbers.min(initial=0) < 0 or numbers.max(initial=-1) >= most for numbers, most in bounds):
            raise FormatError(
                f"{path}: {rows} rows for {words} words do not fit its {len(buckets)} n-grams: fetch it again"
            )
    elif rows < words or (settings.maxn and rows != words + settings.bucket):
        raise FormatError(f"{path}: {rows} rows for {words} words and {settings.bucket} buckets: fetch it again")
    asked = len(dictionary.labels) if settings.model == Architecture.SUPERVISED else words
    if content.output is not None and len(content.output) != asked:
        raise FormatError(f"{path}: {len(content.output)} rows of output, where {asked} are asked for: fetch it again")
