"""How much memory a training run takes, before it takes it."""

from __future__ import annotations

__all__ = ["estimate_memory"]

CACHE_LINE = 64  # bytes: rows are padded to whole lines
VOCABULARY_ENTRY = 200  # bytes: a key as a Python string, its place in a list and in a dictionary, counts
NOISE_ENTRY = 24  # bytes: alias table, weight and keep probability


def estimate_memory(vocabulary: int, vector_size: int, tokens: int) -> dict[str, int]:
    """Return bytes by part for training V vectors of D float32 on N tokens in memory.

    The ids take no memory of their own where the corpus was encoded to a file.
    """
    row = -(-4 * vector_size // CACHE_LINE) * CACHE_LINE
    return {
        "vectors": 2 * vocabulary * row,
        "vocabulary": vocabulary * (VOCABULARY_ENTRY + NOISE_ENTRY),
        "ids": 4 * tokens,
    }
