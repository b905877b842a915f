"""Studies: measurements that are stored one by one, and the tables that they make.

A study is a module of `studies/` with a TITLE, what it measures, and its table, side by side; it may have a `plot`, and
name in SHARES_WITH a study whose measurements, where their keys are equal, are its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from rich.console import Console

from machine import describe_machine
from wordmill import datasets
from wordmill.config import available_cores
from wordmill.errors import WordmillError

__all__ = [
    "CONSOLE",
    "BudgetSpentError",
    "Measurement",
    "Record",
    "Results",
    "Setting",
    "Study",
    "find_study",
    "run_studies",
    "study_calls",
    "study_plots",
    "study_tables",
]

CONSOLE = Console(stderr=True, highlight=False)
Record = dict[str, Any]  # JSON-able


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What studies measure on. `smoke`: the smallest sizes that run all the code; no number of it means anything."""

    text: Path  #: lines of 1,000 tokens
    corpus: Record  #: its name and size
    scratch: Path
    large_text: Path | None = None  #: any text of many millions of tokens, for the curve of scale
    small_text: Path | None = None  #: a text of a million words, in its own lines
    sessions: Path | None = None  #: sessions of items, one a line
    other_language: tuple[Path, Path] | None = None  #: a text, in its own lines, and word pairs of its language
    articles: Path | None = None  #: a text of Wikipedia, one paragraph a line, titles on lines of their own
    documents: Path | None = None  #: some hundred documents, one a line
    graph: tuple[Path, Path] | None = None  #: adjacency lists, and labels of the nodes
    threads: int = field(default_factory=available_cores)
    turns: int = 3
    peers: Sequence[str] = ("gensim",)  #: programs whose whole jobs are timed beside wordmill's
    analogies: Path | None = field(default_factory=datasets.questions_words_path)
    pairs: Sequence[Path] = field(default_factory=lambda: [datasets.word_pairs_path()])
    smoke: bool = False


@dataclass(frozen=True)
class Measurement:
    """Something to measure once: `key` names it with all that its result depends on."""

    key: Record
    measure: Callable[[], Record]


class Study(Protocol):
    """A module of `studies/`."""

    TITLE: str

    def measurements(self, setting: Setting) -> Iterator[Measurement]:
        """Yield what there is to measure, in order."""

    def report(self, records: list[Record]) -> list[str]:
        """Lines of Markdown about what was measured: each key with its results."""


class BudgetSpentError(WordmillError):
    """The time is over; what is done is stored."""


class Results:
    """Measurements in a JSON file: each is written as soon as it is done, and not done again."""

    def __init__(self, path: Path, command: str, minutes: float | None = None, note: str = "") -> None:
        self._path = path
        self._deadline = None if minutes is None else time.monotonic() + 60 * minutes
        self._call: Record = {"command": command, "note": note, "date": _now(), "machine": describe_machine()}
        self.report: Record = {"calls": [], "studies": {}}
        if path.exists():
            self._take_over(json.loads(path.read_text(encoding="utf-8")))

    def run(self, name: str, study: Study, setting: Setting) -> None:
        """Measure what is not stored yet; what the study no longer asks for goes, unless it asks for nothing at all."""
        stored: list[Record] = self.report["studies"].setdefault(name, [])
        shared = self.report["studies"].get(getattr(study, "SHARES_WITH", None), [])
        asked = []
        for measurement in study.measurements(setting):
            key = {**measurement.key, "smoke": True} if setting.smoke else measurement.key
            record = next((record for record in [*stored, *shared] if record["key"] == key), None)
            if record is None:
                record = self._measure(name, key, measurement.measure)
                stored.append(record)
                self._write()
            asked.append(record)
        if asked:
            stored[:] = asked
            self._write()

    def _measure(self, name: str, key: Record, measure: Callable[[], Record]) -> Record:
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise BudgetSpentError(f"the time is over in {name}: the same command goes on from here")
        CONSOLE.print(f"{name}: {', '.join(f'{part}={value}' for part, value in key.items())}", soft_wrap=True)
        if self._call not in self.report["calls"]:
            self.report["calls"].append(self._call)
        call, date, start = self.report["calls"].index(self._call), _now(), time.monotonic()
        return {"key": key, "call": call, "date": date, **measure(), "took": round(time.monotonic() - start, 1)}

    def _take_over(self, before: Record) -> None:
        here = self._call["machine"]["processor"]
        if any(call["machine"]["processor"] != here for call in before["calls"]):
            raise WordmillError(f"{self._path} was measured on another machine: name another --output, or remove it")
        self.report = before

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".part")
        beside.write_text(json.dumps(self.report, indent=1), encoding="utf-8")
        beside.replace(self._path)


def run_studies(results: Results, names: Sequence[str], setting: Setting) -> None:
    """Run studies one after the other."""
    for name in names:
        results.run(name, find_study(name), setting)


def find_study(name: str) -> Study:
    """Import a study by its name, with - for _."""
    return cast("Study", import_module(f"studies.{name.replace('-', '_')}"))


def study_tables(report: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return lines of Markdown for each study that has results."""
    return {name: find_study(name).report(records) for name, records in _results(report)}


def study_calls(report: Mapping[str, Any]) -> dict[str, list[Record]]:
    """Return the calls of the program that measured what each study has: dates, machines and, if known, minutes."""
    calls: dict[str, list[Record]] = {}
    for name, records in _results(report):
        for place in sorted({record["call"] for record in records}):
            seconds = [record.get("took") for record in records if record["call"] == place]
            minutes = None if None in seconds else sum(cast("list[float]", seconds)) / 60
            calls.setdefault(name, []).append({**report["calls"][place], "minutes": minutes})
    return calls


def study_plots(report: Mapping[str, Any], directory: Path) -> list[Path]:
    """Draw each study that has results and a picture."""
    drawn = []
    for name, records in _results(report):
        plot = getattr(find_study(name), "plot", None)
        if plot is not None:
            drawn.append(directory / f"{name}.png")
            plot(records, drawn[-1])
    return drawn


def _results(report: Mapping[str, Any]) -> Iterator[tuple[str, list[Record]]]:
    for name, records in report["studies"].items():
        if records:
            yield name, [{**record["key"], **record} for record in records]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
