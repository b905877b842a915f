"""Documents on the command line: trained, asked, inferred and exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_calls import Cli

from wordmill import Doc2Vec, KeyedVectors

SMALL = ("--min-count", "1", "--vector-size", "16", "--sample", "0", "-q")
TOPICS = 4


@pytest.fixture(scope="module")
def lines() -> list[str]:
    rng = np.random.default_rng(0)
    common = [f"common{i}" for i in range(15)]
    words = [[f"topic{t}word{i}" for i in range(20)] for t in range(TOPICS)]
    return [" ".join(rng.choice(words[i % TOPICS] + common, size=90)) for i in range(120)]


@pytest.fixture
def documents(lines: list[str], tmp_path: Path) -> Path:
    file = tmp_path / "documents.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def tags(lines: list[str], tmp_path: Path) -> Path:
    file = tmp_path / "tags.txt"
    file.write_text(
        "".join(f"d{i}\teighth\n" if i % 8 == 0 else f"d{i}\n" for i in range(len(lines))), encoding="utf-8"
    )
    return file


@pytest.mark.parametrize("options", [("dbow",), ("dbow", "--no-train-words"), ("dm",)], ids=str)
def test_documents_are_trained_and_asked(
    cli: Cli, documents: Path, tags: Path, tmp_path: Path, lines: list[str], options: tuple[str, ...]
) -> None:
    model = tmp_path / "m"
    done = cli("train", documents, "-o", model, "--tags", tags, "--epochs", 25, *SMALL, "--documents", *options)
    assert (done.code, done.out, done.err) == (0, "", "")
    near = [row.split("\t")[1] for row in cli("nearest", model / "documents", "d5", "-n", 5).out.splitlines()]
    assert [int(tag[1:]) % TOPICS for tag in near] == [1] * 5
    assert json.loads(cli("info", model, "--json").out)["document_tags"] == len(lines) + 1
    facts = json.loads(cli("info", model / "documents", "--json").out)
    assert (facts["tokens"], facts["tags_given"]) == (None, len(lines) * 9 // 8)
    drawn = cli("map", model / "documents", "-o", tmp_path / "d.png", "--method", "pca", "--top", 20)
    assert drawn.err == f"20 keys drawn in {tmp_path / 'd.png'}\n"
    found = cli("infer", model, "-", "--topn", 1, "--json", stdin="\n".join([*lines[1:4], "nothing known"]) + "\n")
    answers = [json.loads(row) for row in found.out.splitlines()]
    assert [answer["neighbors"][0]["key"] for answer in answers[:3]] == ["d1", "d2", "d3"]
    assert answers[3] == {"document": 3, "neighbors": []}


def test_after_training_documents_are_asked_for(cli: Cli, documents: Path, tmp_path: Path) -> None:
    done = cli("train", documents, "-o", tmp_path / "m", "--documents", "dbow", "--epochs", 1, *SMALL[:-1])
    assert f"nearest {tmp_path / 'm' / 'documents'} TAG, or infer {tmp_path / 'm'} FILE" in done.err


def test_inferred_vectors_are_written(cli: Cli, documents: Path, tmp_path: Path, lines: list[str]) -> None:
    model = tmp_path / "m"
    assert cli("train", documents, "-o", model, "--documents", "dm", *SMALL).code == 0
    assert cli("infer", model, documents, "-o", tmp_path / "new.npz", "--epochs", 3).code == 0
    written = KeyedVectors.load(tmp_path / "new.npz")
    np.testing.assert_array_equal(written.vectors, Doc2Vec.load(model).infer(lines, epochs=3))
    assert cli("infer", model, documents, "-o", documents).code == 1


def test_a_run_of_documents_is_resumed_where_it_is_done(cli: Cli, documents: Path, tags: Path, tmp_path: Path) -> None:
    command = ("train", documents, "-o", tmp_path / "m", "--documents", "dbow", "--tags", tags, *SMALL)
    assert cli(*command).code == 0
    again = cli(*command, "--resume")
    assert (again.code, again.err) == (0, f"{tmp_path / 'm'} is trained already: nothing to go on with\n")


def test_an_exported_directory_has_its_documents(cli: Cli, documents: Path, tmp_path: Path) -> None:
    assert cli("train", documents, "-o", tmp_path / "m", "--documents", "dbow", *SMALL).code == 0
    assert cli("export", tmp_path / "m", tmp_path / "small", "--dtype", "float16").code == 0
    assert len(KeyedVectors.load(tmp_path / "small" / "documents")) == 120


def test_documents_in_a_table(cli: Cli, tmp_path: Path, lines: list[str]) -> None:
    table = tmp_path / "d.jsonl"
    table.write_text("".join(json.dumps({"id": i, "body": line}) + "\n" for i, line in enumerate(lines)))
    options = ("--documents", "dbow", "--text", "body", "--tags", "id", *SMALL)
    assert cli("train", table, "-o", tmp_path / "m", *options).code == 0
    assert Doc2Vec.load(tmp_path / "m").dv.keys.tolist() == list(range(len(lines)))  # type: ignore[union-attr]
    assert "did you mean 'body'?" in cli("train", table, "-o", tmp_path / "n", *options, "--text", "bdy").err


def test_a_dry_run_counts_documents(cli: Cli, documents: Path) -> None:
    rows = dict(row.split("\t") for row in cli("train", documents, "--documents", "dm", "--dry-run").out.splitlines())
    assert (rows["sequences"], rows["tags"], rows["architecture"]) == ("120", "120", "cbow")


def test_what_does_not_fit_is_named(cli: Cli, documents: Path, tags: Path, tmp_path: Path, lines: list[str]) -> None:
    def message(*arguments: object) -> str:
        outcome = cli("train", documents, "-o", tmp_path / "m", *SMALL, *arguments)
        assert outcome.code != 0
        return outcome.err

    assert "add --documents dbow" in message("--tags", tags)
    assert "add --documents dbow" in message("--no-train-words")
    (tmp_path / "few.txt").write_text("a\nb\n")
    assert "there are tags for 2 documents, and 120 documents" in message(
        "--documents", "dm", "--tags", tmp_path / "few.txt"
    )
    (tmp_path / "blank.txt").write_text("".join(f"{'' if i == 3 else i}\n" for i in range(len(lines))))
    assert "document 3 has no tag" in message("--documents", "dm", "--tags", tmp_path / "blank.txt")
    assert "is no list of tags, one a line, for --tags" in message("--documents", "dm", "--tags", tmp_path / "none.txt")
    assert "do not go together" in message("--documents", "dbow", "--architecture", "cbow")
    assert cli("train", documents, "-o", tmp_path / "w", *SMALL).code == 0
    assert "holds a model of words alone" in cli("infer", tmp_path / "w", documents).err
