"""Event tables: the same sequences from every form of table, as a few lines of plain Python make them."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wordmill import Word2Vec
from wordmill.corpus import EncodedCorpus, EventCorpus, Resources, read_corpus, read_events
from wordmill.errors import CorpusError, MissingDependencyError, ParameterError, VocabularyError

START = datetime(2024, 1, 31, 22, 0)
Row = tuple[Any, Any, int]  # who, what, and the minute


def plainly(rows: list[Row], gap: float | None = None) -> list[tuple[Any, list[Any]]]:
    """Who, and what in order: the definition."""
    found: list[tuple[Any, list[Any]]] = []
    before = None
    for who, what, minute in sorted(rows, key=lambda row: (row[0], row[2])):  # stable: ties stay as they come
        if before is None or before[0] != who or (gap is not None and minute - before[1] > gap):
            found.append((who, []))
        found[-1][1].append(what)
        before = who, minute
    return found


def content(events: EventCorpus) -> list[tuple[Any, list[Any]]]:
    keys, who = list(events.vocab.keys), list(events.who)
    return [(group, [keys[i] for i in ids]) for group, ids in zip(who, events, strict=True)]


def frame(rows: list[Row]) -> pd.DataFrame:
    who, what, minute = zip(*rows, strict=True)
    return pd.DataFrame({"user": who, "item": what, "time": [START + timedelta(minutes=m) for m in minute]})


def csv(path: Path, rows: list[Row], delimiter: str = ",") -> Path:
    frame(rows).to_csv(path, index=False, sep=delimiter)
    return path


def json_lines(path: Path, rows: list[Row]) -> Path:
    records = [{"user": who, "item": what, "time": minute * 60} for who, what, minute in rows]
    path.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    return path


def parquet(path: Path, rows: list[Row]) -> Path:
    frame(rows).to_parquet(path)
    return path


def arrow(path: Path, rows: list[Row]) -> Path:
    pyarrow.feather.write_feather(pa.Table.from_pandas(frame(rows)), path)
    return path


FORMS: dict[str, Callable[[Path, list[Row]], Any]] = {
    "csv": csv,
    "tabs": lambda path, rows: csv(path, rows, "\t"),
    "semicolons": lambda path, rows: csv(path, rows, ";"),
    "gzip": lambda path, rows: packed(path, rows, gzip.compress),
    "bzip2": lambda path, rows: packed(path, rows, bz2.compress),
    "json lines": json_lines,
    "parquet": parquet,
    "arrow": arrow,
    "pandas": lambda path, rows: frame(rows),
    "polars": lambda path, rows: pl.from_pandas(frame(rows)),
    "lazy": lambda path, rows: pl.from_pandas(frame(rows)).lazy(),
    "table": lambda path, rows: pa.Table.from_pandas(frame(rows)),
    "stream": lambda path, rows: pa.Table.from_pandas(frame(rows)).to_reader(),
    "columns": lambda path, rows: {name: column.tolist() for name, column in frame(rows).items()},
    "records": lambda path, rows: frame(rows).to_dict("records"),
}

ROWS: list[Row] = [("b", 7, 5), ("a", 3, 40), ("a", 7, 0), ("b", 3, 5), ("a", 9, 10), ("a", 7, 71), ("c", 7, 0)]


def packed(path: Path, rows: list[Row], compress: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(compress(csv(path, rows).read_bytes()))
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("gap", [None, 30])
def test_every_form_of_table(form: str, gap: int | None, tmp_path: Path) -> None:
    table = FORMS[form](tmp_path / "events", ROWS)
    events = read_events(table, session_gap=None if gap is None else f"{gap}m" if form != "json lines" else gap * 60)
    assert content(events) == plainly(ROWS, gap)
    assert events.vocab.kind == "int"
    assert events.time_kind == ("numbers" if form == "json lines" else "microseconds")
    assert events.times is not None
    assert events.times[0] == (0 if form == "json lines" else START.replace(tzinfo=UTC).timestamp() * 1e6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.text("ab\u00e9,\"'", min_size=1, max_size=2), st.sampled_from("xyz"), st.integers(0, 90)),
        min_size=2,
        max_size=30,
    ).filter(lambda rows: len({what for _, what, _ in rows}) > 1),
    gap=st.sampled_from([None, 1, 20]),
)
def test_any_rows_in_any_order(rows: list[Row], gap: int | None, tmp_path: Path) -> None:
    session_gap = None if gap is None else timedelta(minutes=gap)
    events = read_events(csv(tmp_path / "e.csv", rows), session_gap=session_gap)
    assert content(events) == plainly(rows, gap)
    assert events.vocab == read_corpus([what for _, what in plainly(rows)], min_count=1).vocab


def test_several_files_are_one_table(tmp_path: Path) -> None:
    csv(tmp_path / "1.csv", ROWS[:3])
    csv(tmp_path / "2.csv", ROWS[3:])
    assert content(read_events(tmp_path / "*.csv")) == plainly(ROWS)


def test_little_memory_is_enough(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = {"user": rng.integers(0, 5000, 200_000), "item": rng.integers(0, 99, 200_000), "time": np.arange(200_000)}
    spilled = read_events(table, resources=Resources(memory_bytes=0, spill_directory=tmp_path), session_gap=900)
    held = read_events(table, session_gap=900)
    assert np.array_equal(spilled.ids, held.ids)
    assert np.array_equal(spilled.offsets, held.offsets)
    assert not list(tmp_path.iterdir())


def test_keys_are_of_the_items_own_type(tmp_path: Path) -> None:
    def kind(items: list[Any]) -> str:
        table = pd.DataFrame({"user": "u", "item": items, "time": range(len(items))})
        table.to_csv(tmp_path / "e.csv", index=False)
        told = read_events(table).vocab.kind, read_events(tmp_path / "e.csv").vocab.kind
        return "/".join(told)

    assert kind([1, 2, -3]) == "int/int"
    assert kind(["7", "8"]) == "str/int"  # of CSV nobody says
    assert kind(["07", "8"]) == "str/str"  # 07 is not 7
    assert kind(["7", "x"]) == "str/str"
    assert read_events({"user": [1, 1], "item": [2.0, 5.0], "time": [0, 1]}).vocab.kind == "int"
    assert (
        read_events(pd.DataFrame({"user": 1, "item": pd.Categorical(["x", "y"]), "time": [0, 1]})).vocab.kind == "str"
    )


def test_a_file_without_a_heading(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("196\t242\t3\t20\n196\t302\t3\t10\n", encoding="utf-8")
    assert content(read_events(tmp_path / "u.data", 1, 2, 4)) == [(196, [302, 242])]


def test_without_an_order_rows_stay(tmp_path: Path) -> None:
    events = read_events({"basket": [2, 1, 2], "item": ["x", "y", "z"]}, "basket", order=None)
    assert content(events) == [(1, ["y"]), (2, ["x", "z"])]
    assert events.times is None
    with pytest.raises(CorpusError, match="no times: read them with order="):
        events.hold_out("time")


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (["2024-01-31T22:00:00Z", "2024-02-01T00:30:00+02:00"], 30),
        (["2024-01-31 22:00", "2024-01-31 22:00:00.5"], 1 / 120),
        (["2024-01-31", "2024-02-01"], 24 * 60),
        ([1_706_738_400, 1_706_740_200], 30),
        (["1706738400000", "1706740200000"], 30),
        ([1_706_738_400.5, 1_706_740_200.5], 30),
    ],
)
def test_times_however_they_are_written(times: list[Any], minutes: float, tmp_path: Path) -> None:
    table = {"user": [1, 1], "item": [1, 2], "time": times}
    pd.DataFrame(table).to_csv(tmp_path / "e.csv", index=False)
    for source in (table, tmp_path / "e.csv"):
        assert len(read_events(source, session_gap=timedelta(minutes=minutes))) == 1
        assert len(read_events(source, session_gap=timedelta(minutes=minutes - 1 / 240))) == 2


def test_a_format_of_ones_own() -> None:
    table = {"user": [1, 1], "item": [1, 2], "time": ["02.01.2024 10:00", "01.02.2024 10:00"]}
    events = read_events(table, time_format="%d.%m.%Y %H:%M")
    assert content(events) == [(1, [1, 2])]


GOOD = {"user": ["a", "a"], "item": ["x", "y"], "time": ["2024-01-31", "2024-02-01"]}
BAD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no such column": (
        {},
        {"group": "usr"},
        r"^{name} has no column 'usr': did you mean 'user'\? it has user, item, time$",
    ),
    "no column like it": ({}, {"item": "qqqq"}, r"has no column 'qqqq': it has user, item, time$"),
    "a time": ({"time": ["2024-01-31", "yesterday"]}, {}, r"^{row1}: 'yesterday' is no time: write it as 2024-01-31"),
    "a special word": ({"time": ["2024-01-31", "infinity"]}, {}, r"^{row1}: 'infinity' is no time"),
    "day or month": ({"time": ["2024-01-31", "02/01/2024"]}, {}, r"time_format='%d/%m/%Y' or '%m/%d/%Y'"),
    "another format": (
        {},
        {"time_format": "%d.%m.%Y"},
        r"^{row0}: '2024-01-31' is no time, nor is 1 other: it is not",
    ),
    "no item": ({"item": ["x", None]}, {}, r"^{row1}: its item is missing: fill it in, or .* missing='drop'$"),
    "no time": ({"time": [None, "2024-01-31"]}, {}, r"^{row0}: its order is missing"),
    "an empty user": ({"user": ["", ""]}, {}, r"^{row0}: its group is missing, and so it is in 1 further row:"),
    "the same event": (
        {"item": ["x", "x"], "time": ["2024-01-31"] * 2},
        {"duplicates": "error"},
        r"^{row1} is the same event as row \d: take them out",
    ),
    "a gap without a unit": ({}, {"session_gap": 30}, r"has no unit, and the times are dates: write '30m'"),
    "small numbers": ({"time": [1, 2]}, {"session_gap": "30m"}, r"numbers up to 2, too small for Unix times"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named_with_row_and_cure(case: str, tmp_path: Path) -> None:
    cells, arguments, message = BAD[case]
    table, path = pd.DataFrame(GOOD | cells), tmp_path / "e.csv"
    table.to_csv(path, index=False)
    frame_rows = {"name": "the DataFrame", **{f"row{i}": rf"the DataFrame, row {i} \(the first is 0\)" for i in (0, 1)}}
    first = r"\(the first below the heading is 1\)"
    file_rows = {"name": str(path), **{f"row{i}": rf"{path}, row {i + 1} {first}" for i in (0, 1)}}
    for source, rows in ((table, frame_rows), (path, file_rows)):
        expected = message
        for name, text in rows.items():
            expected = expected.replace(f"{{{name}}}", text)
        with pytest.raises((CorpusError, ParameterError), match=expected):
            read_events(source, **arguments)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user,item,time\na,x,1\na,x\n", r"line 3: it has 2 cells where others have 3: mend the line$"),
        ("user,item,time\na,x,1\na,x,1,1\n", r"line 3: it has 4 cells where others have 3"),
        ('user,item,time\na,"x,1\nb,y,2\n', r"line 2: a quote is opened and never closed"),
        ("user,item,time\n", r"has no rows"),
        ("", r"holds no|is empty"),
        ("user,user,item,time\na,b,x,1\n", r"has 2 columns called 'user': rename all but one"),
        ('{"user": 1, "item": 2, "time": 3}\n{"user":\n', r"near line \d: it is no JSON"),
        ('{"user": 1, "item": 2, "time": 3}\n{"user": 1, "item": "x", "time": 3}\n', r"row 2 .*item is text, unlike"),
        ('{"user": 1, "item": [2], "time": 3}\n', r"row 1 .*item is of type array: keys are integers, or text"),
        ('{"user": 1, "item": 1.5, "time": 3}\n', r"row 1 .*item is of type double"),
        ('{"usr": 1, "item": 1, "time": 3}\n', r"did you mean 'usr'"),
        ('{"user": 1, "item": 1, "item": 2, "time": 3}\n', r"line 1: its object has item twice: mend the line$"),
        (
            '{"user": 1, "item": "x", "time": 1}\n{"user": 1, "item": "\\ud800", "time": 3}\n',
            r"near line \d: it is no JSON \(no low",
        ),
        ("user,item,time\ra,x,1\ra,y,2\r", r"lines of the table end in"),
        pytest.param(f"user,item,time,{'x' * 200_000}\n", r"is no line of names or cells", id="long heading"),
        pytest.param(f"user,item,time\na,{'x' * 3_000_000},1\n", r"line 2: it has more than 2000000 b", id="long line"),
        ("user,item,time\na,x,1e400\na,y,1\n", r"row 1 .*: '1e400' is no time"),
    ],
)
def test_damaged_files(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "e").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=message) as caught:
        read_events(tmp_path / "e")
    assert "\n" not in str(caught.value)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"user,item,time\na,\xe9,1\n")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and so on")
    for name, message in (
        ("latin", r"not UTF-8: convert the file \(.*\)$"),
        ("cut.parquet", "damaged Parquet"),
        ("a.pdf", "is a PDF"),
    ):
        with pytest.raises(CorpusError, match=message):
            read_events(tmp_path / name)
    with pytest.raises(CorpusError, match="is no table of events"):
        read_events([["a", "b"]])
    with pytest.raises(CorpusError, match="open file"):
        read_events(io.StringIO("user,item,time\n"))


@pytest.mark.parametrize(
    "text",
    [
        "\n \r\n\nuser,item,time\n1,b,2\n1,a,1\n",
        "\ufeff\nuser,item,time\n1,b,2\n\n1,a,1\n\n",
        "user,item,time\r\n1,b,2\n1,a,1\r\n",
        "time,user,item\n2,1,b\r\n1,1,a\n",
        "\n1,b,2\r\n1,a,1\n",
        '{"user": 1, "item": "b"' + ', "time": 2}\n{"user": 1, "item": "a", "time": 1}\n',
    ],
    ids=["blank lines", "a mark and blank lines", "mixed ends", "mixed in items", "no heading", "JSON"],
)
def test_blank_lines_and_ends_of_lines_change_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(text.encode())
    columns: tuple[Any, ...] = ("user", "item", "time") if "user" in text else (1, 2, 3)
    assert content(read_events(tmp_path / "e", *columns)) == [(1, ["a", "b"])]


def test_mixed_ends_are_found_wherever_they_are(tmp_path: Path) -> None:
    rows = [f"{row},x{row},{row}" for row in range(100_000)]  # several blocks
    (tmp_path / "e").write_bytes(("user,item,time\n" + "\n".join(rows) + "\r\n0,last,1\r\n").encode())
    assert "last" in read_events(tmp_path / "e").vocab
    (tmp_path / "e").write_bytes(b'user,item,time\r\n1,"a,1\n')
    with pytest.raises(CorpusError, match="a quote is opened and never closed"):
        read_events(tmp_path / "e")


def test_a_column_of_json_may_come_late(tmp_path: Path) -> None:
    (tmp_path / "e").write_text('{"user": 1, "item": 2}\n' * 25_000 + '{"user": 1, "item": 3, "time": 1}\n')
    assert content(read_events(tmp_path / "e", missing="drop")) == [(1, [3])]
    with pytest.raises(CorpusError, match=r"row 1 .*: its order is missing, and so it is in 24,999 further rows"):
        read_events(tmp_path / "e")
    with pytest.raises(CorpusError, match="no column 'tim': did you mean 'time'"):
        read_events(tmp_path / "e", order="tim")


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, dict])
@pytest.mark.parametrize("time", [math.inf, -math.inf])
def test_times_are_finite(make: Any, time: float) -> None:
    with pytest.raises(CorpusError, match=r"row 1 .*: order is -?inf, and times are finite"):
        read_events(make({"user": [1, 1], "item": ["a", "b"], "time": [1.0, time]}))


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([1.5, 2.0], r"row 0 .*: item is 1.5, and keys are whole numbers, or text"),
        (np.array([1, 2**63], np.uint64), r"row 1 .*: item is 9223372036854775808, and keys go up to 2\^63"),
        ([True, False], "item is a column of BOOLEAN: keys are integers, or text"),
        (pd.Series([1, "x"], dtype=object), "column 'item' holds values of several kinds"),
    ],
)
def test_items_that_are_no_keys(items: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_events(pd.DataFrame({"user": [1, 1], "item": items, "time": [1, 2]}))


@pytest.mark.parametrize(
    "table",
    [
        {"user": [1, 1], "item": ["x"], "time": [1, 2]},
        {"user": [1, 1], "item": ["x", 3], "time": [1, 2]},
        {"user": [1, 1], "item": ["x", "\ud800"], "time": [1, 2]},
        {"user": [1, 2**70], "item": ["x", "y"], "time": [1, 2]},
        [{"user": 1, "item": "x", "time": 2}, {"user": 1, "item": 3, "time": 1}],
    ],
)
def test_columns_and_records_that_are_no_table(table: Any) -> None:
    with pytest.raises(CorpusError, match=r"is no table .*: each column needs as many cells, all of one type"):
        read_events(table)


def test_a_type_that_duckdb_does_not_know() -> None:
    table = pl.DataFrame({"user": [1], "item": [2], "time": [3]}, schema_overrides={"item": pl.Int128})
    with pytest.raises(CorpusError, match="the DataFrame cannot be read"):
        read_events(table)


def test_what_is_missing_or_double_can_be_left_out(caplog: pytest.LogCaptureFixture) -> None:
    table = {"user": [1, 1, None, 1, 1], "item": ["x", "x", "y", "z", None], "time": [1, 1, 2, 0, 4]}
    kept = read_events(table, missing="drop")
    assert content(kept) == [(1, ["z", "x", "x"])]
    assert "row 1 (the first is 0) is the same event as row 0: they are kept" in caplog.text
    assert content(read_events(table, missing="drop", duplicates="drop")) == [(1, ["z", "x"])]
    with pytest.raises(CorpusError, match="none is left"):
        read_events({"user": [1, None], "item": [None, "x"], "time": [2, 2]}, missing="drop")


@pytest.mark.parametrize(
    "arguments",
    [
        {"session_gap": "30"},
        {"session_gap": -1},
        {"session_gap": "\u0663m"},
        {"session_gap": True},
        {"session_gap": timedelta(0)},
        {"session_gap": "30m", "order": None},
        {"missing": "ignore"},
        {"duplicates": "warn"},
        {"group": 1},
        {"group": ""},
        {"group": "item"},
    ],
)
def test_arguments_that_cannot_be(arguments: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        read_events(GOOD, **arguments)
    with pytest.raises(ParameterError, match="did you mean session_gap"):
        read_events(GOOD, sesion_gap="30m")  # type: ignore[call-arg]


def test_without_duckdb_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(MissingDependencyError, match=r"tables of events need duckdb: .*'wordmill\[events\]'"):
        read_events(GOOD)


# What comes out


@pytest.fixture(scope="module")
def clicks() -> EventCorpus:
    """Two shelves of ten items; sessions of a shelf each, one after the other."""
    rng = np.random.default_rng(1)
    sessions = [rng.permutation(10)[:4] + 10 * (i % 2) for i in range(400)]
    table = {"user": np.repeat(np.arange(400), 4), "item": np.concatenate(sessions), "time": np.arange(1600)}
    return read_events(table)


def test_fit_takes_it_with_the_models_own_thresholds(clicks: EventCorpus) -> None:
    rare = read_events({"user": [1] * 7, "item": list("xyxyxyz"), "time": range(7)})
    assert set(rare.vocab.keys) == {"x", "y", "z"}
    model = Word2Vec(min_count=3, vector_size=4, epochs=1, sample=0, workers=1).fit(rare)
    assert set(model.wv.index_to_key) == {"x", "y"}
    with pytest.raises(VocabularyError, match="min_count=5 leaves"):
        Word2Vec().fit(rare)
    plain = Word2Vec(vector_size=4, epochs=1, workers=1, min_count=1).fit([list("xyxyxyz")])
    assert np.array_equal(
        plain.wv.vectors, Word2Vec(vector_size=4, epochs=1, workers=1, min_count=1).fit(rare).wv.vectors
    )
    assert Word2Vec(vector_size=4, epochs=5).fit(clicks).transform(clicks).shape == (400, 4)


def test_saved_and_loaded_whole(clicks: EventCorpus, tmp_path: Path) -> None:
    named = read_events({"user": ["\u00e9", "b"], "item": ["x", "y"], "time": [0.5, 1.5]})
    for events in (clicks, named):
        events.save(tmp_path / "events")
        loaded = EventCorpus.load(tmp_path / "events")
        assert content(loaded) == content(events)
        assert np.array_equal(loaded.times, events.times)  # type: ignore[arg-type]
        assert loaded.time_kind == events.time_kind
        plain = read_corpus(tmp_path / "events", min_count=1)
        assert type(plain) is EncodedCorpus
        assert plain.fingerprint() == events.thinned().fingerprint()
    read_corpus([["x", "y"]], min_count=1).save(tmp_path / "plain")
    with pytest.raises(Exception, match=r"fit together|is missing"):
        EventCorpus.load(tmp_path / "plain")


def test_by_time_nothing_later_is_left_to_train_on(clicks: EventCorpus) -> None:
    held = clicks.hold_out("time", 0.25)
    assert held.since is not None
    assert held.train.times is not None
    assert held.train.times.max() < held.since
    assert len(held.train.ids) == 1200
    assert int(held.train.vocab.counts.sum()) == 1200
    assert len(held.cases) == 300  # of each later session all but the first event have one before


@settings(max_examples=10, deadline=None)
@given(
    minutes=st.lists(st.integers(0, 30), min_size=8, max_size=40).filter(lambda minutes: len(set(minutes)) > 2),
    share=st.sampled_from([0.1, 0.3, 0.5]),
    seed=st.integers(0, 9),
)
def test_no_case_looks_ahead(minutes: list[int], share: float, seed: int) -> None:
    """Each item is its own row: so what a case saw and asks for tells which events these are."""
    rng = np.random.default_rng(seed)
    users = rng.integers(0, 3, len(minutes))
    items = np.arange(len(minutes)) + 100
    events = read_events({"user": users, "item": items, "time": minutes})
    try:
        held = events.hold_out("time", share, most=None)
    except CorpusError:
        assert len(set(minutes)) < 3 or sorted(minutes)[int(len(minutes) * (1 - share))] == min(minutes)
        return
    keys = np.asarray(events.vocab.keys) - 100
    minute = np.asarray(minutes)
    assert held.since is not None
    assert set(np.asarray(held.train.vocab.keys) - 100) == set(np.flatnonzero(minute < held.since).tolist())
    asked = keys[held.cases.answers]
    assert (minute[asked] >= held.since).all()
    for case in range(len(held.cases)):
        seen = keys[held.cases.seen[held.cases.offsets[case] : held.cases.offsets[case + 1]]]
        assert len(seen)
        assert (minute[seen] <= minute[asked[case]]).all()
        assert set(users[seen].tolist()) == {users[asked[case]]}


def test_the_last_of_each_sequence(clicks: EventCorpus) -> None:
    held = clicks.hold_out("last", most=100)
    assert len(held.train.ids) == 1200
    assert len(held.cases) == 100
    assert len(held.train) == 400
    for case in (0, 99):
        sequence = clicks[int(held.cases.sequences[case])]
        begin, end = held.cases.offsets[case : case + 2]
        assert [*held.cases.seen[begin:end], held.cases.answers[case]] == list(sequence)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "random"}, "must be 'time' or 'last'"),
        ({"share": 1.0}, "above 0 and below 1"),
        ({"share": True}, "above 0 and below 1"),
    ],
)
def test_splits_that_cannot_be(clicks: EventCorpus, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        clicks.hold_out(**arguments)
