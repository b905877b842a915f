"""A mapped file that somebody else writes to is refused at the next call; one that is replaced stays as it was."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill import KeyedVectors, Word2Vec
from wordmill.errors import FormatError
from wordmill.mapped import MappedFile

ROWS = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


def write_in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    os.utime(path, ns=(1, 1))  # the clock of the file system may be too coarse


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


@pytest.mark.parametrize("change", [write_in_place, cut, grow])
def test_a_file_that_is_written_to(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(100))
    mapped = MappedFile.now(path)
    mapped.check()
    change(path)
    with pytest.raises(FormatError, match="data was written to while it is in use: load it again"):
        mapped.check()


def test_a_file_that_is_replaced_renamed_or_removed(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(100))
    mapped = MappedFile.now(path)
    (tmp_path / "new").write_bytes(b"other")
    (tmp_path / "new").replace(path)
    mapped.check()
    path.unlink()
    mapped.check()


ASKED: dict[str, Callable[[KeyedVectors], Any]] = {
    "nearest": lambda wv: wv.nearest(["a"]),
    "most_similar": lambda wv: wv.most_similar("a"),
    "similarity": lambda wv: wv.similarity("a", "b"),
    "one vector": lambda wv: wv["a"],
    "vectors": lambda wv: wv.vectors,
    "encode": lambda wv: wv.encode(["a b"]),
    "keys": list,
    "is there": lambda wv: "a" in wv,
    "rows of keys": lambda wv: wv.key_to_index,
    "lengths": lambda wv: wv.norms,
    "counts": lambda wv: wv.counts,
    "copy": copy.deepcopy,
    "pickle": pickle.dumps,
    "more": lambda wv: wv.add_vectors(["e"], ROWS[:1]),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody write to a file that is mapped")
@pytest.mark.parametrize("change", [write_in_place, cut, grow])
@pytest.mark.parametrize("name", ["model.safetensors", "wordmill.safetensors"])
def test_a_model_that_is_written_to(tmp_path: Path, name: str, change: Callable[[Path], None]) -> None:
    KeyedVectors(list("abcd"), ROWS).save(tmp_path / "model")
    loaded = KeyedVectors.load(tmp_path / "model")
    copies = [copy.deepcopy(loaded), pickle.loads(pickle.dumps(loaded))]  # noqa: S301 (our own)
    change(tmp_path / "model" / name)
    for ask in ASKED.values():
        with pytest.raises(FormatError, match=f"{name} was written to while it is in use"):
            ask(loaded)
    for other in copies:  # in memory
        np.testing.assert_array_equal(other.vectors, ROWS)


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody write to a file that is mapped")
@pytest.mark.parametrize("change", [write_in_place, cut, grow])
def test_output_vectors_that_are_written_to(tmp_path: Path, change: Callable[[Path], None]) -> None:
    texts = [["a", "b", "c"]] * 9
    Word2Vec(vector_size=4, min_count=1, epochs=1).fit(texts).save(tmp_path / "model")
    model = Word2Vec.load(tmp_path / "model")
    change(tmp_path / "model" / "training.safetensors")
    for ask in (lambda: model.output_vectors, lambda: model.score(texts), lambda: model.partial_fit(texts)):
        with pytest.raises(FormatError, match=r"training\.safetensors was written to while it is in use"):
            ask()


def test_a_model_that_is_saved_anew(tmp_path: Path) -> None:
    KeyedVectors(list("abcd"), ROWS).save(tmp_path / "model")
    loaded = KeyedVectors.load(tmp_path / "model")
    KeyedVectors(["x"], ROWS[:1]).save(tmp_path / "model")
    for ask in ASKED.values():
        ask(loaded)
    np.testing.assert_array_equal(loaded.vectors, ROWS)
    assert loaded.subset(["b"]).index_to_key == ["b"]
