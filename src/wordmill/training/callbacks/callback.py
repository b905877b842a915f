"""What may watch a training run, and stop it."""

from __future__ import annotations

from wordmill.training.run.state import Run

__all__ = ["Callback"]


class Callback:
    """Override what you need. All methods run on the main thread, between calls of the core, when no vector changes.

    An exception from one ends the training; the model keeps the vectors so far.
    """

    def on_train_begin(self, run: Run) -> None:
        """React to the start of training."""

    def on_interval(self, run: Run) -> None:
        """React to another second or so of training."""

    def on_epoch_end(self, run: Run) -> None:
        """React to the end of an epoch, whose entry is ``run.history[-1]``."""

    def on_train_end(self, run: Run) -> None:
        """React to the end of training, complete, stopped, interrupted or failed; the last callback comes first."""
