"""Runs on disk, and going on from them.

A checkpoint is a model directory (so its vectors can be looked at) whose settings and training arrays hold the rest of
the run: history, books of the epoch in training, and what the run must have in common with the one that goes on.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from wordmill.config import TrainConfig
from wordmill.core import instruction_set
from wordmill.errors import FormatError, Misfit, ParameterError, WordmillError, misfit
from wordmill.foreign import quoted
from wordmill.saving import is_ours, remove, sweep
from wordmill.training.run.account import Account
from wordmill.training.run.saved import input_rows, output_vectors, own_rows
from wordmill.training.run.state import Run
from wordmill.vectors.formats.directory import Model, load_model, save_model
from wordmill.version import VERSION

__all__ = ["BEST", "checkpoints", "newest_run", "remove_checkpoints", "resume", "save_checkpoint"]

logger = logging.getLogger(__name__)

#: Parameters that may differ between a checkpoint and the run that goes on from it.
FREE = frozenset({"workers", "verbose", "threads_per_worker", "address"})

#: What made a checkpoint: where another goes on from it, bits may differ.
PROGRAMS = frozenset({"wordmill", "numpy", "instruction set"})

BEST = "best.safetensors"  # of early stopping, kept beside the checkpoints
_SIGNS = ("manifest.json", "wordmill.json")  # one of which a damaged checkpoint still has


def remove_checkpoints(directory: Path) -> None:
    """Remove all checkpoints and what is kept beside them: with their directory, where nothing else is in it."""
    if not directory.is_dir():
        if not os.path.lexists(directory):
            remove(directory)  # what a removal before this one left over
        return
    entries, saved = list(directory.iterdir()), checkpoints(directory)
    ours = [entry for entry in entries if entry in saved or entry.name == BEST or is_ours(entry)]
    if len(ours) == len(entries) and not (directory.is_symlink() or directory.is_mount()):
        remove(directory)
        return
    for path in [*reversed(saved), directory / BEST]:
        remove(path)
    sweep(directory)


def save_checkpoint(path: Path, run: Run) -> None:
    """Write one checkpoint, whole or not at all."""
    account = run.account
    position = {"tokens_done": run.tokens_done, "seconds": run.seconds}
    if account is not None:
        position |= {"blocks_done": account.blocks_done, "epoch_seconds": account.seconds}
    settings = {
        "params": _params(run),
        "history": run.history,
        "corpus": run.fingerprint,
        "position": position,
        "run": run.name,
        "origin": _origin(run),
    }
    training = {"output_vectors": run.output_vectors, **run.own_rows(), **(account.arrays() if account else {})}
    vectors, documents = run.as_keyed_vectors(), run.document_vectors()
    save_model(path, vectors, settings=settings, training=training, documents=documents)


def resume(run: Run, directory: str | PathLike[str]) -> bool:
    """Put a run where its newest whole checkpoint stands; False where there is none.

    Raises
    ------
    ParameterError
        The checkpoint is of another corpus or has other settings; the message names the difference.
    """
    saved = _newest(Path(directory))
    if saved is None:
        return False
    try:
        _check_same(run, saved, Path(directory))
        _take(run, saved, Path(directory))
    except WordmillError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(
            f"{directory}: the checkpoint does not fit together, {misfit(error)}: remove it to start anew"
        ) from error
    return True


def newest_run(directory: Path) -> str | None:
    """Return the name of the run that the newest checkpoint is of; None where none can be read."""
    try:
        saved = _newest(directory)
    except FormatError:
        return None
    return None if saved is None else saved.settings.get("run")


def checkpoints(directory: Path) -> list[Path]:
    """Return the checkpoints of a directory, newest first; a directory that only has such a name is a user's."""
    found = sorted(directory.glob("[0-9]" * 15), reverse=True)
    return [path for path in found if any((path / name).exists() for name in _SIGNS)]


def _run_of(checkpoint: Path) -> str | None:
    """Return the name of the run that a checkpoint is of; None where it does not say."""
    try:
        return str(json.loads((checkpoint / "wordmill.json").read_text(encoding="utf-8"))["settings"]["run"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # whoever loads it says what is wrong
        return None


def _newest(directory: Path) -> Model | None:
    """Load the newest checkpoint that is whole."""
    found = checkpoints(directory)
    latest = _run_of(max(found, key=lambda path: path.stat().st_mtime_ns)) if found else None
    for path in sorted(found, key=lambda path: _run_of(path) != latest):  # an earlier run's may still be there
        try:
            return load_model(path)
        except FormatError as error:
            logger.warning("passing over a damaged checkpoint: %s", error)
    if found:
        raise FormatError(f"{directory}: none of {len(found)} checkpoints can be read: remove it to start anew")
    return None


def _take(run: Run, saved: Model, directory: Path) -> None:
    """Take over what a checkpoint holds."""
    position, training = saved.settings["position"], saved.training
    if training is None:
        raise FormatError(f"{directory}: training.safetensors was deleted, and there is no going on without it")
    run.input_vectors[:] = input_rows(saved.table, own_rows(saved), run.rows, saved.documents)
    run.output_vectors[:] = output_vectors(saved, run.output_vectors.shape)
    run.history, run.account = saved.settings["history"], None
    if "blocks_done" in position:
        run.account = Account.from_arrays(training, int(position["blocks_done"]), float(position["epoch_seconds"]))
    run.tokens_done, run.seconds = int(position["tokens_done"]), float(position["seconds"])
    run.name = str(saved.settings["run"])
    in_books = sum(entry["tokens"] for entry in run.history) + (run.account.tokens if run.account else 0)
    if run.tokens_done != in_books:
        raise Misfit(f"{run.tokens_done} tokens are done, {in_books} by the books")


def _params(run: Run) -> dict[str, Any]:
    return {name: [*value] if isinstance(value, tuple) else value for name, value in run.config.as_saved().items()}


def _origin(run: Run) -> dict[str, str]:
    """Return what decides the bits of a run, apart from its settings."""
    return {
        "corpus": run.fingerprint,
        "validation": run.validation,
        "init_from": run.init_from,
        "earlier fit": run.earlier,
        "set of frozen keys": "none" if run.frozen is None else hashlib.sha256(run.frozen.tobytes()).hexdigest(),
        "wordmill": VERSION,
        "numpy": np.__version__,
        "instruction set": instruction_set(),
    }


def _check_same(run: Run, saved: Model, directory: Path) -> None:
    ours, theirs = _params(run), saved.settings["params"]
    defaults = TrainConfig().as_saved()  # of parameters that an earlier version did not have
    for name, value in ours.items():
        if name not in FREE and theirs.get(name, defaults[name]) != value:
            raise ParameterError(
                f"the checkpoints in {directory} were made with {name}={quoted(theirs.get(name))}, this run has "
                f"{name}={quoted(value)}: go on with the same, or remove {directory} to start anew"
            )
    for name, value in _origin(run).items():
        other = saved.settings["origin"][name]
        if other != value and name not in PROGRAMS:
            raise ParameterError(
                f"the checkpoints in {directory} are of another {name} than this run: go on with the same, or remove "
                f"{directory} to start anew"
            )
        if other != value:
            logger.warning("the checkpoint was made by %s %s, now %s: bits may differ", name, other, value)
