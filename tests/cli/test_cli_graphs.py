"""`wordmill train --walks`: from a graph to vectors of its nodes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Cli

import wordmill as wm
from wordmill.cli.wording import OptionFormatter

FAST = ["--vector-size", "8", "--epochs", "2", "--workers", "1", "--sample", "0", "--quiet"]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Two cliques with one bridge."""
    edges = [(f"{c}{a}", f"{c}{b}") for c in "xy" for a in range(8) for b in range(a)] + [("x0", "y0")]
    path = tmp_path / "graph.edges"
    path.write_text("# cliques\n" + "".join(f"{a} {b}\n" for a, b in edges), encoding="utf-8")
    return path


def test_trains_what_the_library_trains(cli: Cli, graph: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    options = ["--walks", "5", "--walk-length", "20", "-p", "0.5", "-q", "2", "--seed", "7"]
    outcome = cli("train", graph, "-o", model, *options, *FAST)
    assert (outcome.code, outcome.err) == (0, "")
    walks = wm.random_walks(graph, walk_length=20, walks_per_node=5, p=0.5, q=2, seed=7)
    expected = wm.Word2Vec(vector_size=8, epochs=2, workers=1, sample=0, seed=7).fit(walks)
    np.testing.assert_array_equal(wm.KeyedVectors.load(model).vectors, expected.wv.vectors)
    near = cli("nearest", model, "y3", "-n", "5").out.split()[0]
    assert near.startswith("y")


def test_says_what_it_walks_on_and_goes_on(cli: Cli, graph: Path, tmp_path: Path) -> None:
    loud = [option for option in FAST if option != "--quiet"]
    outcome = cli("train", graph, "-o", tmp_path / "m", "--walks", "5", *loud, "--validation", graph)
    assert "Walks(80 walks of 80 nodes, first order, on Graph(16 nodes, 114 arcs, undirected))" in outcome.err
    again = cli("train", graph, "-o", tmp_path / "m", "--walks", "5", *loud, "--validation", graph, "--resume")
    assert "is trained already" in again.err
    rows = cli("train", graph, "--dry-run", "--walks", "5", *FAST).out
    assert "nodes\t16\n" in rows
    assert "steps\t6,400\n" in rows


def test_saves_walks_for_other_tools(cli: Cli, graph: Path, tmp_path: Path) -> None:
    outcome = cli(
        "train", graph, "--walks", "3", "--walk-length", "6", "--save-walks", tmp_path / "walks.txt", "--quiet"
    )
    assert outcome.code == 0, outcome.err
    lines = (tmp_path / "walks.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split() for line in lines] == list(wm.random_walks(graph, walk_length=6, walks_per_node=3))
    assert cli("train", graph, "--walks", "3", "--save-walks", graph).code == 1
    assert graph.read_text(encoding="utf-8").startswith("# cliques")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-p", "2"], "--p is of walks on a graph: give their number too, --walks 10"),
        (["--directed"], "--directed is of walks on a graph"),
        (["--walks", "0"], "--walks 0 is not allowed"),
        (["--walks", "5", "-q", "-1"], "--q -1.0 is not allowed"),
        (["--walks", "5", "--walk-length", "20000"], "--walk-length 20000 is not allowed"),
        (["--walks", "5", "--weighted"], "graph.edges, line 2: it has 2 columns where 3 are expected.*--no-weighted"),
        (["--walks", "5", "--phrases", "1"], "leave phrases out"),
    ],
)
def test_what_is_wrong_is_said_in_options(
    cli: Cli, graph: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    outcome = cli("train", graph, "-o", tmp_path / "m", *options, *FAST)
    assert outcome.code in (1, 2)
    assert re.search(message, outcome.err), outcome.err
    assert not (tmp_path / "m").exists()


def test_columns_of_a_table_are_chosen(cli: Cli, graph: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    edges = [line.split() for line in graph.read_text(encoding="utf-8").splitlines()[1:]]
    table = tmp_path / "graph.csv"
    table.write_text("n,who,whom\n" + "".join(f"1,{a},{b}\n" for a, b in edges), encoding="utf-8")
    assert "nodes\t16\n" in cli("train", table, "--dry-run", "--walks", "5", "--columns", "who,whom", *FAST).out
    wrong = cli("train", table, "--dry-run", "--walks", "5", "--columns", "who,hom", *FAST)
    assert "has no column 'hom': did you mean 'whom'?" in wrong.err
    assert cli("train", table, "--dry-run", "--walks", "5", "--columns", "who", *FAST).code == 1
    table.write_text("source target\n" + "".join(f"{a} {b}\n" for a, b in edges), encoding="utf-8")
    told = cli("train", table, "--dry-run", "--walks", "5", *(option for option in FAST if option != "--quiet"))
    said = [OptionFormatter().format(record) for record in caplog.records]
    assert any("--heading says so, --no-heading reads it as one" in line for line in said)
    assert "nodes\t16\n" in told.out
    assert "nodes\t18\n" in cli("train", table, "--dry-run", "--walks", "5", "--no-heading", *FAST).out


def test_nodes_are_judged_by_labels(cli: Cli, graph: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"{c}{n}\t{c}\n" for n in range(8) for c in "xy"), encoding="utf-8")
    for name in ("m", "n"):
        assert cli("train", graph, "-o", tmp_path / name, "--walks", "5", *FAST, "--epochs", "20").code == 0
    outcome = cli("evaluate", tmp_path / "m", "--nodes", labels, "--node-shares", "0.25,0.5", "--splits", 3)
    assert outcome.code == 0, outcome.err
    assert "labels.txt: 16 nodes, 2 labels" in outcome.out
    assert [line.split()[0] for line in outcome.out.splitlines()[2:]] == ["25%", "50%"]
    assert "micro-F1" in outcome.out
    told = json.loads(cli("evaluate", tmp_path / "m", "--nodes", labels, "--json").out)["nodes"][0]["shares"]
    assert [share["share"] for share in told] == [0.1, 0.5, 0.9]
    assert told[1]["micro_interval"][0] <= told[1]["micro"] <= told[1]["micro_interval"][1]
    both = cli("evaluate", tmp_path / "m", tmp_path / "n", "--nodes", labels, "--plot", tmp_path / "p.png")
    assert both.out.splitlines()[1].startswith("labels.txt  ")
    assert (tmp_path / "p.png").exists()
    wrong = cli("evaluate", tmp_path / "m", "--nodes", labels, "--node-shares", "half")
    assert (wrong.code, wrong.err.count("\n")) == (1, 1)
    labels.write_text("x1\ta\ny1\tb\nz1\tb\n", encoding="utf-8")
    assert "labels.txt, line 3: the node 'z1' is not among" in cli("evaluate", tmp_path / "m", "--nodes", labels).err


def test_settings_for_a_graph_are_searched_for(cli: Cli, tmp_path: Path) -> None:
    graph, labels = tmp_path / "my graph.edges", tmp_path / "labels.txt"
    graph.write_text("".join(f"{n} {n // 20 * 20 + (n * n + d) % 20}\n" for n in range(60) for d in (1, 3, 7)))
    labels.write_text("".join(f"{n} {n // 20}\n" for n in range(60)), encoding="utf-8")
    given = ("--labels", labels, "--budget", "2m", "--trials", 2, "--vector-size", 4, "--walk-length", "10", "-q", "2")
    outcome = cli("tune", graph, *given, "--log", tmp_path / "log", "--space", "graph")
    assert outcome.code == 0, outcome.err
    assert "f1: " in outcome.out
    command = outcome.err.strip().splitlines()[-1].partition("now train by them: ")[2].split()
    assert "--walk-length 10 --q 2" in " ".join(command)
    assert command[-2:] == ["-o", "MODEL"]
    assert "--walks" in command
    assert not {"--labels", "--budget", "--log", "--trials", "--space"} & {*command}
    assert "--save-walks" not in cli("tune", "--help").out
    for options, message in (
        (("--events", "user,item"), "--events reads a table, and walks go on a graph"),
        (("--metric", "hr@10"), "--metric 'hr@10' asks for something else"),
    ):
        assert message in cli("tune", graph, *given, *options).err
    assert "walks are judged by labels" in cli("tune", graph, "--space", "graph").err


def test_a_quiet_training_of_text_stays_quiet(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "2").write_text("a b a b\n" * 20, encoding="utf-8")
    outcome = cli("train", "-q", tmp_path / "2", "-o", tmp_path / "m", "--epochs", "1")
    assert (outcome.code, outcome.out) == (0, "")
