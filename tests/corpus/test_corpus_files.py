"""Files: compressed or not, whole or cut short, text or not."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from plain_reader import content, encode_plainly

from wordmill import compression
from wordmill.corpus import Resources, read_corpus
from wordmill.errors import CorpusError, OutputError
from wordmill.sources import files
from wordmill.sources.files import read_chunks

TEXT = "".join(f"line {number} of the text\n" for number in range(2000))
LINES = [line.split() for line in TEXT.splitlines()]
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("chunk_bytes", [100, 1 << 23])
def test_compressed(tmp_path: Path, kind: str, chunk_bytes: int) -> None:
    """Whatever the name; of one stream or several, with zeros after them or without."""
    path = tmp_path / "text.txt"
    half = len(TEXT) // 2
    for data in (
        COMPRESS[kind](TEXT.encode()),
        COMPRESS[kind](TEXT[:half].encode()) + COMPRESS[kind](b"") + COMPRESS[kind](TEXT[half:].encode()),
        COMPRESS[kind](TEXT[:half].encode()) + bytes(20_000) + COMPRESS[kind](TEXT[half:].encode()) + bytes(4),
    ):
        path.write_bytes(data)
        corpus = read_corpus(path, min_count=1, resources=Resources(chunk_bytes=chunk_bytes))
        assert content(corpus) == encode_plainly(LINES)


def test_long_zstd_windows(tmp_path: Path) -> None:
    """As `zstd --long=31` makes them."""
    settings = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=settings).compressobj()  # a stream of unknown size
    (tmp_path / "text.zst").write_bytes(compressor.compress(TEXT.encode()) + compressor.flush())
    assert content(read_corpus(tmp_path / "text.zst", min_count=1)) == encode_plainly(LINES)


@pytest.mark.parametrize("kind", COMPRESS)
def test_compressed_and_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"text.{kind}"
    data = COMPRESS[kind](TEXT.encode())
    for cut in (len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(CorpusError, match=rf"text.{kind} is compressed and cut short"):
            read_corpus(path)
    path.write_bytes(data + b"rubbish")
    with pytest.raises(CorpusError, match=rf"text.{kind} is compressed and corrupt"):
        read_corpus(path)
    path.write_bytes(data[:30] + bytes(40) + data[70:])
    with pytest.raises(CorpusError, match=rf"text.{kind} is compressed and corrupt"):
        read_corpus(path)


@pytest.mark.parametrize("kind", COMPRESS)
def test_compressed_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").write_bytes(COMPRESS[kind](b""))
    with pytest.raises(CorpusError, match="empty holds no tokens"):
        read_corpus(tmp_path / "empty")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "holds no tokens"),
        (b" \n\n\t", "holds no tokens"),
        (b"PK\x03\x04rest", "is a zip archive: unpack it"),
        (b"%PDF-1.7\n", "is a PDF: extract its text"),
        (b"PAR1\x15\x04", "cannot be read as Parquet"),
        (b"ARROW1\0\0", "is an Arrow file: pass one of its columns"),
        ("text".encode("utf-16"), "is UTF-16: convert it"),
        ("text".encode("utf-16-le"), "at offset 1 there is a NUL: the file is binary or UTF-16, not text"),
        (b"\x7fELF\x02\x01\x01\0", "is a program"),
        (b"ok\nna\xefve", r"at offset 5 byte 0xEF is not UTF-8: convert the file .*iconv.* or pass errors='replace'"),
        (gzip.compress(b"ok\nna\xefve", mtime=0), "at offset 5 of the decompressed text byte 0xEF"),
    ],
    ids=str,
)
@pytest.mark.parametrize("tokenizer", ["whitespace", str.split], ids=["core", "python"])
def test_what_is_no_text(tmp_path: Path, data: bytes, message: str, tokenizer: Callable[[str], list[str]]) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=rf"/file:? {message}") as caught:
        read_corpus(path, tokenizer=tokenizer)
    assert "\n" not in str(caught.value)


def test_text_that_begins_like_something_else(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    for text in ("BZh is a chemist", "PAR1 and PAR2", "ARROW1", "PK too"):
        path.write_text(text + " word", encoding="utf-8")
        assert read_corpus(path, min_count=1).vocab.keys == sorted({*text.split(), "word"})


def test_offset_of_a_bad_byte_far_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode() + b"\xff" + TEXT.encode())
    for tokenizer in ("whitespace", str.split):
        with pytest.raises(CorpusError, match=f"offset {len(TEXT):,} byte 0xFF"):
            read_corpus(path, tokenizer=tokenizer, resources=Resources(chunk_bytes=1000, piece_bytes=100))


def test_a_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "text.txt"
    path.write_text("text", encoding="utf-8")
    monkeypatch.setattr("wordmill.corpus.reader.is_saved_corpus", lambda _: False)
    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(CorpusError, match=r"text.txt cannot be read: Permission denied"):
        read_corpus(path)


def test_chunks_are_read_ahead_in_two_buffers(tmp_path: Path) -> None:
    """A chunk must not change while it is in use."""
    path = tmp_path / "text.txt"
    data = bytes(range(256)) * 50
    path.write_bytes(data)
    for size in (7, 100, 12_800, 20_000):
        assert b"".join(chunk.tobytes() for chunk in read_chunks(path, size)) == data


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    chunks = read_chunks(path, 100)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]


def test_no_room_to_spill(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    resources = Resources(memory_bytes=0, spill_directory=tmp_path / "missing")
    with pytest.raises(OutputError, match=r"missing cannot be written: No such file.*spill_directory"):
        read_corpus(path, resources=resources)


@pytest.mark.skipif(
    sys.platform != "linux" or "WORDMILL_SANITIZED" in os.environ, reason="measures memory as Linux counts it, alone"
)
def test_a_file_that_swells_ten_thousandfold_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    line = b"one two\n" * (1 << 17)
    with (tmp_path / "bomb.zst").open("wb") as file:
        for _ in range(600):
            file.write(compressor.compress(line))
        file.write(compressor.flush())
    assert (tmp_path / "bomb.zst").stat().st_size < 100_000
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from wordmill.errors import CorpusError\n"
        "from wordmill.sources.files import read_chunks\n"
        "try:\n"
        "    print(sum(map(len, read_chunks(Path(sys.argv[1]), 1 << 20))))\n"
        "    sys.exit('it was read')\n"
        "except CorpusError as error:\n"
        "    assert 'bomb.zst holds more than 268,435,456 bytes, compressed into' in str(error), error\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
        "assert int(peak[1]) < 400 << 10, peak"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "bomb.zst"], check=True)


@pytest.mark.parametrize("kind", COMPRESS)
def test_what_may_come_out_is_bounded_by_what_went_in(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "_UNPACKED", 1 << 12)
    path = tmp_path / "text"
    path.write_bytes(COMPRESS[kind](b"one two\n" * 200_000))
    with pytest.raises(CorpusError, match=r"text holds more than [\d,]+ bytes, compressed into [\d,]+, .* unpack it"):
        read_corpus(path)
    noise = np.random.default_rng(1).integers(ord("a"), ord("z"), 50_000, np.uint8).tobytes()
    path.write_bytes(COMPRESS[kind](noise + b" a b" * 9))
    assert len(read_corpus(path, min_count=9).vocab) == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert len(read_corpus("-", min_count=9).vocab) == 2


def test_a_line_as_long_as_the_file() -> None:
    chunks = [np.frombuffer(part, np.uint8) for part in (b"a\nb", b"c", b"d", b"\n\ne\nf", b"g")]
    assert list(files._split_lines(chunks)) == [b"a", b"bcd", b"", b"e", b"fg"]
