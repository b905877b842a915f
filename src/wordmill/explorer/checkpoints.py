"""The checkpoints of a training as the frames of a film."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from wordmill.errors import FormatError
from wordmill.explorer.film import Frame
from wordmill.explorer.opening import Kind, Opened, opened
from wordmill.foreign import printable
from wordmill.paths import checked_path
from wordmill.training.run.checkpoints import checkpoints
from wordmill.vectors.formats.directory import load_model

__all__ = ["frames_of"]


def frames_of(directory: str | PathLike[str], kind: Kind | None = None) -> tuple[list[Frame], Opened]:
    """Read the checkpoints of the newest run in a directory, which they leave as it is.

    Returns
    -------
    list of Frame
        Earliest first.
    Opened
        The last one, as a model.

    Raises
    ------
    FormatError
        There are none, or one is damaged.
    """
    path = checked_path(directory)
    found = checkpoints(path) if path.is_dir() else []
    if not found:
        raise FormatError(
            f"{path} holds no checkpoints: train with Checkpoint(directory, epochs=1, keep=100) among the callbacks"
        )
    newest = opened(found[0], kind=kind)
    run = _settings(found[0])["run"]
    frames = [
        Frame(_title(settings), opened(one, kind=newest.kind).vectors)
        for one in reversed(found)
        if (settings := _settings(one))["run"] == run
    ]
    return frames, newest._replace(name=printable(path.resolve().name), path=path)


def _settings(checkpoint: Path) -> dict[str, Any]:
    settings = load_model(checkpoint, verify=False).settings
    if not {"run", "position", "history"} <= settings.keys():
        raise FormatError(f"{checkpoint} does not say of which run it is: it is a model, and no checkpoint")
    return settings


def _title(settings: dict[str, Any]) -> str:
    """Say how far training had come: in epochs, in the first one in tokens."""
    history, tokens = settings["history"], settings["position"]["tokens_done"]
    if not history:
        return f"{tokens:,} tokens"
    epochs = tokens * len(history) / sum(entry["tokens"] for entry in history)
    return f"epoch {epochs:.0f}" if abs(epochs - round(epochs)) < 0.01 else f"epoch {epochs:.1f}"
