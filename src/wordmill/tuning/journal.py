"""The log of a search: a line of JSON a trial, by which it goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from wordmill.errors import FormatError, OutputError, ParameterError
from wordmill.foreign import quoted

__all__ = ["Journal", "Rung", "State", "Trial"]

State = Literal["whole", "stopped", "failed"]
_FORMAT = "wordmill.tuning"


@dataclass(frozen=True)
class Rung:
    """A training of a trial: by a share of what its settings ask for, and what came of it."""

    share: float
    epochs: int
    sequences: float  # share of them that were trained on
    seconds: float
    score: float


@dataclass(frozen=True)
class Trial:
    """Settings that were tried.

    Attributes
    ----------
    number : int
        From 0, the defaults.
    params : dict
        The settings that were chosen for it.
    rungs : tuple of Rung
        Its trainings, the shortest first; "whole" has all.
    state : "whole", "stopped" or "failed"
        Whether it was trained to the end, was left because others were better, or could not be trained.
    reason : str
        Why it failed.
    """

    number: int
    params: dict[str, Any]
    rungs: tuple[Rung, ...]
    state: State
    reason: str = ""

    @property
    def seconds(self) -> float:
        """All that it took."""
        return sum(rung.seconds for rung in self.rungs)

    @property
    def score(self) -> float | None:
        """Of the longest training; None where there is none."""
        return self.rungs[-1].score if self.rungs else None


class Journal:
    """Trials, and the file that holds them; without a path, in memory alone."""

    def __init__(self, path: Path | None, search: Mapping[str, Any]) -> None:
        self.trials: list[Trial] = []
        self._path, self._search = path, dict(search)
        if path is None:
            return
        if path.exists() and path.stat().st_size:
            self._read(path)
        else:
            self._append(path, {"format": _FORMAT, **self._search})

    def add(self, trial: Trial) -> None:
        """Keep a trial, on disk before the next one begins."""
        self.trials.append(trial)
        if self._path is not None:
            self._append(self._path, asdict(trial))

    def _append(self, path: Path, entry: Mapping[str, Any]) -> None:
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}; choose another log") from error

    def _read(self, path: Path) -> None:
        """Take the trials of an earlier search for the same; a line that was cut short is taken off."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"{path} is no log of a search for settings: choose another file") from error
        whole, _, rest = text.rpartition("\n")
        lines = whole.split("\n") if whole else []
        try:
            head, *trials = map(json.loads, lines)
            said = {name: head[name] for name in ("format", *self._search)}
            self.trials = [Trial(**{**each, "rungs": tuple(Rung(**rung) for rung in each["rungs"])}) for each in trials]
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"{path} is no log of a search for settings: choose another file") from error
        for name, value in ({"format": _FORMAT} | self._search).items():
            if said[name] != json.loads(json.dumps(value)):
                raise ParameterError(
                    f"{path} holds a search with another {name}, {quoted(said[name])}: choose another log, or remove it"
                )
        if rest:
            with path.open("r+", encoding="utf-8") as file:
                file.truncate(len((whole + "\n").encode()))
