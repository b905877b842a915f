"""Tables of events on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_calls import Cli

from wordmill.config import TrainConfig
from wordmill.presets import PRESETS

ROWS = [
    f"{user},{'xyz'[(user + step) % 3]},2024-01-{1 + user % 28:02d} 1{step}:00"
    for user in range(60)
    for step in (2, 0, 1)
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "clicks.csv"
    path.write_text("\n".join(["user,item,time", *ROWS]) + "\n", encoding="utf-8")
    return path


def test_train_and_encode(cli: Cli, table: Path, tmp_path: Path) -> None:
    columns = ("--events", "user,item,time", "--session-gap", "2h")
    fast = ("--epochs", 1, "--vector-size", 4, "--sample", 0, "--workers", 1, "-q")
    assert cli("train", table, "-o", tmp_path / "m", *columns, *fast).code == 0
    assert cli("encode", table, "-o", tmp_path / "e", *columns).code == 0
    assert cli("train", tmp_path / "e", "-o", tmp_path / "again", *fast).code == 0
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("m", "again"))
    assert one == other
    outcome = cli("train", "-", "--dry-run", *columns, stdin=table.read_bytes())
    assert "sequences\t60" in outcome.out
    assert "sequences\t180" in cli("train", table, "--dry-run", *columns[:2], "--session-gap", "30m").out


def test_phrases_are_joined_in_events_too(cli: Cli, table: Path) -> None:
    outcome = cli("train", table, "--dry-run", "--events", "user,item,time", "--phrases", 1, "--min-count", 1)
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--events", "usr,item,time"], 1, "has no column 'usr': did you mean 'user'? it has user, item, time"),
        (["--events", "user"], 1, "--events 'user' is not allowed: write the columns of who, what and when"),
        (["--events", "user,2,time"], 1, "has no column '2'"),
        (["--events", "1,2,3"], 1, "row 1 (the first is 1): 'time' is no time"),
        (["--events", "user,item,time", "--delimiter", ","], 2, "items as they are: leave out --delimiter"),
        (["--events", "user,item,time", "--session-gap", "soon"], 1, "--session-gap soon is not allowed: write 90s"),
        (["--events", "user,item,time", "--time-format", "%H"], 1, "it is not written as --time-format '%H' says"),
        (["--session-gap", "30m"], 2, "name their columns, --events user,item,time"),
    ],
)
def test_mistakes(cli: Cli, table: Path, options: list[str], code: int, message: str) -> None:
    outcome = cli("train", table, "--dry-run", *options)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_model_is_judged_by_events(cli: Cli, table: Path, tmp_path: Path) -> None:
    columns = ("--events", "user,item,time")
    assert cli("train", table, "-o", tmp_path / "m", *columns, "--epochs", 1, "--sample", 0, "-q").code == 0
    asked = ("--events", table, "--columns", "user,item,time")
    outcome = cli("evaluate", tmp_path / "m", *asked, "--cutoffs", "1,2", "--json")
    assert outcome.code == 0, outcome.err
    told = json.loads(outcome.out)["events"][0]
    assert told["split"] == "time"
    assert told["trained"].startswith("anew")
    assert set(told["scores"]) == {"vectors", "co-occurrence", "popularity"}
    assert set(told["scores"]["vectors"]) == {f"{m}@{k}" for m in ("hr", "mrr", "ndcg", "coverage") for k in (1, 2)}
    assert cli("export", tmp_path / "m", tmp_path / "v.txt").code == 0
    text = cli("evaluate", tmp_path / "v.txt", *asked, "--split", "last", "--context", "mean", "--exclude-seen")
    assert "clicks.csv: " in text.out
    assert "split by the last item of each sequence, from the mean of all items; vectors trained elsewhere" in text.out
    assert ", by output vectors; " in cli("evaluate", tmp_path / "m", *asked, "--by", "outputs").out
    assert "--by outputs needs the output" in cli("evaluate", tmp_path / "v.txt", *asked, "--by", "outputs").err
    both = cli("evaluate", tmp_path / "m", tmp_path / "v.txt", *asked, "--plot", tmp_path / "p.png")
    assert both.out.startswith(" ")
    assert (tmp_path / "p.png").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--columns", "user,itm,time"], "has no column 'itm': did you mean 'item'?"),
        (["--columns", "user,item,time", "--cutoffs", "ten"], "--cutoffs ten is not allowed: write whole numbers"),
        (["--columns", "user,item,time", "--share", "2"], "--share 2.0 is not allowed"),
        (["--session-gap", "30m"], "name their columns, --columns user,item,time"),
    ],
)
def test_mistakes_in_a_judgement(cli: Cli, model: Path, table: Path, options: list[str], message: str) -> None:
    outcome = cli("evaluate", model, "--events", table, *options)
    assert outcome.code
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_settings_are_searched_for(cli: Cli, table: Path, tmp_path: Path) -> None:
    asked = ("--events", "user,item,time", "--budget", "2m", "--trials", 2, "--vector-size", 4, "--min-count", 1)
    outcome = cli("tune", table, *asked, "--log", tmp_path / "log", "--plot", tmp_path / "tune.png")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("2 trials, ")
    assert "hr@10: " in outcome.out
    command = outcome.err.partition("now train by them: ")[2].split()
    assert "--events user,item,time --vector-size 4" in " ".join(command)  # what was given, and is of training
    assert not {"--budget", "--trials", "--log", "--plot"} & {*command}
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 3
    told = json.loads(cli("tune", table, *asked, "--log", tmp_path / "log", "--json").out)
    assert [trial["number"] for trial in told["trials"]] == [0, 1]
    for options, message in (
        (("--budget", "soon"), "--budget soon is not allowed: write 90s, 10m or 2h"),
        (("--metric", "best"), "--metric best is not allowed: write hr@10"),
        (("--log", table), "is a source of this command"),
    ):
        mistaken = cli("tune", table, *asked, *options)
        assert mistaken.code
        assert message in mistaken.err


@pytest.mark.parametrize("name", ["words", "items", "logs"])
def test_a_preset_stands_where_options_are_left_out(cli: Cli, table: Path, name: str) -> None:
    given = ("--events", "user,item,time", "--dry-run", "--preset", name)
    defaults, settings = TrainConfig(), PRESETS[name]
    told = dict(line.split("\t") for line in cli("train", table, *given).out.splitlines())
    for parameter in ("window", "epochs", "ns_exponent", "sample", "min_count"):
        assert told[parameter] == str(settings.get(parameter, getattr(defaults, parameter)))
    on_top = ("--epochs", defaults.epochs, "--window", 7)  # a default that is given is given
    told = dict(line.split("\t") for line in cli("train", table, *given, *on_top).out.splitlines())
    assert (told["epochs"], told["window"]) == (str(defaults.epochs), "7")
    outcome = cli("train", table, "--dry-run", "--preset", "nodes")
    assert "--preset nodes is not allowed: it must be 'words' or 'items' or 'logs'" in outcome.err
