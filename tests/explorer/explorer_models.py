"""A small model that has everything: groups of words that lie together, counts, and keys that mean harm."""

from __future__ import annotations

import numpy as np

from wordmill.vectors import KeyedVectors

__all__ = ["HOSTILE", "grouped_vectors"]

HOSTILE = ["</script><script>alert(1)</script>", "\x1b[31m", "a\nb", "\u202eabc", "👩‍🚀", 'é & "quoted" <b>', "\0"]


def grouped_vectors(words: int = 200, groups: int = 4, size: int = 12, seed: int = 1) -> KeyedVectors:
    """Words around a few centres; w0, w4, w8, ... in one group."""
    rng = np.random.default_rng(seed)
    centres = 3 * rng.standard_normal((groups, size))
    rows = centres[np.arange(words) % groups] + rng.standard_normal((words, size))
    keys = [*HOSTILE, *(f"w{row}" for row in range(len(HOSTILE), words))]
    return KeyedVectors(keys, rows.astype(np.float32), counts=np.arange(words, 0, -1) * 10)
