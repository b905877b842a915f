"""Many queries at once are answered alike with and without the core."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordmill.errors import ParameterError
from wordmill.vectors import KeyedVectors, nearest, search
from wordmill.vectors.matrix import row_norms, unit_rows
from wordmill.vectors.nearest import nearest_rows
from wordmill.vectors.optional_core import optional_core
from wordmill.vectors.search import top_k


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of the two answered."""
    made: list[str] = []
    core = optional_core()
    assert core is not None

    def note(name: str, module: Any, function: str) -> None:
        answer = getattr(module, function)

        def noted(*arguments: Any, **options: Any) -> Any:
            made.append(name)
            return answer(*arguments, **options)

        monkeypatch.setattr(module, function, noted)

    note("core", core.core, "nearest")
    note("numpy", search, "top_k")
    return made


def make(rows: int = 500, size: int = 12, dtype: Any = np.float32) -> Any:
    matrix = np.random.default_rng(rows).standard_normal((rows, size)).astype(dtype)
    matrix[::50] = 0
    return matrix, row_norms(matrix)


@pytest.mark.parametrize(("start", "stop"), [(0, None), (100, 300), (0, 5), (7, 10_000), (5, 5)])
@pytest.mark.parametrize("excluding", [False, True])
def test_as_numpy_answers(start: int, stop: int | None, excluding: bool, calls: list[str]) -> None:
    matrix, norms = make()
    queries, rng = unit_rows(matrix, norms), np.random.default_rng(0)
    exclude = [rng.integers(0, 500, rng.integers(0, 9)) for _ in queries] if excluding else None
    options: Any = {"exclude": exclude, "start": start, "stop": stop}
    found, expected = nearest_rows(matrix, norms, queries, 7, **options), top_k(matrix, norms, queries, 7, **options)
    assert calls == (["numpy"] if start == stop else ["core"])
    assert found.ids.shape == expected.ids.shape
    assert found.similarities.dtype == np.float32
    np.testing.assert_allclose(found.similarities, expected.similarities, atol=1e-6)
    differ = found.ids != expected.ids  # of similarities that float32 cannot tell apart
    scores = np.pad(queries @ queries.T, ((0, 0), (0, 1)), constant_values=-np.inf)
    rows = np.arange(len(queries))[:, None]
    np.testing.assert_allclose(scores[rows, found.ids][differ], scores[rows, expected.ids][differ], atol=1e-6)


@pytest.mark.parametrize(
    "matrix",
    [
        pytest.param(make(dtype=np.float64)[0], id="float64"),
        pytest.param(np.asfortranarray(make()[0]), id="columns"),
        pytest.param(make(40, 32_769)[0], id="wide"),
        pytest.param(np.frombuffer(b"x" + make()[0].tobytes(), dtype="<f4", offset=1).reshape(500, 12), id="unaligned"),
    ],
)
def test_what_the_core_cannot_read_is_left_to_numpy(matrix: Any, calls: list[str]) -> None:
    norms = row_norms(matrix)
    found = nearest_rows(matrix, norms, unit_rows(matrix, norms)[:20], 1)
    assert calls == ["numpy"]
    np.testing.assert_array_equal(found.ids[1:20, 0], range(1, 20))


@pytest.mark.parametrize("size", [5, 12, 16, 100])
def test_a_query_has_the_same_answer_alone_and_among_others(size: int, calls: list[str]) -> None:
    matrix, norms = make(2000, size)
    queries = unit_rows(matrix, norms)
    together = nearest_rows(matrix, norms, queries[:40], 9, threads=3)
    for few in (1, 7, 15):
        alone = [nearest_rows(matrix, norms, queries[at : at + few], 9, threads=2) for at in range(0, 40, few)]
        for name in ("ids", "similarities"):
            parts = np.concatenate([getattr(found, name) for found in alone])[:40]
            np.testing.assert_array_equal(parts, getattr(together, name))
    assert set(calls) == {"core"}


def test_a_key_has_the_same_neighbors_alone_and_among_others() -> None:
    matrix, _ = make(300, 50)
    kv = KeyedVectors([f"k{row}" for row in range(300)], matrix)
    for key, neighbors in zip(kv, kv.nearest(kv.keys, k=5), strict=True):
        assert neighbors == kv.most_similar(key, topn=5) == kv.most_similar([(key, 3.0)], topn=5)


def test_many_rows_are_shared_among_threads(calls: list[str]) -> None:
    matrix, norms = make(40_000, 100)  # some of them equal, zeros
    query = unit_rows(matrix[1:2], norms[1:2])
    one, three = (nearest_rows(matrix, norms, query, 30_000, threads=threads) for threads in (1, 3))
    assert calls == ["core", "core"]
    for found, expected in zip(three, one, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_more_queries_than_one_call(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, norms = make()
    whole = nearest_rows(matrix, norms, unit_rows(matrix, norms), 3, exclude=list(np.arange(500)[:, None]))
    monkeypatch.setattr(nearest, "_AT_ONCE", 120)
    parts = nearest_rows(matrix, norms, unit_rows(matrix, norms), 3, exclude=list(np.arange(500)[:, None]))
    assert calls == ["core"] * 14
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_similarities_do_not_leave_their_range() -> None:
    matrix, norms = make(size=7)
    found = nearest_rows(matrix, norms, unit_rows(matrix, norms) * np.float32(1.1), 2)
    assert found.similarities.max() == 1


def test_mapped_vectors_and_integer_keys(tmp_path: Path, calls: list[str]) -> None:
    matrix, _ = make()
    kv = KeyedVectors(list(range(1000, 1500)), matrix)
    kv.save(tmp_path / "model")
    mapped = KeyedVectors.load(tmp_path / "model")
    queries = list(range(1000, 1100))
    found = mapped.nearest(queries, k=4, restrict_vocab=300, threads=1)
    assert calls == ["core"]
    assert found == kv.nearest(queries, k=4, restrict_vocab=300)
    for key, neighbors in zip(queries, found, strict=True):
        assert not {neighbor.key for neighbor in neighbors} - (set(range(1000, 1300)) - {key})


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_threads_are_checked(threads: Any) -> None:
    with pytest.raises(ParameterError, match="threads must be a positive integer"):
        KeyedVectors(["a"], np.ones((1, 2))).nearest(["a"], threads=threads)


WITHOUT_CORE = """
import sys
sys.modules["wordmill._core"] = None
import numpy as np
from wordmill.vectors import KeyedVectors
kv = KeyedVectors.load(sys.argv[1])
print([[neighbor.key for neighbor in one] for one in kv.nearest(kv.keys, k=3)])
"""


def test_without_a_core(tmp_path: Path) -> None:
    matrix, _ = make()
    kv = KeyedVectors([f"k{row}" for row in range(len(matrix))], matrix)
    kv.save(tmp_path / "model")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_CORE, tmp_path / "model"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == str([[neighbor.key for neighbor in one] for one in kv.nearest(kv.keys, k=3)])
