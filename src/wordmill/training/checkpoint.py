"""Checkpoints: a run on disk, to go on from where it stood.

A checkpoint is a model directory (so its vectors can be looked at) whose settings and training arrays hold the rest of
the run: history, books of the epoch in training, and what the run must have in common with the one that goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from wordmill.core import instruction_set
from wordmill.errors import FormatError, OutputError, ParameterError, WordmillError
from wordmill.foreign import quoted
from wordmill.paths import checked_path
from wordmill.saving import Claim, Scratch, claim, is_ours, remove, sweep
from wordmill.training.account import Account
from wordmill.training.callbacks import Callback, Run
from wordmill.training.saved import output_vectors
from wordmill.vectors.formats.directory import Model, load_model, save_model
from wordmill.version import VERSION

__all__ = ["BEST", "Checkpoint", "LastGood", "last_good", "newest_run", "remove_checkpoints", "resume"]

logger = logging.getLogger(__name__)

#: Parameters that may differ between a checkpoint and the run that goes on from it.
FREE = frozenset({"workers", "verbose"})

#: What made a checkpoint: where another goes on from it, bits may differ.
PROGRAMS = frozenset({"wordmill", "numpy", "instruction set"})

LAST_GOOD_SECONDS = 60.0

BEST = "best.safetensors"  # of early stopping, kept beside the checkpoints
_SIGNS = ("manifest.json", "wordmill.json")  # one of which a damaged checkpoint still has


class Checkpoint(Callback):
    """Saves the run now and then, and where it ends before its time; `Word2Vec.fit(..., resume=directory)` goes on.

    A checkpoint that cannot be written is logged as an error; training goes on and tries again later.

    Parameters
    ----------
    directory : path
        Where checkpoints are kept; nothing else should be.
    seconds : float, optional
        Save when so much time has passed since the last one.
    epochs : int, optional
        Save after so many epochs.
    keep : int
        How many to keep, the newest ones.
    """

    def __init__(
        self,
        directory: str | PathLike[str],
        *,
        seconds: float | None = 600.0,
        epochs: int | None = None,
        keep: int = 2,
    ) -> None:
        if (seconds is not None and not seconds > 0) or (epochs is not None and epochs < 1) or keep < 1:
            raise ParameterError(f"seconds={seconds}, epochs={epochs} and keep={keep} must be above 0, or None")
        self._directory, self._seconds, self._epochs, self._keep = checked_path(directory), seconds, epochs, keep
        self._saved_at = 0.0  # monotonic clock
        self._saved = -1  # tokens done
        self._earlier: list[Path] = []  # of a run that was not resumed
        self._stuck: set[Path] = set()  # cannot be removed, which was said
        self._claim: Claim | None = None

    @property
    def directory(self) -> Path:
        """Where the checkpoints are."""
        return self._directory

    @property
    def saved(self) -> bool:
        """Whether this run has a checkpoint."""
        return self._saved > 0

    def on_train_begin(self, run: Run) -> None:
        """Start the clock; what killed saves left behind goes."""
        self._claim = claim(self._directory / "training")
        sweep(self._directory)
        self._earlier = [] if run.tokens_done else _checkpoints(self._directory)
        if self._earlier:
            logger.warning("the first checkpoint will replace those of an earlier run in %s", self._directory)
        self._saved_at, self._saved = time.monotonic(), run.tokens_done

    def on_interval(self, run: Run) -> None:
        """Save when it is time."""
        if self._seconds is not None and time.monotonic() - self._saved_at >= self._seconds:
            self._save(run)

    def on_epoch_end(self, run: Run) -> None:
        """Save after some epochs."""
        if self._epochs is not None and len(run.history) % self._epochs == 0:
            self._save(run)

    def on_train_end(self, run: Run) -> None:
        """Save a run that ends before its time."""
        try:
            if run.sound and run.tokens_done not in (self._saved, run.tokens_total):
                self._save(run)
        finally:
            if self._claim is not None:
                self._claim.release()

    def _save(self, run: Run) -> None:
        """Write a checkpoint, then remove those that are not to be kept."""
        self._saved_at = time.monotonic()
        path = self._directory / f"{run.tokens_done:015d}"
        try:
            save_checkpoint(path, run)
        except OutputError as error:
            logger.error("no checkpoint: %s", error)  # noqa: TRY400 (one line, no traceback)
            return
        self._saved = run.tokens_done
        superfluous = {*self._earlier, *_checkpoints(self._directory)[self._keep :]} - {path} - self._stuck
        self._stuck |= {old for old in superfluous if not remove(old)}
        self._earlier = []


class LastGood(Checkpoint):
    """The last good state of a run without checkpoints, in a scratch directory: what a divergence goes back to.

    It is written once a minute, less often where writing takes long: never more than a fiftieth of the time. The
    directory is made by the first save: most runs end before.
    """

    def __init__(self, parent: str | PathLike[str] | None) -> None:
        self._parent = Path(tempfile.gettempdir() if parent is None else parent)
        if not (self._parent.is_dir() and os.access(self._parent, os.W_OK)):
            raise OutputError(
                f"no scratch directory in {self._parent}: nothing can be written there; scratch=False does without"
            )
        super().__init__(self._parent, seconds=LAST_GOOD_SECONDS)
        self._scratch: Scratch | None = None

    def on_train_begin(self, run: Run) -> None:
        """Start the clock."""
        self._saved_at, self._saved = time.monotonic(), run.tokens_done

    def on_train_end(self, run: Run) -> None:
        """Write nothing: whoever is interrupted has the vectors."""

    def _save(self, run: Run) -> None:
        began = time.monotonic()
        if self._scratch is None:
            try:
                self._scratch = Scratch(self._parent)
            except OSError as error:
                logger.error("no scratch directory in %s: %s", self._parent, error.strerror)  # noqa: TRY400 (one line)
                return
            self._directory = self._scratch.path
        super()._save(run)
        self._seconds = max(LAST_GOOD_SECONDS, 50 * (time.monotonic() - began))

    def remove(self) -> None:
        """Remove what was written."""
        if self._scratch is not None:
            self._scratch.remove()


@contextlib.contextmanager
def last_good(callbacks: Sequence[Callback], scratch: bool | str | PathLike[str]) -> Iterator[Checkpoint | None]:
    """Yield the checkpoints that a diverged run goes back to: the caller's, ours in a scratch directory, or none."""
    own = next((callback for callback in callbacks if isinstance(callback, Checkpoint)), None)
    if own is not None or scratch is False:
        yield own
        return
    good = LastGood(None if scratch is True else scratch)
    try:
        yield good
    finally:
        good.remove()


def remove_checkpoints(directory: Path) -> None:
    """Remove all checkpoints and what is kept beside them: with their directory, where nothing else is in it."""
    if not directory.is_dir():
        return
    entries, checkpoints = list(directory.iterdir()), _checkpoints(directory)
    ours = [entry for entry in entries if entry in checkpoints or entry.name == BEST or is_ours(entry)]
    if len(ours) == len(entries) and not (directory.is_symlink() or directory.is_mount()):
        remove(directory)
        return
    for path in [*reversed(checkpoints), directory / BEST]:
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
    training = {"output_vectors": run.output_vectors, **(account.arrays() if account else {})}
    save_model(path, run.as_keyed_vectors(), settings=settings, training=training)


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
            f"{directory}: the checkpoint does not fit together ({quoted(error)}): remove it to start anew"
        ) from error
    return True


def newest_run(directory: Path) -> str | None:
    """Return the name of the run that the newest checkpoint is of; None where none can be read."""
    try:
        saved = _newest(directory)
    except FormatError:
        return None
    return None if saved is None else saved.settings.get("run")


def _checkpoints(directory: Path) -> list[Path]:
    """Return the checkpoints of a directory, newest first; a directory that only has such a name is a user's."""
    found = sorted(directory.glob("[0-9]" * 15), reverse=True)
    return [path for path in found if any((path / name).exists() for name in _SIGNS)]


def _newest(directory: Path) -> Model | None:
    """Load the newest checkpoint that is whole."""
    found = _checkpoints(directory)
    for path in found:
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
    if saved.keyed_vectors.vectors.shape != run.input_vectors.shape:
        raise ValueError(f"vectors {saved.keyed_vectors.vectors.shape}, not {run.input_vectors.shape}")
    run.input_vectors[:], run.output_vectors[:] = saved.keyed_vectors.vectors, output_vectors(saved)
    run.history, run.account = saved.settings["history"], None
    if "blocks_done" in position:
        run.account = Account.from_arrays(training, int(position["blocks_done"]), float(position["epoch_seconds"]))
    run.tokens_done, run.seconds = int(position["tokens_done"]), float(position["seconds"])
    run.name = str(saved.settings["run"])
    in_books = sum(entry["tokens"] for entry in run.history) + (run.account.tokens if run.account else 0)
    if run.tokens_done != in_books:
        raise ValueError(f"{run.tokens_done} tokens are done, {in_books} by the books")


def _params(run: Run) -> dict[str, Any]:
    params = asdict(run.config)
    return params | {"tokenizer": None if callable(params["tokenizer"]) else params["tokenizer"]}


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
    for name, value in ours.items():
        if name not in FREE and theirs.get(name) != value:
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
