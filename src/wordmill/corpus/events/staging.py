"""A table of events brought into DuckDB's own form, and looked at: kinds of cells, missing ones, doubles.

DuckDB holds it in a file of its own, so that it need not fit into memory.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from wordmill.corpus.event_corpus import TimeKind
from wordmill.corpus.events.complaints import has_unequal_ends, our_words
from wordmill.corpus.events.tables import Opened, Wanted, opened_tables
from wordmill.corpus.events.times import as_number, as_time, cure_for
from wordmill.corpus.resources import Resources
from wordmill.errors import CorpusError, counted
from wordmill.extras import import_extra
from wordmill.foreign import quoted

__all__ = ["Duplicates", "KeyKind", "Missing", "Stage"]

log = logging.getLogger(__name__)

Missing = Literal["error", "drop"]
Duplicates = Literal["keep", "drop", "error"]
KeyKind = Literal["str", "int"]

_INTEGERS = frozenset(f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "", "BIG", "HUGE"))
_INTEGERS = _INTEGERS | {"INTEGER", "UINTEGER"}
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")
_WORDS = ("VARCHAR", "ENUM", "UUID")
_TIMES = ("TIMESTAMP", "DATE")
_CANONICAL = "'-?[1-9][0-9]{0,18}|0'"
_BY_ROLE = {"who": "group", "what": "item", "moment": "order"}


@dataclass
class Stage:
    """Events in a database of DuckDB: the table `staged`, and on it the view `events` (row, who, what, moment).

    Attributes
    ----------
    connection
        Of DuckDB.
    who, what : "str" or "int"
        Kinds of the keys.
    times : TimeKind, optional
        What `moment` holds; None where no order was asked for.
    """

    connection: Any
    wanted: Wanted
    time_format: str | None
    who: KeyKind = "str"
    what: KeyKind = "str"
    times: TimeKind | None = None
    _tables: list[tuple[int, Opened]] = field(default_factory=list)  # the number of its first row, and the table
    _types: dict[str, str] = field(default_factory=dict)
    _narrowed: int = 0

    @classmethod
    @contextmanager
    def opened(
        cls, table: Any, wanted: Wanted, time_format: str | None, scratch: Path, resources: Resources
    ) -> Iterator[Stage]:
        """Read a table of events to its end."""
        duckdb = import_extra("duckdb", "tables of events")
        import_extra("pyarrow", "tables of events")
        options = {
            "threads": resources.threads,
            "temp_directory": str(scratch),
            "memory_limit": f"{max(resources.memory_bytes, 1 << 28) >> 20}MiB",
            "autoinstall_known_extensions": "false",  # they would be fetched from the network
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(str(scratch / "events.duckdb"), config=options)
        try:
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            stage = cls(connection, wanted, time_format)
            for opened in opened_tables(table, wanted, connection, scratch):
                with our_words(opened.name):
                    stage._take_mended(opened)
            with our_words("the table of events"):
                stage._settle()
                yield stage
        finally:
            connection.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return list(self.connection.execute(query).fetchall())

    def named(self, row: int) -> str:
        """Name a row for a message."""
        starts = [start for start, _ in self._tables]
        start, table = self._tables[bisect_right(starts, row) - 1]
        return table.row(row - start)

    def _take_mended(self, opened: Opened) -> None:
        """Add a table to what is staged, if need be with ends of lines that are all alike."""
        try:
            self._take(opened)
        except import_extra("duckdb", "tables of events").InvalidInputException as error:
            if opened.mended is None or not has_unequal_ends(error):
                raise
            log.info("%s: some lines end in \\r\\n, others in \\n: they are read alike", opened.name)
            self._take(opened.mended())

    def _take(self, opened: Opened) -> None:
        """Add a table to what is staged."""
        before = self.rows("SELECT count(*) FROM staged")[0][0] if self._tables else 0
        select = f"SELECT row_number() OVER () - 1 + {before} AS row, * FROM ({opened.query})"  # noqa: S608
        types = {name: kind for name, kind, *_ in self.rows(f"DESCRIBE {opened.query}")}
        if self._tables and types != self._types:
            names = " and ".join(_BY_ROLE[role] for role in types if types[role] != self._types[role])
            raise CorpusError(f"{opened.name}: its {names} is of another type than in {self._tables[0][1].name}")
        self.rows(f"{'INSERT INTO staged' if self._tables else 'CREATE TABLE staged AS'} {select}")
        self._tables.append((before, opened))
        self._types = types

    def _settle(self) -> None:
        """Find out what the cells are, and make the view of it."""
        if not self.rows("SELECT 1 FROM staged LIMIT 1"):
            raise CorpusError(f"{self._tables[0][1].name} has no rows: there are no events in it")
        who, self.who = self._key("who")
        what, self.what = self._key("what")
        moment = "row"
        if "moment" in self._types:
            moment, self.times = self._time()
        self.rows(f"CREATE VIEW events AS SELECT row, {who} AS who, {what} AS what, {moment} AS moment FROM staged")  # noqa: S608

    # Keys

    def _key(self, role: str) -> tuple[str, KeyKind]:
        """Return how the cells of a column are read as keys, NULL where they are missing, and what these are."""
        kind = self._types[role]
        if kind == "JSON":
            return self._json_key(role)
        if kind in _INTEGERS:
            self._refuse(
                role, f"{role} NOT BETWEEN -9223372036854775808 AND 9223372036854775807", "keys go up to 2^63 - 1"
            )
            return f"{role}::BIGINT", "int"
        if kind.startswith(_FRACTIONS):
            present = f"CASE WHEN NOT isnan({role}::DOUBLE) THEN {role} END"
            wrong = f"{present} IS NOT NULL AND ({role} != trunc({role}) OR abs({role}) >= 9007199254740992)"
            self._refuse(role, wrong, "keys are whole numbers, or text")
            return f"({present})::BIGINT", "int"
        if not kind.startswith(_WORDS):
            raise CorpusError(f"{_BY_ROLE[role]} is a column of {kind}: keys are integers, or text")
        text = f"nullif({role}::VARCHAR, '')"
        if self._as_typed(role):
            return text, "str"
        whole = f"regexp_full_match({role}, {_CANONICAL}) AND TRY_CAST({role} AS BIGINT) IS NOT NULL"
        if self.rows(f"SELECT bool_and({whole}) FROM staged WHERE {text} IS NOT NULL")[0][0]:  # noqa: S608
            return f"CAST({text} AS BIGINT)", "int"
        return text, "str"

    def _as_typed(self, role: str) -> bool:
        """Whether the table says itself that a column is text: all but CSV do."""
        return "read_csv" not in self._tables[0][1].query or self._types[role] != "VARCHAR"

    def _json_key(self, role: str) -> tuple[str, KeyKind]:
        kinds = self.rows(f"SELECT json_type({role}), min(row) FROM staged GROUP BY 1 ORDER BY 2")  # noqa: S608
        present = {kind: row for kind, row in kinds if kind not in (None, "NULL")}
        whole = present.keys() & {"BIGINT", "UBIGINT"}
        for kind, row in present.items():
            if kind not in ("BIGINT", "UBIGINT", "VARCHAR"):
                raise CorpusError(
                    f"{self.named(row)}: {_BY_ROLE[role]} is of type {kind.lower()}: keys are integers, or text"
                )
        if whole and "VARCHAR" in present:
            integer, text = min(present[kind] for kind in whole), present["VARCHAR"]
            raise CorpusError(
                f"{self.named(max(integer, text))}: {_BY_ROLE[role]} is {'text' if text > integer else 'an integer'}, "
                "unlike in earlier rows: keys are all integers, or all text"
            )
        text = f"nullif({role} ->> '$', '')"
        if not whole:
            return text, "str"
        self._refuse(role, f"{text} IS NOT NULL AND TRY_CAST({text} AS BIGINT) IS NULL", "keys go up to 2^63 - 1")
        return f"CAST({text} AS BIGINT)", "int"

    def _refuse(self, role: str, wrong: str, rule: str) -> None:
        """Raise `CorpusError` for the first cell that is wrong."""
        found = self.rows(f"SELECT row, {role}::VARCHAR FROM staged WHERE {wrong} ORDER BY row LIMIT 1")  # noqa: S608
        for row, text in found:
            raise CorpusError(f"{self.named(row)}: {_BY_ROLE[role]} is {text}, and {rule}")

    # Times

    def _time(self) -> tuple[str, TimeKind]:
        """Return how the cells of the column of times are read, NULL where they are missing, and what they are."""
        kind = self._types["moment"]
        if kind in _INTEGERS:
            return "moment::BIGINT", "numbers"
        if kind.startswith(_FRACTIONS):
            self._refuse("moment", "isinf(moment::DOUBLE)", "times are finite: mend it")
            return "CASE WHEN NOT isnan(moment::DOUBLE) THEN moment::DOUBLE END", "numbers"
        if kind.startswith(_TIMES):
            self._refuse("moment", "NOT isfinite(moment::TIMESTAMPTZ)", "times are finite: mend it")
            return "CASE WHEN isfinite(moment::TIMESTAMPTZ) THEN epoch_us(moment::TIMESTAMPTZ) END", "microseconds"
        if kind != "JSON" and not kind.startswith(_WORDS):
            raise CorpusError(f"order is a column of {kind}: it orders by times or numbers")
        text = "nullif(trim(moment ->> '$'), '')" if kind == "JSON" else "nullif(trim(moment::VARCHAR), '')"
        return self._time_of_text(text)

    def _time_of_text(self, text: str) -> tuple[str, TimeKind]:
        ways: list[tuple[str, TimeKind]] = [(as_time(text, self.time_format), "microseconds")]
        if self.time_format is None:
            numbers: list[tuple[str, TimeKind]] = [(as_number(text, whole=whole), "numbers") for whole in (True, False)]
            ways = [*numbers, *ways]
        counts = ", ".join(f"count({expression})" for expression, _ in ways)
        total, *read = self.rows(f"SELECT count({text}), {counts} FROM staged")[0]  # noqa: S608
        best = max(range(len(ways)), key=lambda way: read[way])
        expression, kind = ways[best]
        if read[best] < total:
            query = f"SELECT row, {text} FROM staged WHERE {text} IS NOT NULL AND {expression} IS NULL"  # noqa: S608
            row, shown = self.rows(f"{query} ORDER BY row LIMIT 1")[0]
            others = total - read[best] - 1
            more = f", nor {'is' if others == 1 else 'are'} {counted(others, 'other')}" if others else ""
            raise CorpusError(
                f"{self.named(row)}: {quoted(shown)} is no time{more}: {cure_for(shown, self.time_format)}"
            )
        return expression, kind

    # What is wrong with rows

    def check_missing(self, missing: Missing) -> None:
        """Raise `CorpusError` at an empty cell, or leave out its row."""
        roles = [role for role in ("who", "what", "moment") if role in self._types]
        counts = ", ".join(f"count(*) - count({role}), min(row) FILTER ({role} IS NULL)" for role in roles)
        found = self.rows(f"SELECT {counts} FROM events")[0]  # noqa: S608
        gaps = [(role, found[2 * i], found[2 * i + 1]) for i, role in enumerate(roles) if found[2 * i]]
        if not gaps:
            return
        if missing == "error":
            role, count, row = min(gaps, key=lambda gap: gap[2])
            more = f", and so it is in {counted(count - 1, 'further row')}" if count > 1 else ""
            raise CorpusError(
                f"{self.named(row)}: its {_BY_ROLE[role]} is missing{more}: fill it in, or leave such rows out with "
                "missing='drop'"
            )
        present = " AND ".join(f"{role} IS NOT NULL" for role in roles)
        self._narrow(f"SELECT * FROM events WHERE {present}")  # noqa: S608
        if not self.rows("SELECT 1 FROM events LIMIT 1"):
            raise CorpusError("each row of the table lacks a cell: with missing='drop' none is left")
        log.info("left out rows whose cells are missing: %s", ", ".join(f"{_BY_ROLE[r]} {n:,}" for r, n, _ in gaps))

    def check_duplicates(self, duplicates: Duplicates) -> None:
        """Warn of events that stand in the table twice, leave the later ones out, or raise `CorpusError`."""
        if self.times is None:
            return
        doubles = (
            "SELECT min(row) AS first, max(row) AS last, count(*) - 1 AS more FROM events GROUP BY who, what, moment"
        )
        first, last, more = self.rows(
            f"SELECT arg_min(first, last), min(last), sum(more) FROM ({doubles}) WHERE more > 0"  # noqa: S608
        )[0]
        if not more:
            return
        told = f"{self.named(last)} is the same event as row {first + self._first_row(last):,}"
        if more > 1:
            further = counted(int(more) - 1, "further row")
            told += f", and {further} {'is a double' if more == 2 else 'are doubles'}"
        if duplicates == "error":
            raise CorpusError(f"{told}: take them out, or pass duplicates='drop' or 'keep'")
        if duplicates == "keep":
            log.warning("%s: they are kept; duplicates='drop' leaves them out", told)
            return
        self._narrow("SELECT min(row) AS row, who, what, moment FROM events GROUP BY who, what, moment")

    def _first_row(self, row: int) -> int:
        starts = [start for start, _ in self._tables]
        start, table = self._tables[bisect_right(starts, row) - 1]
        return table.first_row - start

    def _narrow(self, query: str) -> None:
        """Let `events` be what a query makes of it."""
        self._narrowed += 1
        self.rows(f"CREATE TABLE narrowed{self._narrowed} AS {query}")
        self.rows(f"CREATE OR REPLACE VIEW events AS SELECT row, who, what, moment FROM narrowed{self._narrowed}")  # noqa: S608
