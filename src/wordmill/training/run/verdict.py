"""What there is to warn of after a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wordmill.training.run.state import Run
from wordmill.vectors.hardly_trained import hardly_trained
from wordmill.vectors.matrix import Floats

__all__ = ["verdict"]


def verdict(run: Run, vectors: Floats, history: Sequence[Mapping[str, Any]]) -> str | None:
    """Say where a run trained nothing, or its vectors (V, D) still are as good as untrained; None where all is well.

    `history` is that of earlier runs too; a run that was stopped early tells nothing.
    """
    if run.history and not any(entry["examples"] for entry in run.history):
        return "nothing was trained: every token was subsampled away or had no context; sample=0 keeps all"
    return None if run.stopped else hardly_trained(vectors, history, run.config)
