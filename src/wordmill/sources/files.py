"""Files as chunks of bytes, or as lines, decompressed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from itertools import cycle
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from wordmill.compression import HEAD_BYTES, DamagedError, Decompressor, decompress, decompressor_for, most_unpacked
from wordmill.errors import CorpusError
from wordmill.sources.recognition import BEGINNING, what_it_is

Chunk = NDArray[np.uint8]
T = TypeVar("T")


def read_chunks(path: Path | None, chunk_bytes: int, begin: int = 0, end: int | None = None) -> Iterator[Chunk]:
    """Read a file, or standard input (None), as chunks of decompressed bytes, each good until the next is asked for.

    `begin` and `end` are for some bytes of a file that is not compressed.

    Raises
    ------
    CorpusError
        The file cannot be read, is known not to be text, or is compressed and corrupt.
    """
    try:
        if path is None and sys.stdin is None:  # as Python has it where the descriptor is closed
            raise CorpusError("standard input is closed: there is nothing to read")
        if path is None:  # no thread: it could not be interrupted
            yield from _whole(cast("BufferedReader", sys.stdin.buffer), _name_of(path), chunk_bytes)
        else:
            with path.open("rb") as file:
                chunks = _from(file, begin, chunk_bytes) if begin else _whole(file, _name_of(path), chunk_bytes)
                chunks = chunks if end is None else _until(chunks, end - begin)
                yield from _read_ahead(chunks) if path.stat().st_size > chunk_bytes else chunks
    except IsADirectoryError as error:
        if path is not None and (path / "wordmill.json").exists():
            raise CorpusError(f"{path} is a model, not text: wordmill info shows it") from error
        raise CorpusError(f"{path} is a directory: name its files, as in '{path}/*.txt'") from error
    except OSError as error:
        raise CorpusError(f"{_name_of(path)} cannot be read: {error.strerror or error}") from error


def read_lines(
    path: Path | None,
    chunk_bytes: int,
    errors: Literal["strict", "replace"] = "strict",
    *,
    may_replace: bool = True,
    begin: int = 0,
    end: int | None = None,
) -> Iterator[str]:
    """Read a file as lines for Python; what is a line, and what is text, is as in native/scan.hpp.

    `may_replace`: whether users can say errors='replace', which messages then advise. `begin` and `end` are as in
    `read_chunks`.

    Raises
    ------
    CorpusError
        As in `read_chunks`, or a byte is not UTF-8, or NUL.
    """
    offset = begin
    for line in _split_lines(read_chunks(path, chunk_bytes, begin, end)):
        try:
            text = line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise CorpusError(
                not_text(path, offset + error.start, line[error.start], may_replace=may_replace)
            ) from None
        if "\0" in text and errors == "strict":
            raise CorpusError(not_text(path, offset + line.index(b"\0"), 0, may_replace=may_replace))
        yield text.removeprefix("" if offset else "\ufeff").removesuffix("\r").replace("\0", "\ufffd")
        offset += len(line) + 1


def _split_lines(chunks: Iterable[Chunk]) -> Iterator[bytes]:
    rest: list[bytes] = []  # of a line that may be as long as the file: joined once
    for chunk in chunks:
        first, *lines = chunk.tobytes().split(b"\n")
        rest.append(first)
        if lines:
            yield b"".join(rest)
            yield from lines[:-1]
            rest = lines[-1:]
    if last := b"".join(rest):
        yield last


def not_text(path: Path | None, offset: int, byte: int, *, may_replace: bool = True) -> str:
    """Say which byte of a file is wrong."""
    where = f"{_name_of(path)}: at offset {offset:,}" + (" of the decompressed text" if _is_compressed(path) else "")
    if byte == 0:
        replaced = " (errors='replace' reads it all the same)" if may_replace else ""
        return f"{where} there is a NUL: the file is binary or UTF-16, not text{replaced}"
    replaced = ", or pass errors='replace'" if may_replace else ""
    cure = f"convert the file (if it is Latin-1: iconv -f latin1 -t utf-8){replaced}"
    return f"{where} byte 0x{byte:02X} is not UTF-8: {cure}"


def _name_of(path: Path | None) -> str:
    """Name a file, or standard input (None), in messages."""
    return "standard input" if path is None else str(path)


def _is_compressed(path: Path | None) -> bool:
    """Whether a file is read through a decompressor."""
    if path is None or not path.is_file():
        return False
    with path.open("rb") as file:
        return decompressor_for(file.read(HEAD_BYTES)) is not None


def _read_ahead(items: Iterator[T]) -> Iterator[T]:
    """Produce the next item in a thread while the caller works on the one before."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item


def _whole(file: BufferedReader, name: str, chunk_bytes: int) -> Iterator[Chunk]:
    head = file.read(HEAD_BYTES)
    make = decompressor_for(head)
    plain = _plain(file, head, chunk_bytes) if make is None else _decompressed(file, head, make, name, chunk_bytes)
    return _looked_at(plain, name)


def _from(file: BufferedReader, begin: int, chunk_bytes: int) -> Iterator[Chunk]:
    """Read from the middle of a file, which whoever reads its beginning looks at."""
    file.seek(begin)
    return _plain(file, b"", chunk_bytes)


def _until(chunks: Iterator[Chunk], size: int) -> Iterator[Chunk]:
    """Pass on so many bytes."""
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return


def _looked_at(chunks: Iterator[Chunk], name: str) -> Iterator[Chunk]:
    """Pass chunks on, unless the first shows that this is no text."""
    for first in chunks:
        if (cure := what_it_is(first[:BEGINNING].tobytes())) is not None:
            raise CorpusError(f"{name} {cure}")
        yield first
        break
    yield from chunks


def _plain(file: BufferedReader, head: bytes, chunk_bytes: int) -> Iterator[Chunk]:
    """Read into two buffers in turns: one is filled while the other is in use."""
    for buffer in cycle([np.empty(max(chunk_bytes, len(head)), np.uint8) for _ in range(2)]):
        size = len(head)
        buffer[:size] = np.frombuffer(head, np.uint8)
        size += file.readinto(buffer[size:].data)
        if size == 0:
            return
        yield buffer[:size]
        head = b""


class _Packed:
    """A compressed file, of which is known how large it is; of a pipe, how much of it was read."""

    def __init__(self, file: BufferedReader, head: bytes) -> None:
        self._file, self._read = file, len(head)
        try:
            self._size = os.fstat(file.fileno()).st_size
        except OSError:  # bytes in memory, say
            self._size = 0

    @property
    def size(self) -> int:
        return max(self._size, self._read)

    def read(self, count: int) -> bytes:
        block = self._file.read(count)
        self._read += len(block)
        return block


def _decompressed(
    file: BufferedReader, head: bytes, make: Callable[[], Decompressor], name: str, chunk_bytes: int
) -> Iterator[Chunk]:
    """Gather decompressed bytes into chunks."""
    parts: list[bytes] = []
    packed = _Packed(file, head)
    held = unpacked = 0
    try:
        for part in decompress(cast("BinaryIO", packed), head, make):
            parts.append(part)
            held, unpacked = held + len(part), unpacked + len(part)
            if unpacked > (most := most_unpacked(packed.size)):
                raise CorpusError(
                    f"{name} holds more than {most:,} bytes, compressed into {packed.size:,}, which text is not: "
                    "unpack it first if it is good"
                )
            if held >= chunk_bytes:
                yield np.frombuffer(b"".join(parts), np.uint8)
                parts.clear()
                held = 0
    except DamagedError as error:
        raise CorpusError(f"{name} is compressed and {error}: fetch or compress it again") from error
    yield np.frombuffer(b"".join(parts), np.uint8)
