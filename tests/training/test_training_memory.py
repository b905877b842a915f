"""The memory estimate against what is really taken."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from wordmill.config import TrainConfig
from wordmill.corpus import read_corpus
from wordmill.training.backends import allocate_vectors
from wordmill.training.run.memory import estimate_memory

RUN = """
import re, sys
from pathlib import Path
from wordmill.cli import main
try:
    main()
except SystemExit as end:
    print("memory used", re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1], sep="\\t")
    raise
"""


@pytest.mark.parametrize("vector_size", [1, 16, 100, 300])
def test_vectors_take_what_was_estimated(vector_size: int) -> None:
    corpus = read_corpus([["a", "b", "c"]] * 5)
    matrix = allocate_vectors(3, vector_size)
    estimate = estimate_memory(corpus, TrainConfig(vector_size=vector_size))
    assert estimate.vectors == 2 * 3 * matrix.strides[0]
    assert estimate.peak >= estimate.program_and_corpus + estimate.vectors


def test_estimate_without_the_help_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wordmill.training.run.memory._STATUS", tmp_path / "none")
    estimate = estimate_memory(read_corpus([["a", "b"]] * 5), TrainConfig())
    assert estimate.reading == 0
    assert 2**26 < estimate.program_and_corpus < 2**27


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60,000 words, a million tokens."""
    draw = random.Random(1)
    words = [f"{draw.getrandbits(40):x}" for _ in range(60_000)]
    path = tmp_path_factory.mktemp("memory") / "text.txt"
    path.write_text("\n".join(" ".join(draw.choices(words, k=1_000)) for _ in range(1_000)), encoding="utf-8")
    return path


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell peak memory")
@pytest.mark.parametrize("vector_size", [20, 200])
@pytest.mark.parametrize("encoded", [False, True])
def test_dry_run_is_within_a_tenth_of_the_peak(text: Path, tmp_path: Path, vector_size: int, encoded: bool) -> None:
    corpus = text
    if encoded:
        corpus = tmp_path / "text.corpus"
        read_corpus(text).save(corpus)
    options = ["-o", str(tmp_path / "m"), "-q", "--vector-size", str(vector_size), "--epochs", "1"]
    options += ["--architecture", "cbow", "--workers", "2", "--checkpoint-every", "1s"]
    outlook, run = (_rows("train", str(corpus), *options, *more) for more in (["--dry-run"], []))
    estimate = float(outlook["memory at most"].removesuffix(" MiB"))
    # Of so small a run the threads' timing alone moves some MiB: how much of the text is in memory at once.
    assert estimate == pytest.approx(int(run["memory used"]) / 1024, rel=0.1, abs=16)


def _rows(*arguments: str) -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True)
    return dict(line.split("\t") for line in done.stdout.splitlines())
