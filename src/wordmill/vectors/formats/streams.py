"""Files as byte streams, compressed or not: known by their first bytes when read, by their suffix when written."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from wordmill.atomic import atomic_file
from wordmill.errors import FormatError

__all__ = ["COMPRESSIONS", "Input", "open_input", "open_output"]

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_ZSTD = b"\x28\xb5\x2f\xfd"
_STREAM_ERRORS = (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class Input:
    """A byte stream that is read forwards, and the file's size where it bounds what may be believed of its header."""

    def __init__(self, path: Path, stream: BinaryIO, size: int | None) -> None:
        self.path, self.size = path, size
        self.position = 0  # bytes read so far, after decompression
        self._stream = stream

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; fewer only at the end."""
        block = self._stream.read(count)
        self.position += len(block)
        return block

    def readline(self, longest: int) -> bytes:
        """One line with its end, or the first `longest` bytes of it."""
        line = self._stream.readline(longest)
        self.position += len(line)
        return line


@contextlib.contextmanager
def open_input(path: Path) -> Iterator[Input]:
    """Open a file, decompressed if need be; `FormatError` where it cannot be read or is damaged."""
    try:
        with path.open("rb") as file, _decompressed(file) as stream:
            status = path.stat()
            plain = cast("object", stream) is file and stat.S_ISREG(status.st_mode)
            yield Input(path, stream, status.st_size if plain else None)
    except _STREAM_ERRORS as error:
        raise FormatError(f"{path}: the compressed data are damaged or cut short ({error}): fetch it again") from error
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears whole or not at all, compressed as its suffix says."""
    with atomic_file(path) as staging, staging.open("wb") as file, _compressed(file, path.suffix) as stream:
        yield stream


@contextlib.contextmanager
def _decompressed(file: BinaryIO) -> Iterator[BinaryIO]:
    head = file.read(10) if file.seekable() else b""
    if head:
        file.seek(0)
    if head.startswith(b"\x1f\x8b\x08"):
        with gzip.open(file) as stream:
            yield cast("BinaryIO", stream)
    elif head.startswith(b"BZh") and head[4:] == b"\x31\x41\x59\x26\x53\x59":
        with bz2.open(file) as stream:
            yield cast("BinaryIO", stream)
    elif head.startswith(b"\xfd7zXZ\x00"):
        with lzma.open(file) as stream:
            yield cast("BinaryIO", stream)
    elif head.startswith(_ZSTD):
        yield cast("BinaryIO", _ZstandardStream(file))
    else:
        yield file


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


class _ZstandardStream:
    """Decompressed zstandard frames; unlike the package's own reader, a frame that is cut short is an error."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._buffer = bytearray()

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count and self._fill():
            pass
        return self._take(count)

    def readline(self, longest: int) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0 and len(self._buffer) < longest and self._fill():
            pass
        return self._take(min(longest, end + 1) if end >= 0 else longest)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _fill(self) -> bool:
        """Decompress some more; false at the end."""
        compressed = (self._frame.unused_data if self._frame.eof else b"") or self._file.read(1 << 17)
        if self._frame.eof and compressed:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        elif not compressed and not self._frame.eof:
            raise EOFError("the last frame is not complete")
        self._buffer += self._frame.decompress(compressed) if compressed else b""
        return bool(compressed)
