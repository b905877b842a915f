"""A text of more distinct words than are held: memory stays within its bound, and the corpus says what it cost.

WORDMILL_DISTINCT_WORDS is how many (`make test-large`: 50 million, with the usual bound of 2^25).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.corpus.resources import BYTES_A_WORD

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists() or "WORDMILL_SANITIZED" in os.environ,
    reason="the system does not tell peak memory, or a sanitizer takes more",
)

WORDS = int(os.environ.get("WORDMILL_DISTINCT_WORDS", "500000"))
HELD = WORDS * 2**25 // 50_000_000
FREQUENT = 1_000  # words that come again and again, one token in twenty
CHUNK = min(WORDS, 2**23)  # bytes
BUFFERS = 8 * CHUNK + 2**24  # bytes: a chunk of text, and tables of its pieces, which threads count on their own

READ = """
import json, logging, re, sys
from pathlib import Path
from wordmill.corpus import Resources, read_corpus

def memory(name):
    return 1024 * int(re.search(rf"{name}:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

logging.basicConfig()
before = memory("VmRSS")
path, held, chunk = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
resources = Resources(threads=2, max_vocab_size=held, chunk_bytes=chunk, piece_bytes=chunk // 8)
corpus = read_corpus(path, resources=resources)
facts = {"tokens": corpus.tokens_read, "counts": corpus.vocab.counts.tolist(), "error": corpus.count_error}
print(json.dumps({**facts, "bytes": memory("VmHWM") - before}))
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each rare word once, none similar to its neighbours."""
    path = tmp_path_factory.mktemp("many") / "text.txt"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for begin in range(0, WORDS, 100_000):
            numbers = np.arange(begin, min(begin + 100_000, WORDS), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            words = [f"{number:016x}"[:13] for number in numbers.tolist()]
            frequent = [f"common{place // 20 % FREQUENT}" for place in range(begin, begin + len(words), 20)]
            file.write(" ".join(words) + "\n" + " ".join(frequent) + "\n")
    return path


def read(path: Path, max_vocab_size: int) -> tuple[dict[str, Any], str]:
    command = [sys.executable, "-c", READ, str(path), str(max_vocab_size), str(CHUNK)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), done.stderr


def test_memory_stays_within_its_bound_and_the_cost_is_told(text: Path) -> None:
    facts, log = read(text, HELD)
    print(f"{WORDS:,} distinct words, {HELD:,} held: {facts['bytes'] / 1e6:,.0f} MB, counts short by {facts['error']}")
    assert facts["bytes"] <= BYTES_A_WORD * HELD + 8 * facts["tokens"] + BUFFERS
    assert facts["tokens"] == WORDS + WORDS // 20
    assert facts["error"] == 1
    assert "counts may be short by up to 1;" in log
    true = WORDS // 20 // FREQUENT
    assert len(facts["counts"]) == FREQUENT
    assert set(facts["counts"]) <= {true - 1, true}


def test_counts_are_exact_where_all_words_are_held(text: Path) -> None:
    facts, log = read(text, 2 * WORDS)
    print(f"{WORDS:,} distinct words, all held: {facts['bytes'] / 1e6:,.0f} MB")
    assert facts["bytes"] <= BYTES_A_WORD * WORDS + 8 * facts["tokens"] + BUFFERS
    assert facts["error"] == 0
    assert facts["counts"] == [WORDS // 20 // FREQUENT] * FREQUENT
    assert log == ""
