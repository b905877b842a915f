"""fastText's models, made by hand."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

WORDS = ["</s>", "the", "naïve", "日本語", "a", "🙂🙂"]
SIZE, BUCKETS = 4, 50
MATRIX = np.random.default_rng(7).standard_normal((len(WORDS) + BUCKETS, SIZE)).astype(np.float32)
OUTPUT = np.random.default_rng(8).standard_normal((len(WORDS), SIZE)).astype(np.float32)


def model(
    *,
    version: int = 12,
    words: list[bytes] | None = None,
    labels: list[bytes] | None = None,
    shortest: int = 2,
    longest: int = 4,
    architecture: int = 2,
    buckets: int = BUCKETS,
    output: bool = True,
    pruned: dict[int, int] | None = None,
    matrix: bytes | None = None,
    changes: Any = (),
) -> bytes:
    """Bytes of a model as fastText saves it.

    `matrix` is one in place of the usual, flag and all; `changes` are (offset, bytes) from the start.
    """
    words = [word.encode() for word in WORDS] if words is None else words
    labels = labels or []
    content = struct.pack("<2i", 793_712_314, version) if version else b""
    content += struct.pack("<12id", SIZE, 5, 5, 1, 5, 1, 2, architecture, buckets, shortest, longest, 100, 1e-4)
    content += struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 1000)
    content += struct.pack("<q", -1 if pruned is None else len(pruned)) if version else b""
    for index, word in enumerate(words + labels):
        content += word + b"\0" + struct.pack("<qb", 100 - index, int(index >= len(words)))
    content += b"".join(struct.pack("<2i", *pair) for pair in (pruned or {}).items())
    content += (b"\0" if version else b"") + dense(MATRIX) if matrix is None else matrix
    if output:
        content += (b"\0" if version else b"") + dense(OUTPUT[: len(labels) if architecture == 3 else len(words)])
    result = bytearray(content)
    for offset, piece in changes:
        result[offset : offset + len(piece)] = piece
    return bytes(result)


def dense(matrix: Any) -> bytes:
    """Bytes of a matrix."""
    return struct.pack("<2q", *matrix.shape) + bytes(matrix.tobytes())


def quantised(rows: int, width: int = 3, *, lengths: bool = True, changes: Any = ()) -> tuple[bytes, Any]:
    """Bytes of a quantised matrix, its flag before it, and the rows (rows, SIZE) that it means."""
    rng, pieces = np.random.default_rng(9), -(-SIZE // width)
    codes = rng.integers(0, 256, (rows, pieces), dtype=np.uint8)
    widths = [width] * (pieces - 1) + [SIZE - width * (pieces - 1)]
    centroids = [rng.standard_normal((256, piece)).astype(np.float32) for piece in widths]
    content = struct.pack("<BB2qi", 1, lengths, rows, SIZE, codes.size) + codes.tobytes()
    content += struct.pack("<4i", SIZE, pieces, width, widths[-1]) + b"".join(map(np.ndarray.tobytes, centroids))
    matrix = np.hstack([piece[codes[:, place]] for place, piece in enumerate(centroids)])
    if lengths:
        sizes, size_codes = rng.random(256).astype(np.float32), rng.integers(0, 256, rows, dtype=np.uint8)
        content += size_codes.tobytes() + struct.pack("<4i", 1, 1, 1, 1) + sizes.tobytes()
        matrix *= sizes[size_codes, None]
    result = bytearray(content)
    for offset, piece in changes:
        result[offset : offset + len(piece)] = piece
    return bytes(result), matrix
