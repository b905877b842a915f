"""What was read is looked at: what is cut in the wrong place is told once, with its cure, and what is well is not."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wordmill import Word2Vec, read_corpus
from wordmill.datasets import sample_path
from wordmill.errors import ParameterError, VocabularyError
from wordmill.text import Cells, split_words

ITEMS = ["whole milk", "yogurt", "rolls", "soda", "citrus fruit", "bread", "butter", "coffee"]
PROSE = (
    "The king saw the queen, and the queen, who was old, saw the king. However, the old king was ill; was the queen? "
    "The queen was not ill. The king, however, was old (and ill), so the queen sat by the king."
)


def baskets(seed: int = 1, size: int = 6) -> list[list[str]]:
    draw = random.Random(seed)
    return [draw.sample(ITEMS, k=draw.randint(1, size)) for _ in range(200)]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def write(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([",".join(basket) for basket in baskets()], "hold ',', such as .*delimiter=','"),
        ([";".join(basket) for basket in baskets()], "hold ';', such as .*delimiter=';'"),
        ([", ".join(basket).replace("whole ", "") for basket in baskets()], "end in ',': delimiter=','"),
        (["\t".join(basket) for basket in baskets()], r"cells between tabs, .*delimiter='\\t'"),
        ([f"{i};NA;{i % 7};2016-05-09" for i in range(200)], "rows of 4 cells between ';'.*of a table pass the column"),
        (['{"text": "the king"}', '{"text": "the queen"}'] * 9, "its lines are JSON"),
        (["<!DOCTYPE html>", "<p>the king</p>"] * 9, "HTML or XML"),
        ([PROSE] * 5, r"another key with a final mark \('king.', .*tokenizer='words' lowercase=True"),
        ([PROSE.lower()] * 5, r"another key with a final mark .*: tokenizer='words' takes"),
        (["吾輩は猫である。名前はまだ無い。", "どこで生れたかとんと見当がつかぬ。"] * 9, "no spaces between words"),
        (["ฉันรักแมวสีขาวตัวนี้มาก", "แมวตัวนี้ชอบกินปลาทูน่า"] * 9, "no spaces between words"),
        (ITEMS[1:4] * 9, "lines of one token"),
    ],
)
@pytest.mark.parametrize("as_documents", [False, True])
def test_signs_and_their_cures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, lines: list[str], told: str, as_documents: bool
) -> None:
    read_corpus(lines if as_documents else write(tmp_path, lines), min_count=1)
    (message,) = warnings(caplog)
    told = told.replace("lines of one token", "strings of one word") if as_documents else told
    assert re.search(told, message)


@pytest.mark.parametrize(
    "lines",
    [
        [" ".join(basket) for basket in baskets()],
        [" ".join(map(str, range(i, i + 5))) for i in range(99)],
        ["the|DT king|NN saw|VBD the|DT queen|NN"] * 20,
        ["12.5,33.1 12.6,33.2 12.7,33.1"] * 20,
        [" ".join(split_words(PROSE))] * 20,
        ["the u.s. and mr. king of the u.s. , who met mrs. king . mr king ?"] * 20,
        ["猫 は 名前 を まだ 持 た ない 。", "どこ で 生れ た か 見当 が つか ぬ 。"] * 20,
        ["/home /home/ /home/a /home/b", "user@host 50% 50 #tag tag*"] * 20,
        ["1,000 people paid 2,500 in 1,999 ways for 3,000 others of the old town"] * 20,
    ],
)
def test_what_is_well_is_not_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture, lines: list[str]) -> None:
    read_corpus(write(tmp_path, lines), min_count=1)
    read_corpus(lines, min_count=1)
    read_corpus([line.split() for line in lines], min_count=1)
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    ("cured", "source"),
    [
        ({"delimiter": ","}, [",".join(basket) for basket in baskets()]),
        ({"delimiter": "\\t"}, ["\t".join(basket) for basket in baskets()]),
        ({"tokenizer": "words", "lowercase": True}, [PROSE] * 9),
        ({"tokenizer": list}, ["吾輩は猫である。", "名前はまだ無い。"] * 9),
    ],
)
def test_the_cure_cures(caplog: pytest.LogCaptureFixture, cured: dict[str, Any], source: list[str]) -> None:
    Word2Vec(min_count=1, vector_size=4, epochs=1, sample=0, **cured).fit(source)
    assert not [message for message in warnings(caplog) if "of its" in message or "its lines" in message]


def test_the_sample_and_real_corpora(caplog: pytest.LogCaptureFixture, tmp_path: Path, shared_data: Path) -> None:
    dirty = {"corpora/other/bible-Cherokee-NT.txt": "words", "corpora/other/bible-Gujarati-NT.txt": "words"}
    clean = [
        "corpora/other/bible-Syriac-NT.txt", "corpora/other/tanaka-enja.test.en.txt", "corpora/en/ptb/ptb.valid.txt",
        "corpora/other/tanaka-enja.test.ja.txt", "sequences/baskets/retail.dat", "graphs/karate/karate.adjlist",
        "graphs/airports/usa-airports.edgelist", "sequences/sessions/diginetica.train.seq.txt",
    ]  # fmt: skip
    for name in clean:
        read_corpus(shared_data / name, min_count=2)
    assert warnings(caplog) == []
    for name in dirty:
        read_corpus(shared_data / name, min_count=2)
        assert "tokenizer='words' takes words alone" in warnings(caplog)[-1]
    raw = tmp_path / "raw.txt"
    with zstandard.open(shared_data / "corpora/en/enwiki2015-250mb.txt.zst", "rb") as file:
        raw.write_bytes(file.read(1_000_000).rpartition(b"\n")[0])
    read_corpus(raw)
    assert "tokenizer='words' lowercase=True takes words alone" in warnings(caplog)[-1]


def test_the_bundled_sample_is_well(caplog: pytest.LogCaptureFixture) -> None:
    read_corpus(sample_path())
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    ("source", "told", "not_told"),
    [
        ([",".join(basket) + f",{i}" for i, basket in enumerate(baskets(size=2))] * 2, "delimiter=','", "min_count="),
        (["the", "cat", "sat"], "pass words as one list, [words]", "would keep"),
        (["吾輩は猫である。", "名前はまだ無い。"], "no spaces between words", "would keep"),
        ([[f"a{i}", f"b{i}"] for i in range(1000)], "most keys occur once", "would keep"),
        ([[f"a{i}", f"b{i}"] for i in range(1000)] + [["x", "y"]] * 2, "most keys occur once", "would keep"),
        ([["a", "b"], ["b", "c"]], "min_count=1 would keep 3, enough to try it out", "most keys"),
        ([["a", "b"], ["b", "c"], ["a", "c"]] * 2, "min_count=4 would keep 3", "most keys"),
    ],
)
def test_advice_is_given_where_it_cures(source: list[Any], told: str, not_told: str) -> None:
    with pytest.raises(VocabularyError) as error:
        read_corpus(source, min_count=500)
    assert told in str(error.value)
    assert not_told not in str(error.value).partition(";")[2]


def test_validation_is_not_told_of_again(caplog: pytest.LogCaptureFixture) -> None:
    Word2Vec(vector_size=4, epochs=1).fit([PROSE] * 99, validation=[PROSE] * 9)
    assert sum("final mark" in message for message in warnings(caplog)) == 1


def test_a_saved_corpus_is_looked_at(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read_corpus([PROSE] * 9).save(tmp_path / "prose.corpus")
    caplog.clear()
    read_corpus(tmp_path / "prose.corpus")
    assert "final mark" in warnings(caplog)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("milk,  citrus fruit ,,bread,", ["milk", "citrus fruit", "bread"]),
        ('"milk, fresh","say ""hi""", bread', ["milk, fresh", 'say "hi"', "bread"]),
        ('5" pipe,"broken,bread', ['5" pipe', '"broken', "bread"]),
        ("", []),
    ],
)
def test_cells(text: str, expected: list[str]) -> None:
    assert Cells(",")(text) == expected


def test_delimiter_is_kept_with_the_model(tmp_path: Path) -> None:
    lines = [",".join(basket) for basket in baskets()]
    corpus = read_corpus(write(tmp_path, lines), delimiter=",", min_count=1)
    assert [[corpus.vocab.keys[i] for i in ids] for ids in corpus] == baskets()
    model = Word2Vec(delimiter=",", min_count=1, vector_size=4, epochs=1, sample=0).fit(lines)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert (loaded.transform(["whole milk, soda"]) == model.wv.encode([["whole milk", "soda"]])).all()


@pytest.mark.parametrize("delimiter", ["", "ab", "a", "7", '"', "\n", 1, True])
def test_bad_delimiters(delimiter: Any) -> None:
    with pytest.raises(ParameterError, match=r"delimiter=.* is not allowed: it must be one character"):
        Word2Vec(delimiter=delimiter).fit(["a,b"])
    with pytest.raises(ParameterError, match=r"delimiter=.* is not allowed: it must be one character"):
        read_corpus(["a,b"], delimiter=delimiter)
    with pytest.raises(ParameterError, match="cut a line in two ways"):
        Word2Vec(delimiter=",", tokenizer="words").fit(["a,b"])
