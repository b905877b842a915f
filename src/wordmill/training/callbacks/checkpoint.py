"""Checkpoints: a run saved now and then, to go on from where it stood."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from wordmill.errors import OutputError, ParameterError
from wordmill.paths import checked_path
from wordmill.saving import Claim, Scratch, claim, remove, sweep
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.checkpoints import checkpoints, save_checkpoint
from wordmill.training.run.state import Run

__all__ = ["Checkpoint", "LastGood", "last_good"]

logger = logging.getLogger(__name__)

LAST_GOOD_SECONDS = 60.0


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
        self._earlier = [] if run.tokens_done else checkpoints(self._directory)
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
        superfluous = {*self._earlier, *checkpoints(self._directory)[self._keep :]} - {path} - self._stuck
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
