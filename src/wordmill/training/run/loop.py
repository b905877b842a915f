"""The one training loop, whichever backend: epochs, batches of blocks, accounts, callbacks, divergence."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np

from wordmill.config import TrainConfig
from wordmill.errors import ClusterError, DivergenceError, FormatError
from wordmill.foreign import quoted
from wordmill.training.backends import Backend, Blocks, Sums
from wordmill.training.callbacks.callback import Callback
from wordmill.training.run.account import Account
from wordmill.training.run.schedule import Schedule
from wordmill.training.run.state import Run

__all__ = ["Trainer"]

logger = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds of work per call of the backend: how long progress, callbacks and Ctrl-C may have to wait
EXPLODED = 5.0  # times the loss of untrained vectors


class Trainer:
    """Trains the matrices of a `Run` with a backend, by a schedule.

    Parameters
    ----------
    backend : Backend
        Updates the matrices in place.
    schedule : Schedule
        Blocks, order and rates.
    run : Run
        The run's state; kept up to date. Training goes on from where it stands.
    callbacks : sequence of Callback
        Told what happens.
    untrained_loss : float
        The loss of an example under output vectors of zeros: far above it, training has diverged.
    validate : callable, optional
        Returns the held-out loss; asked at the end of each epoch.
    interval : float, optional
        Seconds of work to hand over at a time, `INTERVAL` where it is left out; it changes no result.
    rounds : int, optional
        Into how many calls each epoch is cut where they do change the result: a call is a round in which replicas train
        apart.
    """

    def __init__(
        self,
        backend: Backend,
        schedule: Schedule,
        run: Run,
        callbacks: Sequence[Callback] = (),
        *,
        untrained_loss: float,
        validate: Callable[[], float] | None = None,
        interval: float | None = None,
        rounds: int | None = None,
    ) -> None:
        self._backend = backend
        self._schedule = schedule
        self._run = run
        self._callbacks = callbacks
        self._untrained_loss = untrained_loss
        self._validate = validate
        self._interval = INTERVAL if interval is None else interval
        self._rounds = rounds
        self._batch = run.config.threads  # blocks a call: about `interval` seconds of work once it is measured

    def train(self) -> None:
        """Train until the last epoch is done or a callback stops the run.

        Raises
        ------
        DivergenceError
            The loss is not finite, or far above that of untrained vectors.
        """
        run = self._run
        run.alpha = self._schedule.alpha_after(run.tokens_done)
        with ExitStack() as at_end:
            for callback in self._callbacks:
                callback.on_train_begin(run)
                at_end.callback(callback.on_train_end, run)  # also where another one raises
            while len(run.history) < self._schedule.epochs and not run.stopped:
                self._train_epoch()

    def _train_epoch(self) -> None:
        run, epoch = self._run, len(self._run.history)
        blocks = self._schedule.blocks(epoch)
        order = self._schedule.order(epoch)
        run.account = run.account or Account(order)
        if not run.account.is_of(order):
            raise FormatError("the checkpoint holds the books of other blocks than this run's: remove it to start anew")
        while not run.account.complete and not run.stopped:
            run.sound = False
            part = _slice(blocks, self._next_call(run.account.blocks_done, len(order)))
            sums, seconds, interrupt = self._call(run.epochs_before + epoch, part)
            run.account.add(sums, seconds)
            self._end_interval(run.account, sums, seconds)
            if interrupt is not None:
                raise interrupt
        if run.account.complete:
            self._end_epoch()

    def _next_call(self, done: int, blocks: int) -> slice:
        """Return which blocks of an epoch go next: about a second of work, or what is left of a round."""
        if self._rounds is None:
            return slice(done, done + self._batch)
        ends = np.arange(1, self._rounds + 1) * blocks // self._rounds
        return slice(done, int(ends[ends > done][0]))

    def _call(self, epoch: int, blocks: Blocks) -> tuple[Sums, float, KeyboardInterrupt | None]:
        """Train some blocks; return what they summed up to, the seconds it took, and Ctrl-C where it came."""
        began = time.perf_counter()
        try:
            sums, interrupt = _to_its_end(lambda: self._backend.train(epoch, blocks))
        except ClusterError:
            self._run.fetch = None  # what is here is all that is left
            raise
        seconds = time.perf_counter() - began
        self._run.stale = self._run.fetch is not None
        _check_accounts(blocks, sums)
        wanted = len(blocks.begins) * self._interval / max(seconds, 1e-9)
        self._batch = max(1, int(min(wanted, 8 * len(blocks.begins))))
        return sums, seconds, interrupt

    def _end_interval(self, account: Account, sums: Sums, seconds: float) -> None:
        run = self._run
        examples = int(sums.examples.sum())
        run.tokens_done += int(sums.tokens.sum())
        run.seconds += seconds
        run.tokens_per_second = account.tokens_per_second
        run.alpha = self._schedule.alpha_after(run.tokens_done)
        run.loss = float(sums.loss.sum()) / examples if examples else math.nan
        if examples:
            self._check_divergence()
        run.sound = True
        for callback in self._callbacks:
            callback.on_interval(run)

    def _end_epoch(self) -> None:
        run = self._run
        entry = run.entries()[-1]
        if self._validate is not None:
            run.bring_up_to_date()
            entry["validation_loss"] = self._validate()
        run.history.append(entry)
        run.account = None
        logger.info("epoch %d of %d: %s", entry["epoch"], self._schedule.epochs, entry)
        for callback in self._callbacks:
            callback.on_epoch_end(run)

    def _check_divergence(self) -> None:
        run, untrained = self._run, self._untrained_loss
        if run.loss <= EXPLODED * untrained:  # False for NaN
            return
        raise DivergenceError(
            f"training diverged in epoch {run.epoch}: the loss per example is {run.loss:.4g}, for untrained vectors "
            f"it is {untrained:.3g}; the learning rate alpha={self._schedule.alpha:g} is too high"
            f"{_for_wide_windows(run.config)}, try alpha={_gentler(run.config):g}"
        )


def _to_its_end(call: Callable[[], Sums]) -> tuple[Sums, KeyboardInterrupt | None]:
    """Call in a thread of its own: Ctrl-C, which Python raises in the main thread, does not lose what it returns."""
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(call)
        try:
            return result.result(), None
        except KeyboardInterrupt as interrupt:
            return result.result(), interrupt


def _slice(blocks: Blocks, part: slice) -> Blocks:
    return Blocks(
        begins=blocks.begins[part],
        ends=blocks.ends[part],
        alphas=blocks.alphas[part],
        alpha_step=blocks.alpha_step,
    )


def _check_accounts(blocks: Blocks, sums: Sums) -> None:
    """Every token is accounted for: subsampled away, trained as a centre, or without a context."""
    if not np.array_equal(sums.tokens, blocks.ends - blocks.begins):
        raise AssertionError(f"the backend lost count of its tokens: {sums} of {blocks}")


def _gentler(config: TrainConfig) -> float:
    """Return a rate to try after one that diverged: the default, or a quarter of a rate that is below it already."""
    return config.default_alpha if config.start_alpha > config.default_alpha else config.start_alpha / 4


def _for_wide_windows(config: TrainConfig) -> str:
    """Name the other cause: a skip-gram step sums over its window, so that wide ones need a lower rate."""
    wide = config.window == "sequence" or config.window > 20
    return f" for window={quoted(config.window)}" if wide and config.architecture == "skipgram" else ""
