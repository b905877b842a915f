"""What cannot be a path is refused in our words, wherever a path is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import Checkpoint, EncodedCorpus, KeyedVectors, LogFile, Word2Vec, read_corpus
from wordmill.errors import CorpusError, ParameterError
from wordmill.evaluation import evaluate_analogies, evaluate_categories, evaluate_outliers, evaluate_pairs
from wordmill.paths import checked_path
from wordmill.plots import plot_loss, plot_map

VECTORS = KeyedVectors(["a", "b", "c"], np.eye(3, dtype=np.float32))
CORPUS = read_corpus([["a", "b"]], min_count=1)
DOORS: list[Callable[[Any], object]] = [
    KeyedVectors.load,
    VECTORS.save,
    Word2Vec.load,
    lambda path: Word2Vec(min_count=1, vector_size=2, epochs=1).fit([["a", "b"]] * 9).save(path),
    lambda path: Word2Vec().fit(CORPUS, init_from=path),
    EncodedCorpus.load,
    CORPUS.save,
    lambda path: evaluate_analogies(VECTORS, path),
    lambda path: evaluate_pairs(VECTORS, path),
    lambda path: evaluate_categories(VECTORS, path),
    lambda path: evaluate_outliers(VECTORS, path),
    lambda path: plot_map(VECTORS, ["a", "b", "c"], path, method="pca"),
    lambda path: plot_loss([], path),
    LogFile,
    Checkpoint,
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", [5, b"bytes", ["x"], "a\0b", "x" * 300, "x/" * 3000, "", "\ud800"], ids=repr)
def test_no_path(door: Callable[[Any], object], path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError) as caught:
        door(path)
    assert len(str(caught.value)) < 400
    assert list(tmp_path.iterdir()) == []


def test_paths_of_all_kinds_are_paths() -> None:
    for path in ("a", "a/b.txt", "ä" * 100, Path("x"), "-", "new\nline"):
        assert checked_path(path) == Path(path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read")
def test_a_file_that_cannot_be_read_is_named() -> None:
    with pytest.raises(CorpusError, match="/proc/self/mem cannot be read: Input/output error"):
        Word2Vec().fit("/proc/self/mem")
