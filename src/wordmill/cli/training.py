"""What `train` and `demo` share: read, train, stop on a signal, save."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Self

import typer

from wordmill.cli.console import note
from wordmill.cli.leaving import SIGNALS
from wordmill.cli.signals import Interrupted
from wordmill.config import TrainConfig
from wordmill.errors import OutputError, counted
from wordmill.foreign import quoted
from wordmill.graphs import Walks
from wordmill.training import Callback, Doc2Vec, EarlyStopping, Run, Word2Vec
from wordmill.training.callbacks.progress import Progress
from wordmill.training.run.checkpoints import newest_run
from wordmill.training.run.corpora import TrainingCorpus, positions
from wordmill.training.run.reading import read_training_corpus
from wordmill.vectors.formats.directory import is_model_directory, load_model

__all__ = ["is_trained", "read", "train_and_save"]


class StopOnSignal(Callback):
    """Lets a signal end the training at the next safe point, and cut short nothing that is being written.

    From the start of the training to the end of the `with` block, in which the model is saved, signals are only noted.
    """

    def __init__(self) -> None:
        self.caught: list[int] = []
        self.early = False  # whether the training ended before its time
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def on_train_begin(self, run: Run) -> None:  # noqa: ARG002
        """Take the signals over."""
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as in a script's background job
                self._before[number] = signal.signal(number, self._catch)

    def on_interval(self, run: Run) -> None:
        """Stop where a signal came."""
        if self.caught:
            run.stop()

    def on_train_end(self, run: Run) -> None:
        """See whether there is more to train: then a checkpoint holds it."""
        self.early = run.tokens_done < run.tokens_total

    def leave_where_asked_twice(self) -> None:
        """Raise `Interrupted` after a second signal, where a checkpoint is enough."""
        if self.early and len(self.caught) > 1:
            raise Interrupted(self.caught[-1])

    def _catch(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.caught.append(number)


def read(source: Any, config: TrainConfig, *, quiet: bool) -> TrainingCorpus:
    """Read a corpus by the settings, and say what is in it."""
    corpus = read_training_corpus(source, config)
    if isinstance(corpus, Walks):
        if not quiet:
            note(quoted(corpus))
    elif not quiet:
        note(
            f"{counted(corpus.tokens_read, 'token')} read, {positions(corpus):,} of them in a vocabulary of "
            f"{len(corpus.vocab):,}"
        )
        if corpus.tags is not None and config.documents is not None:
            note(f"{counted(len(corpus), 'document')}, known by {counted(len(corpus.tags), 'tag')}")
    return corpus


def is_trained(
    output: Path, checkpoints: Path, config: TrainConfig, corpus: TrainingCorpus, early: EarlyStopping | None
) -> bool:
    """Whether a model is there, of the same corpus and settings, with all its epochs, or stopped early.

    Checkpoints may still be there too, where the command was killed after it had saved: then of the same run.
    """
    if not is_model_directory(output):
        return False
    settings = load_model(output).settings
    history = settings.get("history")
    if not history or settings["params"] != config.as_saved():
        return False
    ended = len(history) == config.epochs
    if early is not None and all("validation_loss" in entry for entry in history):
        ended = ended or early.stops(history)
    whole = history[-1]["tokens"] == history[0]["tokens"]
    same = settings["corpus"] == corpus.fingerprint() and newest_run(checkpoints) in (None, settings.get("run"))
    return ended and whole and same


def train_and_save(
    corpus: TrainingCorpus,
    settings: dict[str, Any],
    output: Path,
    *,
    quiet: bool,
    callbacks: Sequence[Callback] = (),
    **fit_options: Any,
) -> Word2Vec:
    """Train a model and save it; also where a signal stops the training: then exit with 128 + its number."""
    kind = Word2Vec if settings.get("documents") is None else Doc2Vec
    model = kind(**kind.own_params(settings))
    with StopOnSignal() as stop:
        model.fit(corpus, callbacks=[stop, *callbacks, *([] if quiet else [Progress()])], **fit_options)
        stop.leave_where_asked_twice()
        _save(model, output)
    if stop.caught:
        done = sum(entry["tokens"] for entry in model.history) / positions(corpus)
        note(
            f"interrupted; the vectors so far ({done:.1f} of {counted(model.epochs, 'epoch')}) are saved in {output}; "
            "the same command with --resume goes on"
        )
        raise typer.Exit(128 + stop.caught[0])
    if not quiet:
        several = [counted(len(model.wv), "vector")]
        if isinstance(model, Doc2Vec):
            several.append(f"{counted(len(model.dv), 'document')}")
        note(f"{' and '.join(several)} of {counted(model.wv.vector_size, 'number')} saved in {output}")
    return model


def _save(model: Word2Vec, output: Path) -> None:
    """Save a model; where that fails, in a directory for temporary files, so that the work is not lost."""
    try:
        model.save(output)
    except OutputError as error:
        raise OutputError(f"{error}; {_rescue(model, output.resolve().name)}") from error


def _rescue(model: Word2Vec, name: str) -> str:
    """Save a model among temporary files; return where it is, or why it is not."""
    try:
        place = Path(tempfile.mkdtemp(prefix="wordmill-")) / name
    except OSError as error:
        return f"nor could it be saved elsewhere: {error}"
    try:
        model.save(place)
    except OSError as error:
        place.parent.rmdir()
        return f"nor could it be saved elsewhere: {error}"
    return f"the model is saved in {place}"
