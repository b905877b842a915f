"""Checkpoints of a command: how often, where they are, and when they are superfluous."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wordmill.errors import OutputError, ParameterError
from wordmill.foreign import quoted

if TYPE_CHECKING:
    from wordmill.training import Callback, Checkpoint, Word2Vec
    from wordmill.training.run.corpora import TrainingCorpus

__all__ = ["beside_model", "timing", "train_and_tidy"]


def timing(text: str) -> tuple[float | None, int | None]:
    """Turn 90s, 10m, 2h, 1epoch or never into seconds or epochs."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)|(\d+) ?epochs?|never", text)
    if found is None or "0" in (found[1], found[3]):
        raise ParameterError(f"checkpoint_every={quoted(text)} is not allowed: write 90s, 10m, 2h, 1epoch or never")
    seconds = float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]] if found[1] else None
    return seconds, int(found[3]) if found[3] else None


def beside_model(output: Path) -> Path:
    """Return where the checkpoints of a model are."""
    return output.resolve().with_name(output.resolve().name + ".checkpoints")


def train_and_tidy(
    corpus: TrainingCorpus,
    settings: dict[str, Any],
    output: Path,
    checkpoints: Sequence[Checkpoint],
    callbacks: Sequence[Callback],
    **options: Any,
) -> Word2Vec:
    """Train and save; then the checkpoints are superfluous, the first kind of them."""
    from wordmill.cli.training import train_and_save
    from wordmill.training.run.checkpoints import remove_checkpoints

    try:
        model = train_and_save(corpus, settings, output, callbacks=[*callbacks, *checkpoints], **options)
    except OutputError as error:
        going_on = "; the same command with --resume goes on" if checkpoints[0].saved else ""
        raise OutputError(f"{error}{going_on}") from error
    remove_checkpoints(checkpoints[0].directory)
    return model
