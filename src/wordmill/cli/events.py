"""The options of commands that read tables of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.usage import CommandLineError
from wordmill.foreign import quoted

if TYPE_CHECKING:
    from wordmill.corpus import EventCorpus

__all__ = ["COLUMNS", "EventsOption", "GapOption", "MissingOption", "TableOptions", "TimeFormatOption"]

COLUMNS = "GROUP,ITEM[,ORDER]"
EventsOption = Annotated[
    str | None,
    typer.Option(
        "--events",
        help="The corpus is a table of events (CSV, JSON lines, Parquet, Arrow): its columns of who, what and when, by "
        "name or, without a heading, by number: user,item,time.",
        rich_help_panel="Corpus",
        metavar=COLUMNS,
    ),
]
GapOption = Annotated[
    str | None,
    typer.Option(
        help="A longer pause between events of a group ends a sequence: 30m, 2h, 1d; or a number, in the unit of the "
        "column.",
        rich_help_panel="Corpus",
    ),
]
TimeFormatOption = Annotated[
    str | None,
    typer.Option(help="How the times of events are written: '%d.%m.%Y %H:%M'.", rich_help_panel="Corpus"),
]
MissingOption = Annotated[
    Literal["error", "drop"],
    typer.Option(help="Events of which a cell is missing: stop, or leave them out.", rich_help_panel="Corpus"),
]


@dataclass(frozen=True)
class TableOptions:
    """How a table of events is read."""

    columns: str
    session_gap: str | None
    time_format: str | None
    missing: Literal["error", "drop"]
    flag: str = "--events"

    @classmethod
    def of(
        cls,
        columns: str | None,
        session_gap: str | None,
        time_format: str | None,
        missing: Literal["error", "drop"],
        flag: str = "--events",
    ) -> TableOptions | None:
        """Take the options together; None where the corpus is no table. `flag` names the option of the columns."""
        if columns is not None:
            return cls(columns, session_gap, time_format, missing, flag)
        for name, value in (("--session-gap", session_gap), ("--time-format", time_format)):
            if value is not None:
                raise CommandLineError(f"{name} is for tables of events: name their columns, {flag} user,item,time")
        return None

    def check_settings(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cut text: items are taken whole."""
        for name, default in (("delimiter", None), ("tokenizer", "whitespace"), ("lowercase", False)):
            if settings[name] != default:
                raise CommandLineError(f"--events takes items as they are: leave out --{name}")

    def read(self, source: str | Path | list[Path]) -> EventCorpus:
        """Read the table."""
        from wordmill.corpus import read_events

        group, item, *rest = self._columns()
        return read_events(
            source,
            group,
            item,
            rest[0] if rest else None,
            session_gap=_number(self.session_gap),
            time_format=self.time_format,
            missing=self.missing,
        )

    def _columns(self) -> list[str | int]:
        names = [name.strip() for name in self.columns.split(",")]
        if not 2 <= len(names) <= 3 or not all(names):
            raise CommandLineError(
                f"{self.flag} {quoted(self.columns)} is not allowed: write the columns of who, what and when, as in "
                "user,item,time, or without an order user,item",
                code=1,
            )
        return [int(name) for name in names] if all(map(str.isdecimal, names)) else [*names]


def _number(text: str | None) -> str | float | None:
    """Read a gap that is a number alone as one."""
    if text is not None and text.isdecimal():
        return int(text)
    try:
        return None if text is None else float(text)
    except ValueError:
        return text
