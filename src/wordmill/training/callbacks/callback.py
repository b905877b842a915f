"""What may watch a training run, and stop it."""

from __future__ import annotations

from wordmill.training.run.state import Run

__all__ = ["Callback"]


class Callback:
    """Override what you need. All methods run on the main thread, between calls of the core, when no vector changes.

    An exception from one ends the training; the model keeps the vectors so far.
    """

    def on_train_begin(self, run: Run) -> None:
        """Be told that training is about to begin."""

    def on_interval(self, run: Run) -> None:
        """Be told that about a second of training is done."""

    def on_epoch_end(self, run: Run) -> None:
        """Be told that an epoch is complete; its entry is ``run.history[-1]``."""

    def on_train_end(self, run: Run) -> None:
        """Be told that training is over: complete, stopped, interrupted or failed. The last callback is told first."""
