"""Files as byte streams, compressed or not: known by their first bytes when read, by their suffix when written."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from wordmill.compression import HEAD_BYTES, DamagedError, decompress, decompressor_for, most_unpacked
from wordmill.errors import FormatError
from wordmill.saving import atomic_files, standing
from wordmill.vectors.formats.encodings import MARK, as_utf8, check_is_utf8

__all__ = ["COMPRESSIONS", "Input", "open_input", "open_output", "open_outputs", "open_text"]

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_BUFFER = 1 << 17


class Input:
    """A byte stream that is read forwards, and the file's size where it bounds what may be believed of its header.

    From a compressed file come no more bytes than `most_unpacked`.
    """

    def __init__(self, path: Path, stream: BinaryIO, size: int | None) -> None:
        self.path, self.size = path, size
        self.position = 0  # bytes read so far, after decompression
        self._stream = stream

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; fewer only at the end."""
        block = self._stream.read(count)
        self.position += len(block)
        return block

    def peek(self) -> bytes:
        """Return what comes next, some bytes at least unless it is the end, and leave it there."""
        return cast("io.BufferedReader", self._stream).peek()

    def readline(self, longest: int) -> bytes:
        """One line with its end, or the first `longest` bytes of it."""
        line = self._stream.readline(longest)
        self.position += len(line)
        return line


@contextlib.contextmanager
def open_input(path: Path) -> Iterator[Input]:
    """Open a file, decompressed if need be; `FormatError` where it cannot be read or is damaged."""
    try:
        place = standing(path)
        with place.open("rb") as file:
            status = place.stat()
            stream = _decompressed(file, path, status.st_size)
            plain = cast("object", stream) is file and stat.S_ISREG(status.st_mode)
            yield Input(path, stream, status.st_size if plain else None)
    except DamagedError as error:
        raise FormatError(f"{path} is compressed and {error}: fetch it again") from error
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def open_text(path: Path, encoding: str, errors: str) -> Iterator[Input]:
    """Open a file of text as `open_input` does, as UTF-8 without a byte order mark whatever it is in.

    Bytes that are not UTF-8 are left to who reads; those of another encoding are treated by `errors`.
    """
    with open_input(path) as source:
        if encoding != "utf-8":
            parts = as_utf8(source.read, path, encoding, errors)
            yield Input(path, cast("BinaryIO", io.BufferedReader(_Parts(parts), _BUFFER)), None)
            return
        head = source.peek()
        check_is_utf8(path, head)
        if head.startswith(MARK):
            source.read(len(MARK))
        yield source


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears whole or not at all, compressed as its suffix says."""
    with open_outputs(path) as (stream,):
        yield stream


@contextlib.contextmanager
def open_outputs(*paths: Path) -> Iterator[tuple[BinaryIO, ...]]:
    """Open files for writing that appear all, whole, or none; `saving.standing_set` is for whoever reads them."""
    with atomic_files(*paths) as staged, contextlib.ExitStack() as stack:
        files = [stack.enter_context(staging.open("wb")) for staging in staged]
        suffixes = [path.suffix for path in paths]
        yield tuple(stack.enter_context(_compressed(*pair)) for pair in zip(files, suffixes, strict=True))


def _decompressed(file: BinaryIO, path: Path, size: int) -> BinaryIO:
    """Return the file, or where it is compressed a stream of what is in it."""
    head = file.read(HEAD_BYTES) if file.seekable() else b""
    if (make := decompressor_for(head)) is not None:
        parts = _bounded(decompress(file, head, make), path, size)
        return cast("BinaryIO", io.BufferedReader(_Parts(parts), _BUFFER))
    if head:
        file.seek(0)
    return file


def _bounded(parts: Iterator[bytes], path: Path, packed: int) -> Iterator[bytes]:
    most, unpacked = most_unpacked(packed), 0
    for part in chain(parts, [b""]):
        if unpacked > most:
            raise FormatError(
                f"{path} holds more than {most:,} bytes, compressed into {packed:,}, which vectors are not: "
                "unpack it first if it is good, or read its first rows with limit="
            )
        unpacked += len(part)
        yield part


@contextlib.contextmanager
def _compressed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    if suffix == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as stream:
            yield cast("BinaryIO", stream)
    elif suffix == ".bz2":
        with bz2.open(file, "wb") as stream:
            yield cast("BinaryIO", stream)
    elif suffix == ".xz":
        with lzma.open(file, "wb") as stream:
            yield cast("BinaryIO", stream)
    elif suffix == ".zst":
        with zstandard.ZstdCompressor(level=9).stream_writer(file, closefd=False) as stream:
            yield cast("BinaryIO", stream)
    else:
        yield file


class _Parts(io.RawIOBase):
    """Bytes that come part by part, as a raw stream."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
