"""fastText's models, made by hand."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

WORDS = ["</s>", "the", "naïve", "日本語", "a", "🙂🙂"]
SIZE, BUCKETS = 4, 50
MATRIX = np.random.default_rng(7).standard_normal((len(WORDS) + BUCKETS, SIZE)).astype(np.float32)


def model(
    *,
    version: int = 12,
    words: list[bytes] | None = None,
    labels: list[bytes] | None = None,
    shortest: int = 2,
    longest: int = 4,
    architecture: int = 2,
    changes: Any = (),
) -> bytes:
    """Bytes of a model as fastText saves it; `changes` are (offset, bytes) from its start."""
    words = [word.encode() for word in WORDS] if words is None else words
    labels = labels or []
    content = struct.pack("<2i", 793_712_314, version) if version else b""
    content += struct.pack("<12id", SIZE, 5, 5, 1, 5, 1, 2, architecture, BUCKETS, shortest, longest, 100, 1e-4)
    content += struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 1000)
    content += struct.pack("<q", -1) if version else b""
    for index, word in enumerate(words + labels):
        content += word + b"\0" + struct.pack("<qb", 100 - index, int(index >= len(words)))
    content += b"\0" if version else b""
    content += struct.pack("<2q", *MATRIX.shape) + MATRIX.tobytes()
    result = bytearray(content)
    for offset, piece in changes:
        result[offset : offset + len(piece)] = piece
    return bytes(result)
