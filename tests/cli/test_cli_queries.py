"""`wordmill nearest`, `analogy`, `similarity`, `evaluate`, `info`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Cli, Outcome

from wordmill import KeyedVectors, Word2Vec
from wordmill.vectors.postprocess import all_but_the_top

NUMBERS = {"one", "two", "three", "four", "five", "six"}


def objects(outcome: Outcome) -> list[dict[str, object]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_nearest(cli: Cli, model: Path) -> None:
    outcome = cli("nearest", model, "one", "cat", "-n", "5")
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert [row[0] for row in rows] == ["one"] * 5 + ["cat"] * 5
    assert {row[1] for row in rows[:5]} == NUMBERS - {"one"}
    neighbors = KeyedVectors.load(model).most_similar("one", topn=5)
    assert [row[1:] for row in rows[:5]] == [[n.key, f"{n.similarity:.4f}"] for n in neighbors]


def test_nearest_json_is_an_object_a_line(cli: Cli, model: Path) -> None:
    found = objects(cli("nearest", model, "--json", "-n", "2", stdin="one\ncat dog\n"))
    assert [entry["key"] for entry in found] == ["one", "cat", "dog"]
    neighbors = KeyedVectors.load(model).most_similar("one", topn=2)
    assert found[0]["neighbors"] == [{"key": n.key, "similarity": n.similarity} for n in neighbors]


def test_missing_word_is_said_and_the_rest_answered(cli: Cli, model: Path) -> None:
    outcome = cli("nearest", model, "catt", "cat", "-n", "1")
    assert outcome.code == 1
    assert outcome.err == "wordmill: no vector for 'catt': did you mean 'cat'?\n"
    assert outcome.out.startswith("cat\t")


def test_analogy(cli: Cli, model: Path) -> None:
    (found,) = objects(cli("analogy", model, "one", "two", "cat", "--json"))
    answers = KeyedVectors.load(model).analogy("one", "two", "cat", topn=5)
    assert found == {
        "a": "one",
        "b": "two",
        "c": "cat",
        "answers": [{"key": n.key, "similarity": n.similarity} for n in answers],
    }
    assert len(cli("analogy", model, stdin="one two cat\n").out.splitlines()) == 5


def test_similarity(cli: Cli, model: Path) -> None:
    outcome = cli("similarity", model, "cat", "dog")
    assert outcome.out == f"cat\tdog\t{KeyedVectors.load(model).similarity('cat', 'dog'):.4f}\n"


@pytest.mark.parametrize(("command", "words"), [("analogy", ["one", "two"]), ("similarity", ["one"])])
def test_wrong_number_of_words(cli: Cli, model: Path, command: str, words: list[str]) -> None:
    outcome = cli(command, model, *words)
    assert outcome.code == 1
    assert re.search(rf"has {len(words)} words?, and a query is", outcome.err)
    assert outcome.err.count("\n") == 1


def test_integer_keys(cli: Cli, tmp_path: Path) -> None:
    import numpy as np

    KeyedVectors(np.array([7, -3, 11]), np.eye(3, dtype=np.float32)).save(tmp_path / "m")
    assert cli("nearest", tmp_path / "m", "7", "-n", "1").out.startswith("7\t")
    assert objects(cli("nearest", tmp_path / "m", "--json", "-n", "1", stdin="-3\n"))[0]["key"] == -3
    outcome = cli("nearest", tmp_path / "m", "seven")
    assert outcome.code == 1
    assert "no vector for 'seven': the 3 keys are integers from -3 to 11" in outcome.err


def test_evaluate(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "analogies.txt").write_text(": numbers\none two three four\n", encoding="utf-8")
    (tmp_path / "pairs.tsv").write_text("cat\tdog\t9\none\tdog\t1\ntwo\tthree\t8\n", encoding="utf-8")
    files = ["--analogies", tmp_path / "analogies.txt", "--pairs", tmp_path / "pairs.tsv"]
    results = json.loads(cli("evaluate", model, *files, "--json").out)
    assert results["analogies"][0]["questions"] == 1
    assert results["pairs"][0]["known"] == 3
    assert "Spearman" in cli("evaluate", model, *files).out
    assert "questions-words.txt" in cli("evaluate", model).out


def test_vectors_are_changed_before_they_are_judged_or_written(cli: Cli, model: Path, tmp_path: Path) -> None:
    trained = Word2Vec.load(model)
    better = all_but_the_top(trained.with_outputs(0.25), 1)
    done = cli("export", model, tmp_path / "v.bin", "--outputs", 0.25, "--components", 1)
    assert done.code == 0, done.err
    assert "0.25 of the output vectors added, centred, without 1 principal components" in done.err
    written = KeyedVectors.load(tmp_path / "v.bin")
    np.testing.assert_allclose(written.vectors, better.vectors, atol=1e-6)
    some = cli("export", model, tmp_path / "some.bin", "--outputs", 0.25, "--limit", 3)
    assert some.code == 0
    np.testing.assert_allclose(
        KeyedVectors.load(tmp_path / "some.bin").vectors, trained.with_outputs().vectors[:3], atol=1e-6
    )
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("cat\tdog\t9\none\tdog\t1\ntwo\tthree\t8\n", encoding="utf-8")
    judged = [
        cli("evaluate", *asked, "--pairs", pairs, "--json")
        for asked in ([model, "--outputs", 0.25, "--components", 1], [tmp_path / "v.bin"])
    ]
    assert judged[0].code == 0
    assert judged[0].out == judged[1].out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["evaluate", "v.bin", "--outputs", "0.25"], "v.bin holds vectors alone"),
        (["export", "MODEL", "w.bin", "--outputs", "2"], "from 0 to 1"),
        (["export", "MODEL", "w.bin", "--centre", "--max-buckets", "3"], "--max-buckets keeps n-grams"),
        (["evaluate", "MODEL", "--centre", "--events", "c.txt"], "--events judges models as they are"),
    ],
)
def test_changes_that_cannot_be(
    cli: Cli, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    KeyedVectors.load(model).save(tmp_path / "v.bin")
    monkeypatch.chdir(tmp_path)
    refused = cli(*(str(model) if argument == "MODEL" else argument for argument in arguments))
    assert refused.code in {1, 2}
    assert reason in refused.err
    assert not (tmp_path / "w.bin").exists()


def test_evaluate_several_models_side_by_side(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("cat,animal\ndog,animal\none,number\ntwo,number\n", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("category,words,outliers\na,\"['cat', 'dog']\",\"['one']\"\n", encoding="utf-8")
    (tmp_path / "men.txt").write_text("cat-n dog-n x 9\none-n dog-n x 1\n", encoding="utf-8")
    sets = [
        "--categories",
        tmp_path / "groups.csv",
        "--outliers",
        tmp_path / "odd.csv",
        "--pairs",
        tmp_path / "men.txt",
    ]
    columns = ["--score-column", "4", "--strip-tags"]
    alone = json.loads(cli("evaluate", model, *sets, *columns, "--json").out)
    assert [alone[kind][0]["coverage"] for kind in ("categories", "outliers", "pairs")] == [1, 1, 1]
    assert cli("export", model, tmp_path / "other.bin").code == 0
    arguments = [model, tmp_path / "other.bin", *sets, *columns]
    both = json.loads(cli("evaluate", *arguments, "--json").out)
    assert list(both) == ["men.txt", "groups.csv", "odd.csv"]
    assert both["odd.csv"]["model"] == both["odd.csv"]["other.bin"]
    outcome = cli("evaluate", *arguments, "--plot", tmp_path / "scores.png")
    assert outcome.out.count("\n") == 5
    assert (tmp_path / "scores.png").exists()


def test_evaluate_bad_file(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("cat\tdog\n", encoding="utf-8")
    outcome = cli("evaluate", model, "--pairs", tmp_path / "pairs.tsv")
    assert outcome.code == 1
    assert "pairs.tsv" in outcome.err
    assert outcome.err.count("\n") == 1


def test_map(cli: Cli, model: Path, tmp_path: Path) -> None:
    outcome = cli("map", model, "--top", "100", "-o", tmp_path / "all.png", "--method", "pca")
    assert (outcome.code, outcome.err) == (0, f"12 words drawn in {tmp_path / 'all.png'}\n")
    (tmp_path / "words.txt").write_text("cat dog\n: numbers\none two\nthree\n", encoding="utf-8")
    outcome = cli("map", model, "--words", tmp_path / "words.txt", "-o", tmp_path / "some.svg", "--method", "pca")
    assert outcome.code == 0
    assert (tmp_path / "some.svg").read_bytes().startswith(b"<?xml")
    both = ["--words", tmp_path / "words.txt", "--top", "3"]
    assert cli("map", model, *both, "-o", tmp_path / "m.png").code == 2


def test_map_has_defaults(cli: Cli, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = cli("map", model, "--method", "pca")
    assert (outcome.code, outcome.err) == (0, "12 words drawn in map.png\n")
    assert (tmp_path / "map.png").exists()


def test_the_first_vectors_of_a_model(cli: Cli, model: Path, tmp_path: Path) -> None:
    assert cli("export", model, tmp_path / "few.bin", "--limit", "3").code == 0
    assert cli("convert", model, tmp_path / "few", "--limit", "3").code == 0
    whole = KeyedVectors.load(model)
    for few in (KeyedVectors.load(tmp_path / "few.bin"), KeyedVectors.load(tmp_path / "few")):
        assert few.index_to_key == whole.index_to_key[:3]
        assert (few.vectors == whole.vectors[:3]).all()
    counts, all_counts = KeyedVectors.load(tmp_path / "few").counts, whole.counts
    assert counts is not None
    assert all_counts is not None
    assert (counts == all_counts[:3]).all()
    assert len(KeyedVectors.load(model, limit=100)) == 12


def test_map_mistakes(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("unknown words\n", encoding="utf-8")
    for arguments in (["--words", tmp_path / "words.txt"], ["--words", tmp_path / "none.txt"]):
        outcome = cli("map", model, *arguments, "-o", tmp_path / "map.png")
        assert outcome.code == 1
        assert outcome.err.count("\n") == 1
        assert "evaluation" not in outcome.err
    outcome = cli("map", model, "--top", "5", "--method", "pca", "-o", tmp_path / "map.xyz")
    assert outcome.code == 1
    assert not list(tmp_path.glob("map.*"))


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.txt", "vectors.txt.gz", "other"])
def test_export(cli: Cli, model: Path, tmp_path: Path, name: str) -> None:
    outcome = cli("export", model, tmp_path / name)
    assert (outcome.code, outcome.err) == (0, f"12 vectors of 16 numbers written to {tmp_path / name}\n")
    assert (KeyedVectors.load(tmp_path / name)["cat"] == KeyedVectors.load(model)["cat"]).all()
    assert cli("nearest", tmp_path / name, "cat").out == cli("nearest", model, "cat").out
    assert json.loads(cli("info", tmp_path / name, "--json").out)["keys"] == 12


def test_export_to_fasttext_is_whole_where_the_model_is(cli: Cli, model: Path, tmp_path: Path) -> None:
    outcome = cli("export", model, tmp_path / "m.bin", "--format", "fasttext")
    assert outcome.code == 0
    assert "with the output vectors that training on needs" in outcome.err
    trained, again = Word2Vec.load(model), Word2Vec.load(tmp_path / "m.bin")
    np.testing.assert_array_equal(again.output_vectors, trained.output_vectors)
    np.testing.assert_allclose(again.wv.vectors, trained.wv.vectors, atol=1e-6)
    assert json.loads(cli("info", tmp_path / "m.bin", "--json").out)["can_train_on"]
    KeyedVectors.load(model).save(tmp_path / "v.npz")
    for source, options in ((tmp_path / "v.npz", []), (model, ["--limit", "3"])):
        outcome = cli("export", source, tmp_path / "v.bin", "--format", "fasttext", *options)
        assert outcome.code == 0
        assert "output vectors" not in outcome.err
        assert not Word2Vec.load(tmp_path / "v.bin").output_vectors.any()  # with which fastText begins
    outcome = cli("export", model, tmp_path / "v.bin", "--format", "fasttext", "--dtype", "float16")
    assert outcome.code == 1
    assert "--format fasttext takes no --dtype" in outcome.err


def test_export_with_an_ending_of_no_format_names_those_there_are(cli: Cli, model: Path, tmp_path: Path) -> None:
    outcome = cli("export", model, tmp_path / "out.xyz")
    assert outcome.code == 1
    assert "use one of .txt, .vec, .bin" in outcome.err
    assert "or --format with one of word2vec," in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_read_as_its_error_says(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "twice.vec").write_text("3 2\na 1 2\nb 3 4\na 5 6\n", encoding="utf-8")
    outcome = cli("export", tmp_path / "twice.vec", tmp_path / "m")
    assert outcome.code == 1
    assert "keep the first with --duplicates first" in outcome.err
    assert cli("export", tmp_path / "twice.vec", tmp_path / "m", "--duplicates", "first").code == 0
    assert list(KeyedVectors.load(tmp_path / "m")) == ["a", "b"]
    assert cli("export", tmp_path / "twice.vec", tmp_path / "one", "--limit", "1").code == 0


def test_a_file_in_another_encoding_is_read_as_its_error_says(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "latin.vec").write_bytes("1 2\nçà 1 2\n".encode("latin-1"))
    outcome = cli("export", tmp_path / "latin.vec", tmp_path / "m")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "give its --encoding 'latin-1', say, or read it with --errors replace" in outcome.err
    assert cli("export", tmp_path / "latin.vec", tmp_path / "m", "--encoding", "latin-1").code == 0
    assert list(KeyedVectors.load(tmp_path / "m")) == ["çà"]
    outcome = cli("export", tmp_path / "latin.vec", tmp_path / "n", "--encoding", "latin-one")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "--encoding 'latin-one' is no encoding of text" in outcome.err


def test_a_byte_order_mark_is_no_part_of_a_query(model: Path) -> None:
    def ask(content: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "wordmill", "nearest", str(model), "-n", "1"]
        return subprocess.run(command, input=content, capture_output=True, check=False)

    assert ask(b"\xef\xbb\xbfone\n").stdout.startswith(b"one\t")
    for encoding, name in (("utf-16", b"UTF-16"), ("utf-16-le", b"UTF-16LE"), ("utf-16-be", b"UTF-16BE")):
        asked = ask("one\ntwo\n".encode(encoding))
        assert (asked.returncode, asked.stdout, asked.stderr.count(b"\n")) == (1, b"", 1)
        assert b"standard input is %b, or no text: pipe it through iconv -f %b -t UTF-8" % (name, name) in asked.stderr


@pytest.mark.parametrize("command", ["nearest", "info", "evaluate"])
def test_a_query_of_a_damaged_file_names_the_command_that_reads_it(cli: Cli, tmp_path: Path, command: str) -> None:
    (tmp_path / "twice.vec").write_text("2 2\na 1 2\na 5 6\n", encoding="utf-8")
    outcome = cli(command, tmp_path / "twice.vec")
    assert outcome.code == 1
    assert "keep the first with --duplicates first (wordmill convert has this option" in outcome.err


def test_convert_is_export_with_the_format_of_the_input(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "numbers").write_text("1 2\n3 4\n", encoding="utf-8")  # two rows of GloVe's, or a header and one row
    assert cli("convert", tmp_path / "numbers", tmp_path / "m").code == 1
    assert cli("convert", tmp_path / "numbers", tmp_path / "m", "--from", "glove").code == 0
    assert list(KeyedVectors.load(tmp_path / "m")) == ["1", "3"]
    (tmp_path / "a.txt").write_text("a 1 2\n", encoding="utf-8")
    assert "(--from glove)" in cli("convert", tmp_path / "a.txt", tmp_path / "n", "--from", "word2vec-text").err


@pytest.mark.parametrize(("dtype", "most"), [("float16", 2e-3), ("int8", 2e-2)])
def test_smaller_numbers_with_what_they_cost(cli: Cli, model: Path, tmp_path: Path, dtype: str, most: float) -> None:
    outcome = cli("export", model, tmp_path / "small", "--dtype", dtype)
    assert f"stored as {dtype}: similarities change by " in outcome.err
    small, whole = (json.loads(cli("info", path, "--json").out) for path in (tmp_path / "small", model))
    assert (small["format"], small["dtype"], whole["dtype"]) == ("directory", dtype, "float32")
    assert 0 < small["similarity_error"] < most
    assert (small["params"], small["history"]) == (whole["params"], whole["history"])
    assert cli("export", model, tmp_path / "a.npz", "--dtype", dtype).err == "wordmill: --format npz takes no --dtype\n"


def test_export_mistakes(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    for arguments in (["out", "--format", "glove5"], [tmp_path], [tmp_path / "none" / "x.bin", "--format", "nope"]):
        outcome = cli("export", model, *arguments)
        assert outcome.code == 1
        assert outcome.err.startswith("wordmill: ")
        assert outcome.err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_info(cli: Cli, model: Path) -> None:
    facts = json.loads(cli("info", model, "--json").out)
    assert facts["format"] == "directory"
    assert (facts["keys"], facts["vector_size"], facts["tokens"], facts["kind"]) == (12, 16, 3200, "str")
    assert len(facts["history"]) == 15
    assert facts["params"]["alpha"] == 0.1
    text = cli("info", model).out
    assert "vector_size      16\n" in text
    assert "workers          1\n" in text
    assert "epoch 15 " in text


@pytest.mark.parametrize("command", ["nearest", "analogy", "similarity", "evaluate", "info"])
def test_no_model(cli: Cli, command: str, tmp_path: Path) -> None:
    outcome = cli(command, tmp_path / "missing")
    assert outcome.code == 1
    assert outcome.err.startswith("wordmill: ")
    assert outcome.err.count("\n") == 1


def test_damaged_model(cli: Cli, model: Path, tmp_path: Path) -> None:
    import shutil

    damaged = tmp_path / "m"
    shutil.copytree(model, damaged)
    file = damaged / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-4])
    outcome = cli("nearest", damaged, "one")
    assert outcome.code == 1
    assert "model.safetensors" in outcome.err
    assert outcome.err.count("\n") == 1


def test_every_command_has_help_with_examples(cli: Cli) -> None:
    for command in (
        "train",
        "nearest",
        "analogy",
        "similarity",
        "evaluate",
        "map",
        "explore",
        "export",
        "convert",
        "info",
        "encode",
        "phrases",
        "demo",
    ):
        outcome = cli(command, "--help")
        assert outcome.code == 0
        assert "Example" in outcome.out, command


def test_version(cli: Cli) -> None:
    import wordmill

    assert cli("--version").out == f"wordmill {wordmill.__version__}\n"


WORDMILL = [sys.executable, "-c", "from wordmill.cli import main; main()"]


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_prompt_on_a_terminal(model: Path) -> None:
    import pty

    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [*WORDMILL, "nearest", str(model), "-n", "1"], stdin=secondary, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.close(secondary)
        os.write(primary, b"one\nunknown\ncat\n\n")
        out, err = process.communicate(timeout=60)
    os.close(primary)
    assert process.returncode == 0
    assert [line.split(b"\t")[0] for line in out.splitlines()] == [b"one", b"cat"]
    assert b"no vector for 'unknown'" in err
    assert err.count(b"> ") == 4


@pytest.mark.skipif(os.name != "posix", reason="needs a shell's pipe")
def test_reader_that_has_seen_enough(model: Path) -> None:
    command = f"{sys.executable} -c 'from wordmill.cli import main; main()' nearest {model} | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], input="one\n" * 5000, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("one\t")


def test_words_of_every_script_are_written_as_they_are(tmp_path: Path) -> None:
    import numpy as np

    KeyedVectors(["서울", "水"], np.eye(2, dtype=np.float32)).save(tmp_path / "m")
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*WORDMILL, "nearest", str(tmp_path / "m")],
        input="서울\n".encode(),
        capture_output=True,
        check=True,
        env=environment,
    )
    assert done.stdout.decode("utf-8") == "서울\t水\t0.0000\n"


def test_models_of_the_same_name_are_told_apart_by_their_paths(cli: Cli, model: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("cat dog 9\none dog 1\n", encoding="utf-8")
    paths = [tmp_path / part / "same.npz" for part in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        assert cli("export", model, path).code == 0
    scores = json.loads(cli("evaluate", *paths, "--pairs", tmp_path / "pairs.txt", "--json").out)["pairs.txt"]
    assert list(scores) == [str(path) for path in paths]


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (OSError(5, "Input/output error", "model"), "model: Input/output error"),
        (OSError(11, "the system gave 1 of 2 threads"), "the system gave 1 of 2 threads"),
        (OSError("not a gzip file"), "not a gzip file"),
        (OSError(), "OSError"),
    ],
)
def test_what_the_system_refuses_is_one_line(
    cli: Cli, model: Path, monkeypatch: pytest.MonkeyPatch, problem: OSError, line: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr("wordmill.vectors.KeyedVectors.load", refuse)
    outcome = cli("nearest", model, "cat")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", f"wordmill: {line}\n")


def test_info_shows_the_values_used(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    cbow = ["--architecture", "cbow", "--vector-size", "4", "--epochs", "1", "-q"]
    assert cli("train", corpus, "-o", tmp_path / "m", *cbow).code == 0
    text = cli("info", tmp_path / "m").out
    assert "alpha            0.1\n" in text
    assert re.search(r"^workers +\d+$", text, re.MULTILINE)
    facts = json.loads(cli("info", tmp_path / "m", "--json").out)
    assert facts["params"]["alpha"] is None
    assert facts["used"]["alpha"] == 0.1


def test_subwords_of_words_seen_and_unseen(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    model = tmp_path / "m"
    assert cli("train", corpus, "-o", model, "--subwords", "3-4", "--vector-size", "8", "-q").code == 0
    outcome = cli("subwords", model, "horse", "horses", "--topn", "1")
    assert outcome.code == 0
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert rows[0][:3] == ["horse", "horse", "own row"]
    assert [row[1] for row in rows if row[0] == "horses"] == ["<ho", "<hor", "hor", "hors", "ors", "orse", "rse"]
    seen = json.loads(cli("subwords", model, "horses", "--json").out)
    assert seen["seen"] is False
    assert sum(part["share"] for part in seen["parts"]) == pytest.approx(1)
    small = cli("export", model, tmp_path / "small", "--max-buckets", "10")
    assert (small.code, "10 n-grams kept" in small.err) == (0, True)
    assert cli("export", model, tmp_path / "f16", "--dtype", "float16").code == 0
    assert cli("nearest", tmp_path / "f16", "horses").code == 0


def test_subwords_of_a_model_without(cli: Cli, model: Path) -> None:
    outcome = cli("subwords", model, "cat")
    assert (outcome.code, outcome.out) == (1, "")
    assert "train it with --subwords 3-6" in outcome.err
