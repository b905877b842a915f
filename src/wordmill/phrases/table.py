"""PhraseTable: the phrases of one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError

__all__ = ["PhraseTable"]


@dataclass(frozen=True, eq=False)
class PhraseTable:
    """Phrases, by falling score. Immutable.

    Attributes
    ----------
    parts : tuple of tuples of str
        The words of each of P phrases, connectors between them included; a word may be a phrase of the pass before.
    scores : (P,) float64
    counts : (P,) int64
        How often the words stand side by side.
    """

    parts: tuple[tuple[str, ...], ...]
    scores: NDArray[np.float64]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check that the parts fit together, and hold views that are read-only."""
        for name, dtype in (("scores", np.float64), ("counts", np.int64)):
            given: NDArray[Any] = np.asarray(getattr(self, name), dtype)
            if given.shape != (len(self.parts),) or not np.isfinite(given).all():
                raise ParameterError(f"{name} of shape {given.shape}: a finite number is needed for each phrase")
            view = given.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if any(len(parts) < 2 for parts in self.parts):
            raise ParameterError("a phrase has two words at least")
        if len(set(self.parts)) < len(self.parts):
            raise ParameterError("a phrase is there twice")

    def __len__(self) -> int:
        return len(self.parts)
