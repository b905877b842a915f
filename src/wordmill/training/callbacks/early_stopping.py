"""Stopping when held-out text no longer gains, and going back to the best epoch."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from wordmill.errors import FormatError, OutputError, ParameterError
from wordmill.safetensors import checksums, read_metadata, read_safetensors, write_safetensors
from wordmill.saving import Scratch, atomic_file, check_directory, remove, sweep
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.checkpoints import BEST
from wordmill.training.run.state import Run

__all__ = ["EarlyStopping"]

NO_VALIDATION = "early stopping needs a validation loss: give validation=0.01 or a corpus"

logger = logging.getLogger(__name__)


class EarlyStopping(Callback):
    """Stops the training once the validation loss has not fallen for some epochs.

    Parameters
    ----------
    patience : int
        Epochs without a better loss that are waited for.
    min_delta : float
        A loss is better where it is lower by more than this.
    restore_best : bool
        Whether the run ends with the vectors of the best epoch. They wait in a file, not in memory; where it cannot be
        written, that is logged as an error, training goes on, and the vectors of the last epoch stay.
    directory : path, optional
        Where that file is kept, so that a run that is resumed finds it; left out: a scratch directory, gone after the
        run.

    Attributes
    ----------
    message : str
        Why the training was stopped; empty where it was not.
    failure : OutputError, optional
        Why the vectors of the best epoch could not be kept, where the run ends without them.
    """

    def __init__(
        self,
        patience: int = 2,
        *,
        min_delta: float = 0.0,
        restore_best: bool = True,
        directory: str | PathLike[str] | None = None,
    ) -> None:
        if patience < 1 or not min_delta >= 0:
            raise ParameterError(f"patience={patience} and min_delta={min_delta}: at least 1 and 0 are needed")
        self._patience, self._min_delta, self._restore_best = patience, min_delta, restore_best
        self._directory = None if directory is None else Path(directory)
        self._scratch: Scratch | None = None
        self.message = ""
        self.failure: OutputError | None = None

    def on_train_begin(self, run: Run) -> None:
        """Make sure that there is a validation loss; judge the epoch that a resumed run goes on from."""
        if not run.validation:
            raise ParameterError(NO_VALIDATION)
        self.message, self.failure = "", None
        if self._directory is not None:
            check_directory(self._directory / "best")
            sweep(self._directory)
        elif self._restore_best:
            self._scratch = Scratch()
        if run.history and run.account is None:
            self.on_epoch_end(run)

    def on_epoch_end(self, run: Run) -> None:
        """Keep the vectors where they are the best, stop where they have not been for too long."""
        best = self._best_epoch(run.history)
        if best == run.epoch and self._restore_best:
            self._keep(run)
        if self.stops(run.history):
            self.message = _message(run, best)
            logger.info("%s", self.message)
            run.stop()

    def on_train_end(self, run: Run) -> None:
        """Go back to the best epoch, unless the run ends before its time: then it is to go on where it stands."""
        if self._restore_best and (self.message or len(run.history) == run.config.epochs):
            self._go_back(run, self._best_epoch(run.history))
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def stops(self, history: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a run with this history is to stop."""
        return len(history) - self._best_epoch(history) >= self._patience

    def remove(self) -> None:
        """Remove the file, where it is not in a scratch directory."""
        if self._directory is not None:
            remove(self._file())
            sweep(self._directory)

    def _keep(self, run: Run) -> None:
        """Write the vectors of this epoch, the best so far."""
        vectors = {"input": run.input_vectors, "output": run.output_vectors}
        try:
            with atomic_file(self._file()) as file:
                mark = _mark(run.history, run.epoch)
                write_safetensors(file, vectors, mark | checksums(vectors, mark))
            self.failure = None
        except OutputError as error:
            self.failure = error
            logger.error("the best epoch so far is not kept: %s", error)  # noqa: TRY400 (one line, no traceback)

    def _go_back(self, run: Run, best: int) -> None:
        if best == run.epoch:
            self.failure = None
            return
        vectors = self._kept(_mark(run.history, best))
        if vectors is None:
            self.failure = self.failure or OutputError(
                f"the vectors of epoch {best}, the best, are lost or damaged, and those of the last epoch stay: give "
                "EarlyStopping a directory with room for them, which a run that is resumed finds again"
            )
            logger.error("%s", self.failure)
            return
        run.input_vectors[:], run.output_vectors[:] = vectors["input"], vectors["output"]
        run.sound = False  # they are not those of the last epoch any more

    def _kept(self, mark: Mapping[str, str]) -> Mapping[str, NDArray[Any]] | None:
        """Return the vectors of the epoch of this mark, None where the file is not there, of another, or damaged."""
        file = self._file()
        if not file.exists():
            return None
        try:
            vectors, metadata = read_safetensors(file), read_metadata(file)
        except (OSError, FormatError) as error:
            logger.warning("%s cannot be read: %s", file, error)
            return None
        return vectors if metadata == {**mark, **checksums(vectors, mark)} else None

    def _best_epoch(self, history: Sequence[Mapping[str, Any]]) -> int:
        """Return the last epoch that was better than all before: from the history, so that a resumed run agrees."""
        best, lowest = 1, float("inf")
        for entry in history:
            if entry["validation_loss"] < lowest - self._min_delta:
                best, lowest = entry["epoch"], entry["validation_loss"]
        return best

    def _file(self) -> Path:
        return (self._scratch.path if self._scratch else self._directory or Path()) / BEST


def _mark(history: Sequence[Mapping[str, Any]], epoch: int) -> dict[str, str]:
    """Return what tells the vectors of this run's epoch from those of another run."""
    return {"epoch": str(epoch), "validation_loss": repr(history[epoch - 1]["validation_loss"])}


def _message(run: Run, best: int) -> str:
    lowest = run.history[best - 1]["validation_loss"]
    message = (
        f"stopped after epoch {run.epoch} of {run.config.epochs}: the validation loss was lowest in epoch {best}, "
        f"{lowest:.4f}"
    )
    if run.alpha > run.config.min_alpha + 0.1 * (run.config.start_alpha - run.config.min_alpha):
        message += f"; alpha was still {run.alpha:.3g}: a run of epochs={best} would let it fall and may do better"
    return message
