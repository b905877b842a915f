"""Graphs from all that holds one; what is wrong is named with its place."""

from __future__ import annotations

import gzip
import locale
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordmill as wm
from wordmill.errors import CorpusError, ParameterError, WordmillError

Arcs = dict[tuple[Any, Any], float]


def arcs(graph: wm.Graph) -> Arcs:
    """Return each arc by its ends, with its weight."""
    keys = graph.keys if isinstance(graph.keys, list) else graph.keys.tolist()
    sources = np.repeat(np.arange(len(graph)), graph.degrees()).tolist()
    weights = [1.0] * graph.arcs if graph.weights is None else graph.weights.tolist()
    found = {(keys[a], keys[b]): w for a, b, w in zip(sources, graph.neighbours.tolist(), weights, strict=True)}
    assert len(found) == graph.arcs
    return found


def both_ways(edges: Arcs) -> Arcs:
    return edges | {(b, a): w for (a, b), w in edges.items()}


def read(text: str, tmp_path: Path, **options: Any) -> wm.Graph:
    path = tmp_path / "graph.edges"
    path.write_text(text, encoding="utf-8")
    return wm.read_graph(path, **options)


def test_text_with_all_that_it_may_hold(tmp_path: Path) -> None:
    text = "# a comment\n% another\n\na b\r\n b\tc \nc c\n\na b\nb a {}"
    graph = read(text, tmp_path)
    assert arcs(graph) == both_ways({("a", "b"): 1, ("b", "c"): 1, ("c", "c"): 1})
    assert graph.weights is None
    assert arcs(read(text, tmp_path, directed=True)) == {("a", "b"): 1, ("b", "c"): 1, ("c", "c"): 1, ("b", "a"): 1}


def test_weights_of_an_edge_add_up_and_zero_is_none(tmp_path: Path) -> None:
    text = "1 2 0.5\n2 1 1\n2 3 0\n3 3 2e0\n"
    assert arcs(read(text, tmp_path, integers=True)) == both_ways({(1, 2): 1.5, (3, 3): 2})
    assert arcs(read(text, tmp_path, integers=True, weighted=False)) == both_ways({(1, 2): 1, (2, 3): 1, (3, 3): 1})


def test_adjacency_lists_columns_and_compressed_files(tmp_path: Path) -> None:
    graph = read("a b c\nd\nb c\n", tmp_path, form="adjacency")
    assert arcs(graph) == both_ways({("a", "b"): 1, ("a", "c"): 1, ("b", "c"): 1})
    assert "d" in graph.keys
    assert len(graph) == 4
    assert arcs(read('"New York", Rome,2\nRome,Oslo,1\n', tmp_path, delimiter=",")) == both_ways(
        {("New York", "Rome"): 2, ("Rome", "Oslo"): 1}
    )
    packed = [tmp_path / "1.gz", tmp_path / "2.gz"]
    for path, text in zip(packed, ("a b\n", "b c"), strict=True):
        path.write_bytes(gzip.compress(text.encode()))
    assert arcs(wm.read_graph(packed)) == both_ways({("a", "b"): 1, ("b", "c"): 1})


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a b\na b x\n", {"weighted": None}, "line 2: it has 3 columns where 2"),
        ("a b 1\n# c\na b\n", {}, "line 3: it has 2 columns where 3"),
        ("a b c d\n", {}, r"line 1: it has 4 columns.*form='adjacency'"),
        ("a b\nc\n", {}, "line 2: it has 1 column:"),
        ("a,b\n", {}, "cut it at ','"),
        ("a b text\n", {}, "line 1: the weight 'text' is no number"),
        ("a b 1\na b -2\n", {}, "line 2: the weight '-2' must be"),
        ("a b nan\n", {}, "line 1: the weight 'nan' must be"),
        ("a b inf\n", {}, "line 1: the weight 'inf' must be"),
        ("a b 1e99\n", {}, "line 1: the weight '1e99' must be"),
        ("a b 1e-99\n", {}, "line 1: the weight '1e-99' must be"),
        ("a b 0x10\n", {}, "line 1: the weight '0x10' is no number"),
        ("1 2\n1 x\n", {"integers": True}, "line 2: the node 'x' is no integer"),
        ("1 02\n", {"integers": True}, "line 1: the node '02' is no integer"),
        ("a,,1\n", {"delimiter": ","}, "line 1: a node has no name"),
        ("# nothing\n", {}, "holds no edges"),
        ("", {}, "holds no edges"),
        ("a b\n", {"weighted": True}, "line 1: it has 2 columns where 3"),
    ],
)
def test_bad_lines_are_named(text: str, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=f"graph.edges.*{message}"):
        read(text, tmp_path, **options)


NAMED = [
    ("source,target\nann,bob\n", {"delimiter": ","}),
    ("Source ID\tTarget ID\tWeight\nann\tbob\t1\n", {"delimiter": "\t"}),
    ("from to\nann bob\n", {}),
    ('"src","dst"\n"ann","bob"\n', {"delimiter": ","}),
    ("# people\n\nFromNodeId ToNodeId\n# the first\nann bob\n", {}),
    ("p1 p2 combined_score\nann bob 1\n", {"weighted": False}),
    ("p1 p2 score\nann bob 1\n", {}),
    ("\ufeffsource target\r\nann bob\r\n", {}),
    ("person;friend\nann;bob\n", {"delimiter": ";", "heading": True}),
]


@pytest.mark.parametrize(("text", "options"), NAMED, ids=range(len(NAMED)))
def test_a_heading_is_no_edge(
    text: str, options: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert arcs(read(text, tmp_path, **options)) == both_ways({("ann", "bob"): 1})
    assert ("is no edge: heading=True says so" in caplog.text) == ("heading" not in options)


def test_text_above_integers_is_a_heading(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "user,film\n1,2\n2,3\n"
    for integers in (True, False):
        graph = read(text, tmp_path, delimiter=",", integers=integers)
        assert len(graph) == 3
    assert "line 1 holds names of columns, user, film" in caplog.text
    assert len(read(text, tmp_path, delimiter=",", heading=False)) == 5
    assert len(read("user film\n1 2\n", tmp_path, form="adjacency")) == 4
    assert len(read("node neighbours\n1 2\n", tmp_path, form="adjacency", heading=True)) == 2


@pytest.mark.parametrize(
    "text", ["source target\nsource sink\n", "from to 3\nto from 1\n", "ann bob\nbob 3\n", "ann 7\n8 9\n", "a b\n"]
)
def test_what_only_looks_like_a_heading_is_an_edge(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = text.split()[:2]
    assert (first, second) in arcs(read(text, tmp_path))
    assert not caplog.text


def test_each_file_has_its_heading(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(f"source,target\n{number},x{number}\n", encoding="utf-8")
    assert len(wm.read_graph(str(tmp_path / "*.csv"), delimiter=",")) == 4


def test_columns_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    text = "when,from,kilos,to\n1,ann,2.5,bob\n2,bob,0.5,cy\n"
    weighed = both_ways({("ann", "bob"): 2.5, ("bob", "cy"): 0.5})
    plain = dict.fromkeys(weighed, 1.0)
    assert arcs(read(text, tmp_path, columns=("from", "to", "kilos"))) == weighed
    assert arcs(read(text, tmp_path, columns=["from", "to"])) == plain
    assert arcs(read(text, tmp_path, columns=("from", "to", "kilos"), weighted=False)) == plain
    assert arcs(read(text.replace(",", " "), tmp_path, columns=("from", "to", "kilos"))) == weighed
    body = text.partition("\n")[2]
    assert arcs(read(body, tmp_path, columns=(2, 4, 3))) == weighed
    assert arcs(read(text, tmp_path, columns=(2, 4, 3), heading=True)) == weighed
    for columns, message in (
        (("form", "to"), r"graph.edges has no column 'form': did you mean 'from'\?"),
        ((2, 5), "has 4 columns, and 5 is none of them"),
        (("from", 4), "names and numbers of columns"),
        (("from",), "columns=.*: .source, target."),
        (("from", "from"), "names a column twice"),
    ):
        with pytest.raises(WordmillError, match=message):
            read(text, tmp_path, columns=columns)
    with pytest.raises(CorpusError, match="line 3: it has 3 columns where 4 are expected"):
        read(text.replace("2,bob,0.5,cy", "2,bob,0.5"), tmp_path, columns=("from", "to"))


def test_comments_stand_above(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tags = "# how often\n#love sun 2\nsun sea 1\n#sun #love 3\n%odd sun 1\n# a comment\n"
    graph = read(tags, tmp_path)
    assert set(graph.keys) == {"sun", "sea", "#sun", "#love", "%odd"}
    assert "1 line from line 2 on is taken for comments, and could be edges: comments='' reads them" in caplog.text
    assert "begin with # or %; 2 could be edges, and are read as such" in caplog.text
    assert "begin with # or %; 1 could be none, and are left out as comments" in caplog.text
    caplog.clear()
    assert len(read(tags.replace("# how often\n", "").replace("# a comment\n", ""), tmp_path, comments="")) == 5
    assert arcs(read("; of ours\na b\n", tmp_path, comments=";")) == both_ways({("a", "b"): 1})
    assert len(read("#source target\na b\n", tmp_path)) == 2
    assert not caplog.text


def test_cells_in_quotes_may_hold_the_delimiter(tmp_path: Path) -> None:
    text = '"Smith, Ann","Doe ""Bo""" ,2\n "Doe ""Bo""",x,1\n'
    expected = both_ways({("Smith, Ann", 'Doe "Bo"'): 2, ('Doe "Bo"', "x"): 1})
    assert arcs(read(text, tmp_path, delimiter=",")) == expected
    assert arcs(read('"\tx\n"said\tx\n', tmp_path, delimiter="\t")) == both_ways({('"', "x"): 1, ('"said', "x"): 1})
    with pytest.raises(CorpusError, match="line 2: a quote is opened and never closed"):
        read('a,b\n"a,b\n', tmp_path, delimiter=",")


def test_a_line_is_not_held_without_bound(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="line 2: it has more than 1048576 bytes"):
        read("a b\n" + "a " * 3_000_000, tmp_path)
    with pytest.raises(CorpusError, match="line 1: it has more than 1048576 bytes"):
        read("a " * 600_000 + "\n", tmp_path)
    assert len(read("a " + "b " * 3_000_000, tmp_path, form="adjacency")) == 2


def test_numbers_are_read_alike_in_any_country(tmp_path: Path) -> None:
    given = locale.setlocale(locale.LC_NUMERIC)
    there = [name for name in ("de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8") if _sets(name)]
    try:
        for name in there or ["C"]:
            locale.setlocale(locale.LC_NUMERIC, name)
            assert arcs(read("a b 1.5\nb c +2\nc d .5\n", tmp_path, directed=True)) == {
                ("a", "b"): 1.5,
                ("b", "c"): 2,
                ("c", "d"): 0.5,
            }
    finally:
        locale.setlocale(locale.LC_NUMERIC, given)
    for wrong in ("1,5", "++1", "+-1", "1e", "e1", ".", "1_0", "nan(1)"):
        with pytest.raises(CorpusError, match="is no number"):
            read(f"a b {wrong}\n", tmp_path)


def _sets(name: str) -> bool:
    given = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_NUMERIC, given)
    return True


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "graph.edges"
    path.write_bytes(b"a b\n\xff c\n")
    with pytest.raises(CorpusError, match="line 2: the name of a node is not UTF-8"):
        wm.read_graph(path)
    path.write_bytes("a b\n".encode("utf-16"))
    with pytest.raises(CorpusError):
        wm.read_graph(path)
    with pytest.raises(CorpusError, match="names no file"):
        wm.read_graph("not_there.edges")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=40), st.booleans()
)
@settings(max_examples=25)
def test_rows_hold_each_arc_once_in_order(edges: list[tuple[int, int, int]], directed: bool) -> None:
    graph = wm.read_graph(edges, directed=directed)
    expected: Arcs = {}
    for a, b, weight in edges:
        for arc in {(a, b)} if directed else {(a, b), (b, a)}:
            expected[arc] = expected.get(arc, 0) + weight
    assert arcs(graph) == {arc: weight for arc, weight in expected.items() if weight}
    for begin, end in zip(graph.offsets[:-1], graph.offsets[1:], strict=True):
        assert (np.diff(graph.neighbours[begin:end]) > 0).all()


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_edges_that_are_forgotten_on_the_way_are_in_the_graph(tmp_path: Path, directed: bool, weighted: bool) -> None:
    """Of a text that is long enough edges go as rows are filled; of arrays they stay."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.zipf(1.3, 70_000) % 900, "b": rng.integers(0, 900, 70_000)})
    if weighted:
        table["w"] = rng.integers(1, 5, 70_000)
    table.to_csv(tmp_path / "graph.csv", index=False, header=False)
    read_graph = wm.read_graph(tmp_path / "graph.csv", delimiter=",", integers=True, directed=directed)
    assert arcs(read_graph) == arcs(wm.read_graph(table, directed=directed))


COLUMNS = {"from": ["a", "b", "b"], "to": ["b", "c", "b"], "w": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "Polars", "Arrow"])
def test_tables(make: Any) -> None:
    expected = both_ways({("a", "b"): 1, ("b", "c"): 2, ("b", "b"): 3})
    table = make(COLUMNS)
    assert arcs(wm.read_graph(table)) == expected
    assert arcs(wm.read_graph(make({"x": [0, 0, 0], **COLUMNS}), columns=("from", "to", "w"))) == expected
    assert wm.read_graph(table, weighted=False).weights is None
    assert arcs(wm.read_graph(table, directed=True, columns=("from", "to"))) == dict.fromkeys(
        [("a", "b"), ("b", "c"), ("b", "b")], 1.0
    )
    numbers = wm.read_graph(make({"a": [7, 7], "b": [9, 2**40]}))
    assert arcs(numbers) == both_ways({(7, 9): 1, (7, 2**40): 1})
    with pytest.raises(CorpusError, match="no column 'form': did you mean 'from'"):
        wm.read_graph(table, columns=("form", "to"))
    with pytest.raises(CorpusError, match="edge 1 of the table has the weight -2"):
        wm.read_graph(make({**COLUMNS, "w": [1.0, -2.0, 3.0]}))
    with pytest.raises(CorpusError, match="row 1 of the table has no 'to'"):
        wm.read_graph(make({"from": ["a", "b"], "to": ["b", None]}))
    with pytest.raises(CorpusError, match="all text, or all integers"):
        wm.read_graph(make({"from": ["a", "b"], "to": [1, 2]}))
    with pytest.raises(CorpusError, match="numbers are needed"):
        wm.read_graph(make({**COLUMNS, "w": ["x", "y", "z"]}))
    with pytest.raises(CorpusError, match="has 4 columns"):
        wm.read_graph(make({"x": [0, 0, 0], **COLUMNS}))


def test_arrays_of_edges() -> None:
    edges = np.array([[0, 1, 3], [1, 0, 0]])
    graph = wm.read_graph(edges)
    assert graph.directed
    assert len(graph) == 4
    assert arcs(graph) == {(0, 1): 1, (1, 0): 1, (3, 0): 1}
    assert arcs(wm.read_graph(edges, directed=False)) == both_ways({(0, 1): 1, (3, 0): 1})
    assert arcs(wm.read_graph(edges, nodes=["a", "b", "c", "d", "e"])) == {("a", "b"): 1, ("b", "a"): 1, ("d", "a"): 1}
    for wrong, message in (
        (edges.T, "pass edges.T"),
        (np.eye(3), r"pass scipy.sparse.csr_array\(matrix\)"),
        (edges * 1.5, "edges are integers"),
        (-edges, "from -3 to 0"),
        (edges + 2**40, "other names go in a table"),
        (np.ma.masked_equal(edges, 3), "holds masked numbers"),
    ):
        with pytest.raises(CorpusError, match=message):
            wm.read_graph(wrong)
    with pytest.raises(CorpusError, match="holds node 3, and nodes has 2 keys"):
        wm.read_graph(edges, nodes=["a", "b"])


def test_matrices_and_networkx() -> None:
    sparse, networkx = pytest.importorskip("scipy.sparse"), pytest.importorskip("networkx")
    matrix = sparse.csr_array(np.array([[0, 2.5, 0], [0, 0, 0], [1, 0, 0]]))
    assert arcs(wm.read_graph(matrix)) == {(0, 1): 2.5, (2, 0): 1}
    assert arcs(wm.read_graph(matrix, nodes=["a", "b", "c"], weighted=False)) == {("a", "b"): 1, ("c", "a"): 1}
    with pytest.raises(ParameterError, match="nodes has 2 keys, the matrix 3 rows"):
        wm.read_graph(matrix, nodes=["a", "b"])
    with pytest.raises(CorpusError, match="as many rows as columns"):
        wm.read_graph(matrix[:2])
    triples = sparse.coo_array(([1.0, 0.0, 1.0], ([0, 1, 2], [1, 2, 0])), shape=(3, 3))
    assert arcs(wm.read_graph(triples, weighted=False)) == {(0, 1): 1, (2, 0): 1}
    assert len(triples.row) == len(triples.col) == len(triples.data) == 3  # it is the caller's
    graph = networkx.Graph([("a", "b", {"weight": 2}), ("b", "c")])
    graph.add_node("d")
    read_graph = wm.read_graph(graph)
    assert arcs(read_graph) == both_ways({("a", "b"): 2, ("b", "c"): 1})
    assert len(read_graph) == 4
    several = networkx.MultiDiGraph([(1, 2), (1, 2)])
    assert arcs(wm.read_graph(several)) == {(1, 2): 1}
    assert wm.read_graph(several).directed
    with pytest.raises(CorpusError, match="type int, str"):
        wm.read_graph(networkx.Graph([("a", 1)]))
    with pytest.raises(CorpusError, match="has the weight 'x'"):
        wm.read_graph(networkx.Graph([(1, 2, {"weight": "x"})]))


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ([(1, 2, 3), (1, 2)], {}, "edge 1 has 2 parts"),
        ([(1, 2, "x")], {}, "edge 0 has the weight 'x'"),
        ([(1, 2, float("nan"))], {}, "has the weight nan"),
        ([(1, "b")], {}, "type int, str"),
        ([(1, 2.5)], {}, "type float"),
        ([(1, 2, 3e38), (2, 1, 3e38)], {}, "beyond 3e38"),
        ([(1, 2)], {"threads": 0}, "threads=0"),
        ([(1, 2)], {"threads": "2"}, "threads='2'"),
        (["ab"], {}, "a pair of nodes is needed"),
        ([], {}, "there are no edges"),
        (7, {}, "int is no graph"),
        ([(1, 2)], {"delimiter": ","}, "delimiter=',' has no meaning"),
        (np.array([[0], [1]]), {"columns": ("a", "b")}, "columns=.* has no meaning"),
        ("x.edges", {"form": "both"}, "no file|form='both'"),
    ],
)
def test_what_is_no_graph_is_refused(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(WordmillError, match=message):
        wm.read_graph(source, **options)
