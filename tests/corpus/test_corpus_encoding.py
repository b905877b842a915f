"""The core reads as plain Python does, whatever the chunks, the pieces and the threads."""

import logging
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_reader import TEXTS, content, encode_plainly, lines_of

from wordmill.core import core
from wordmill.corpus import EncodedCorpus, Resources, read_corpus
from wordmill.errors import CorpusError
from wordmill.text import lower, split_words

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3))
#: Makes a vocabulary of at least two words of every text.
TWO_WORDS = "\none two"


def encode(
    data: bytes, chunk: int, piece: int, threads: int, *, replace: bool = False
) -> tuple[list[str], list[list[str]]]:
    """The distinct words in the order of arrival, and the sequences."""
    encoder = core.Encoder(threads=threads, replace_bad=replace, max_words=1 << 30, piece_bytes=piece)
    encoder.begin_file(drop_byte_order_mark=True)
    for begin in range(0, len(data), chunk):
        encoder.read(np.frombuffer(data, np.uint8)[begin : begin + chunk])
    encoder.end_file()
    tickets, ends = encoder.take()
    words = encoder.words(np.arange(len(encoder.counts()), dtype=np.int32))
    assert encoder.tickets().tolist() == list(range(len(words)))
    assert encoder.counts().tolist() == np.bincount(tickets, minlength=len(words)).tolist()
    tokens = [words[ticket] for ticket in tickets]
    return words, [tokens[begin:end] for begin, end in pairwise([0, *ends])]


@given(TEXTS, SIZES)
@example("\ufeffa b\r\n\u2028\x85c\n", (1, 1, 2))
@example("fifteen_letters sixteen__letters seventeen_letters\tfifteen_letters " * 2, (7, 9, 2))
@example("\ufeff", (1, 1, 1))
@example("", (1, 1, 1))
@example("no white space", (100, 1, 3))
@settings(max_examples=300)
def test_encodes_as_python(text: str, sizes: tuple[int, int, int]) -> None:
    words, lines = encode(text.encode(), *sizes)
    expected = lines_of(text.removeprefix("\ufeff")) or ([[]] if text else [])
    assert lines == expected
    assert words == list(dict.fromkeys(word for line in expected for word in line))


@given(st.binary(max_size=60), SIZES)
@example(b"a\xe2\x82 \xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf \xf0\x9f\x98\n\xff\0", (1, 1, 1))
@settings(max_examples=300)
def test_replaces_bad_bytes_as_python(data: bytes, sizes: tuple[int, int, int]) -> None:
    text = data.decode("utf-8", "replace").replace("\0", "\ufffd")
    expected = lines_of(text.removeprefix("\ufeff")) or ([[]] if text else [])
    assert encode(data, *sizes, replace=True)[1] == expected


@given(TEXTS, st.sampled_from([b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf8\x88", b"\0"]), TEXTS, SIZES)
@settings(max_examples=200)
def test_names_the_first_bad_byte(before: str, bad: bytes, after: str, sizes: tuple[int, int, int]) -> None:
    after = "." + after  # no continuation
    with pytest.raises(core.NotTextError) as caught:
        encode(before.encode() + bad + after.encode() + b"\xff", *sizes)
    assert caught.value.args == (len(before.encode()), bad[0])


@given(TEXTS, SIZES, st.integers(1, 3), st.booleans(), st.sampled_from(["whitespace", "words"]))
@example("Cut-in-three cut in THREE\n... it's\n", (8, 8, 1), 1, True, "words")
@settings(max_examples=200)
def test_reads_files_as_python(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    sizes: tuple[int, int, int],
    min_count: int,
    lowercase: bool,
    tokenizer: str,
) -> None:
    text += TWO_WORDS * min_count
    path = tmp_path_factory.mktemp("texts") / "text.txt"
    path.write_bytes(text.encode())
    corpus = read_corpus(
        path,
        min_count=min_count,
        lowercase=lowercase,
        tokenizer=tokenizer,  # type: ignore[arg-type]
        resources=Resources(chunk_bytes=sizes[0], piece_bytes=sizes[1], threads=sizes[2]),
    )
    lines = lines_of(text.removeprefix("\ufeff"))
    if lowercase:
        lines = [[lower(word) for word in line] for line in lines]
    if tokenizer == "words":
        lines = [[part for word in line for part in split_words(word)] for line in lines]
    assert content(corpus) == encode_plainly(lines, min_count)
    assert corpus.tokens_read == sum(map(len, lines))
    assert (corpus.tokenizer, corpus.lowercase, corpus.count_error) == (tokenizer, lowercase, 0)


@given(
    st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=5), max_size=8), st.integers(1, 2)
)
def test_reads_integers_as_python(sequences: list[list[int]], min_count: int) -> None:
    sequences = [*sequences, [7, 8], [8, 7]]
    corpus = read_corpus(sequences, min_count=min_count)
    assert content(corpus) == encode_plainly(sequences, min_count)
    assert corpus.vocab.kind == "int"


@given(st.lists(st.lists(st.text(min_size=1, max_size=20), max_size=5), max_size=8), st.booleans())
def test_reads_token_lists_as_python(sequences: list[list[str]], lowercase: bool) -> None:
    sequences = [*sequences, ["one", "two", "with space", "line\nfeed", "nul\0", "nul"]]
    corpus = read_corpus(sequences, min_count=1, lowercase=lowercase)
    expected = [[lower(token) if lowercase else token for token in sequence] for sequence in sequences]
    assert content(corpus) == encode_plainly(expected)
    assert corpus.tokenizer is None


@given(st.lists(TEXTS, max_size=8), SIZES)
def test_reads_documents_as_python(documents: list[str], sizes: tuple[int, int, int]) -> None:
    documents = [*documents, "one two"]
    resources = Resources(chunk_bytes=sizes[0], piece_bytes=sizes[1], threads=sizes[2])
    corpus = read_corpus(documents, min_count=1, resources=resources)
    expected = [[word for line in lines_of(document) for word in line] for document in documents]
    assert content(corpus) == encode_plainly(expected)


@given(TEXTS, SIZES)
def test_a_tokenizer_in_python_sees_the_lines(
    tmp_path_factory: pytest.TempPathFactory, text: str, sizes: tuple[int, int, int]
) -> None:
    text += TWO_WORDS
    path = tmp_path_factory.mktemp("texts") / "text.txt"
    path.write_bytes(text.encode())
    resources = Resources(chunk_bytes=sizes[0])
    corpus = read_corpus(path, min_count=1, tokenizer=lambda line: line.split(), resources=resources)
    lines = text.removeprefix("\ufeff").removesuffix("\n").split("\n")
    assert content(corpus) == encode_plainly([line.split() for line in lines])


def zipf(tokens: int, words: int) -> list[str]:
    ranks = np.random.default_rng(1).zipf(1.2, tokens) % words
    return [f"word{rank}" if rank % 3 else f"a-longer-word-than-fits-{rank}" for rank in ranks]


@pytest.mark.parametrize("threads", [1, 4])
def test_reads_many_words(tmp_path: Path, threads: int) -> None:
    """Tables grow, pieces meet, and the result does not depend on the threads."""
    tokens = zipf(200_000, 30_000)
    path = tmp_path / "text.txt"
    path.write_text(" ".join(tokens), encoding="utf-8")
    resources = Resources(threads=threads, chunk_bytes=100_000, piece_bytes=9_000)
    corpus = read_corpus(path, min_count=3, resources=resources)
    assert content(corpus) == encode_plainly([tokens], 3)


def test_spills_to_a_file(tmp_path: Path) -> None:
    """What does not fit into memory goes to a file that has no name and vanishes with the corpus."""
    sequences = [zipf(50, 100) for _ in range(200)]
    path, spill = tmp_path / "text.txt", tmp_path / "spill"
    path.write_text("\n".join(map(" ".join, sequences)), encoding="utf-8")
    spill.mkdir()
    resources = Resources(memory_bytes=1000, spill_directory=spill, chunk_bytes=5_000)
    corpus = read_corpus(path, min_count=2, resources=resources)
    assert corpus.ids.base is not None  # a map
    assert content(corpus) == encode_plainly(sequences, 2)
    assert list(spill.iterdir()) == []
    corpus.save(tmp_path / "saved")
    assert content(EncodedCorpus.load(tmp_path / "saved")) == content(corpus)


def test_forgets_rare_words_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tokens = zipf(100_000, 20_000)
    path = tmp_path / "text.txt"
    path.write_text(" ".join(tokens), encoding="utf-8")
    resources = Resources(max_vocab_size=2_000, chunk_bytes=20_000)
    with caplog.at_level(logging.WARNING, "wordmill"):
        corpus = read_corpus(path, min_count=5, resources=resources)
    assert "max_vocab_size" in caplog.text
    assert corpus.tokens_read == len(tokens)
    content(corpus)  # consistent with itself
    true = Counter(tokens)
    error = corpus.count_error
    assert 0 < error < 100
    for key, count in zip(corpus.vocab.keys, corpus.vocab.counts.tolist(), strict=True):
        assert true[str(key)] - error <= count <= true[str(key)]
    assert set(corpus.vocab.keys) >= {key for key, count in true.items() if count >= 5 + error}
    # not of the frequent ones
    exact = read_corpus(path, min_count=5)
    assert exact.count_error == 0
    assert corpus.vocab.keys[:50] == exact.vocab.keys[:50]


def test_same_whatever_the_threads_when_words_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(" ".join(zipf(50_000, 20_000)), encoding="utf-8")
    corpora = [
        read_corpus(
            path, resources=Resources(max_vocab_size=1_000, chunk_bytes=30_000, piece_bytes=1_000, threads=threads)
        )
        for threads in (1, 3)
    ]
    assert corpora[0].fingerprint() == corpora[1].fingerprint()


def test_documents_end_where_they_end() -> None:
    """A line feed inside a document is white space."""
    corpus = read_corpus(["a b\nc", "", "c\r\n"], min_count=1)
    assert corpus.offsets.tolist() == [0, 3, 3, 4]


def test_real_text(shared_data: Path) -> None:
    """Scripts of the world: Syriac goes from right to left, Gujarati and Cherokee are three bytes a letter."""
    for name in ("bible-Syriac-NT", "bible-Gujarati-NT", "bible-Cherokee-NT", "tanaka-enja.test.ja"):
        path = shared_data / "corpora" / "other" / f"{name}.txt"
        lines = [line.split() for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n")]
        assert content(read_corpus(path, min_count=2)) == encode_plainly(lines, 2)


def test_replace_reads_what_strict_refuses(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes("caf\xe9 noir caf\xe9\n".encode("latin1"))
    with pytest.raises(CorpusError, match=r"latin1.txt: at offset 3 byte 0xE9 is not UTF-8.*iconv.*replace"):
        read_corpus(path, min_count=1)
    assert read_corpus(path, min_count=1, errors="replace").vocab.keys == ["caf\ufffd", "noir"]
