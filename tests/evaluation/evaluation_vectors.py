"""The smallest object that evaluation takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class WordVectors:
    """Keys and vectors, the most frequent first."""

    def __init__(self, keys: Sequence[Any], vectors: ArrayLike) -> None:
        self.index_to_key = list(keys)
        self.key_to_index = {key: row for row, key in enumerate(keys)}
        self.vectors: NDArray[Any] = np.asarray(vectors, dtype=np.float32)
