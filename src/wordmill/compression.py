"""Compressed files (gzip, bzip2, xz, zstd), known by their first bytes, whatever they are called."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

import zstandard

__all__ = ["HEAD_BYTES", "DamagedError", "Decompressor", "decompress", "decompressor_for", "most_unpacked"]

HEAD_BYTES = 10
_BLOCK = 1 << 13  # compressed bytes at once: of zstd's most, 128 KiB out of 4 bytes, 256 MiB come at a time

_UNPACKED, _RATIO = 1 << 28, 100


class DamagedError(Exception):
    """A compressed stream is corrupt or cut short; the message says which."""


class Decompressor(Protocol):
    """What zlib, bz2, lzma and zstandard have in common: decompresses one stream."""

    @property
    def eof(self) -> bool: ...  # noqa: D102
    @property
    def unused_data(self) -> bytes: ...  # noqa: D102
    def decompress(self, data: bytes, /) -> bytes: ...  # noqa: D102


_DECOMPRESSORS: dict[bytes, Callable[[], Decompressor]] = {
    b"\x1f\x8b\x08": lambda: zlib.decompressobj(wbits=31),  # gzip
    **{b"BZh%d1AY&SY" % level: bz2.BZ2Decompressor for level in range(1, 10)},
    **{b"BZh%d\x17\x72\x45\x38\x50\x90" % level: bz2.BZ2Decompressor for level in range(1, 10)},  # of nothing
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
    b"\x28\xb5\x2f\xfd": lambda: zstandard.ZstdDecompressor(max_window_size=2**31).decompressobj(),
}


def decompressor_for(head: bytes) -> Callable[[], Decompressor] | None:
    """Find what decompresses a file that begins with these bytes, `HEAD_BYTES` or all of it; None: it is plain."""
    return next((make for start, make in _DECOMPRESSORS.items() if head.startswith(start)), None)


def most_unpacked(packed: int) -> int:
    """Bytes that may come out of so many compressed ones where nothing bounds them better: 100 for 1, or 256 MiB.

    Text gives up to 10 for 1, logs some tens, vectors hardly any; what holds more is made to fill a memory.
    """
    return max(_UNPACKED, _RATIO * packed)


def decompress(file: BinaryIO, head: bytes, make: Callable[[], Decompressor]) -> Iterator[bytes]:
    """Decompress the streams of a file, which may be several, from where it was read up to: after `head`.

    Raises
    ------
    DamagedError
        A stream is corrupt or cut short.
    """
    stream, block = make(), head
    while block:
        if stream.eof:
            block = block.lstrip(b"\0")  # what pads streams, of xz by its definition, of gzip on tapes
            if not block:
                block = file.read(_BLOCK)
                continue
            stream = make()
        try:
            part = stream.decompress(block)
        except (zlib.error, OSError, lzma.LZMAError, zstandard.ZstdError) as error:  # OSError: bz2
            raise DamagedError("corrupt") from error
        if part:
            yield part
        block = stream.unused_data or file.read(_BLOCK)
    if not stream.eof:
        raise DamagedError("cut short")
