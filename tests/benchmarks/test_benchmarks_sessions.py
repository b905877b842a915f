"""Next items of sessions: what is held out, and what the scores are on vectors whose answers are known."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    return importlib.import_module("sessions")


def test_the_last_item_is_held_out_of_what_is_trained(sessions: ModuleType, tmp_path: Path) -> None:
    source, target = tmp_path / "sessions.txt", tmp_path / "train.txt"
    source.write_text("1 2 3\n4\n5 6 5\n7 8\n", encoding="utf-8")
    asked = sessions.hold_out(source, target)
    assert target.read_text(encoding="utf-8") == "1 2\n4\n5 6\n7\n"
    # one item has no next one; a session that ends where it was before asks for no neighbour
    keys, cases = asked.items.keys, asked.cases
    assert [keys[i] for i in cases.seen] == ["1", "2", "7"]
    assert [keys[i] for i in cases.answers] == ["3", "8"]
    assert cases.offsets.tolist() == [0, 2, 3]


def test_scores_of_neighbours_that_are_known(sessions: ModuleType, tmp_path: Path) -> None:
    angles = np.radians([0, 10, 30, 60, 100])
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.array([[1], [5], [2], [3], [1]])
    np.savez(tmp_path / "vectors.npz", keys=np.array(list("abcde")), vectors=matrix.astype(np.float32))
    vectors = importlib.import_module("quality").load_vectors(tmp_path / "vectors.npz")

    def asked(*lines: str) -> object:
        (tmp_path / "sessions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return sessions.hold_out(tmp_path / "sessions.txt", tmp_path / "train.txt")

    # of a: b, then c; of both, at 50 degrees: d, then c; the first; an answer and a session that are not known
    scores = sessions.measure_next_item(vectors, asked("e a c", "b a", "b unknown", "unknown a"))
    for seen in ("last item", "all items"):
        assert scores[f"{seen}: hit rate@10"] == {"points": 50, "coverage": 0.5}
        assert scores[f"{seen}: MRR@20"]["points"] == pytest.approx(100 * (1 / 2 + 1) / 4)
    further = sessions.measure_next_item(vectors, asked("a e", "c a d"))
    assert further["last item: MRR@20"]["points"] == pytest.approx(100 * (1 / 4 + 1 / 2) / 2)  # c was seen
    assert further["all items: MRR@20"]["points"] == pytest.approx(100 * (1 / 4 + 1 / 2) / 2)


def test_the_noise_of_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has two parts, by hand: of sessions, the same for both, and of seeds."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    difference = importlib.import_module("studies.cbow_sessions").difference
    theirs = np.array([[0.0, 100.0, 0.0, 0.0], [0.0, 100.0, 0.0, 0.0]])
    assert difference(theirs, theirs) == {"mean": 0, "standard_error": 0}
    ours = np.array([[0.0, 100.0, 100.0, 0.0], [0.0, 100.0, 100.0, 100.0]])  # sessions: 0, 0, 100, 50; seeds: 50, 75
    told = difference(ours, theirs)
    assert told["mean"] == 37.5
    assert told["standard_error"] == pytest.approx(((2 * 37.5**2 + 62.5**2 + 12.5**2) / 3 / 4 + 12.5**2) ** 0.5)
