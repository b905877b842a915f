"""Training on walks that are made as they are trained: the same as on the same walks, stored."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from karate import EDGES

import wordmill as wm
from wordmill.errors import CorpusError, ParameterError
from wordmill.training import Checkpoint

SMALL: dict[str, Any] = {"vector_size": 8, "epochs": 1, "workers": 1, "sample": 0.0, "min_count": 1, "step_contexts": 4}
# Walks that fit into blocks of 500 tokens without a rest: stored, they are cut in the same places.
WALKS = wm.random_walks(EDGES, walk_length=25, walks_per_node=20, p=0.5, q=2)
FEW = wm.random_walks(EDGES, walk_length=25, walks_per_node=2, p=0.5, q=2)  # for the reference


def fitted(corpus: Any = WALKS, model: Any = wm.Word2Vec, **changes: Any) -> wm.Word2Vec:
    return model(**{**SMALL, **changes}).fit(corpus)  # type: ignore[no-any-return]


def assert_same(one: wm.Word2Vec, other: wm.Word2Vec) -> None:
    assert list(one.wv.keys) == list(other.wv.keys)
    np.testing.assert_array_equal(one.wv.vectors, other.wv.vectors)
    np.testing.assert_array_equal(one.output_vectors, other.output_vectors)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sample": 0.01},
        {"architecture": "cbow"},
        {"objective": "hierarchical_softmax"},
        {"window": "sequence"},
        {"deterministic": True, "workers": 2},
        {"backend": "reference"},
        {"backend": "reference", "deterministic": True},
    ],
    ids=str,
)
def test_walks_train_like_the_same_walks_stored(changes: dict[str, Any]) -> None:
    walks = FEW if "backend" in changes else WALKS
    stored = wm.read_corpus([*walks], min_count=1)
    assert stored.vocab == walks.vocab
    made, read = fitted(walks, **changes), fitted(stored, **changes)
    np.testing.assert_array_equal(made.wv.vectors, read.wv.vectors)
    assert made.history[0]["loss"] == pytest.approx(read.history[0]["loss"], rel=1e-6)


def test_a_step_takes_one_context_of_a_walk_unless_more_are_asked_for() -> None:
    left_out, one = (wm.Word2Vec(**{**SMALL, "step_contexts": number}).fit(WALKS) for number in (None, 1))
    assert_same(left_out, one)
    assert not np.array_equal(one.wv.vectors, fitted().wv.vectors)


def test_the_backends_agree_on_walks() -> None:
    for deterministic in (False, True):
        native, reference = (
            fitted(FEW, backend=backend, deterministic=deterministic, epochs=2) for backend in ("native", "reference")
        )
        np.testing.assert_allclose(native.wv.vectors, reference.wv.vectors, rtol=0, atol=1e-4)
        assert native.history[1]["loss"] == pytest.approx(reference.history[1]["loss"], rel=1e-5)


def test_the_same_bits_on_any_number_of_threads() -> None:
    one, three = (fitted(deterministic=True, workers=workers, epochs=2) for workers in (1, 3))
    assert_same(one, three)


def test_each_epoch_has_other_walks() -> None:
    model = fitted(epochs=3, window=1)
    examples = [entry["examples"] for entry in model.history]
    assert len({entry["loss"] for entry in model.history}) == 3
    assert examples == [34 * 20 * 24 * 2] * 3
    assert all(entry["tokens"] == WALKS.positions for entry in model.history)


def test_a_run_goes_on_where_it_stood(tmp_path: Path) -> None:
    whole = fitted(epochs=3)

    class Stop(wm.Callback):
        def on_epoch_end(self, run: Any) -> None:
            run.stop()

    checkpoint = Checkpoint(tmp_path / "c", epochs=1)
    wm.Word2Vec(**{**SMALL, "epochs": 3}).fit(WALKS, callbacks=[Stop(), checkpoint])
    again = wm.random_walks(EDGES, walk_length=25, walks_per_node=20, p=0.5, q=2)
    resumed = wm.Word2Vec(**{**SMALL, "epochs": 3}).fit(again, resume=tmp_path / "c")
    assert_same(whole, resumed)
    other = wm.random_walks(EDGES, walk_length=25, walks_per_node=20, p=0.5, q=3)
    with pytest.raises(ParameterError, match="another corpus"):
        wm.Word2Vec(**{**SMALL, "epochs": 3}).fit(other, resume=tmp_path / "c")


def test_validation_and_score() -> None:
    model = wm.Word2Vec(**{**SMALL, "epochs": 3}).fit(WALKS, validation=0.1)
    losses = [entry["validation_loss"] for entry in model.history]
    assert losses[2] < losses[0] < 6 * np.log(2) + 0.1
    held_out = wm.random_walks(EDGES, walk_length=20, walks_per_node=5, seed=9)
    by_other = wm.Word2Vec(**SMALL).fit(WALKS, validation=held_out)
    assert by_other.history[0]["validation_loss"] == pytest.approx(-by_other.score(held_out))
    assert sum(entry["tokens"] for entry in model.history) < 3 * WALKS.positions


def test_nodes_that_the_model_lacks_are_left_out_of_walks() -> None:
    model = fitted()
    more = [*EDGES, (1, 99), (99, 100)]
    walks = wm.random_walks(more, walk_length=20)
    model.partial_fit(walks)
    assert 99 not in model.wv
    assert model.history[1]["without_context"] > 0
    model.partial_fit(walks, extend_vocab=True)
    assert 99 in model.wv
    with pytest.raises(CorpusError, match="none of the 2 nodes"):
        model.score(wm.random_walks([(500, 501)]))
    with pytest.raises(CorpusError, match="are str"):
        model.score(wm.random_walks([("a", "b")]))


def test_isolated_nodes_get_a_row_and_sinks_end_walks() -> None:
    graph = wm.read_graph(np.array([[0, 1, 0], [1, 2, 2]]), nodes=np.arange(5))
    walks = wm.random_walks(graph, walk_length=10, walks_per_node=100)
    model = fitted(walks, negative=2)
    assert sorted(model.wv.keys) == [0, 1, 2, 3, 4]
    first = wm.Word2Vec(**{**SMALL, "negative": 2, "alpha": 1e-9, "min_alpha": 1e-9}).fit(walks)
    assert np.array_equal(model.wv[3], first.wv[3])  # as it began
    entry = model.history[0]
    assert entry["tokens"] == walks.positions == entry["centres"] + entry["without_context"]
    assert entry["centres"] == walks.tokens_read - 300  # 2, 3 and 4 begin walks of one node


def test_nodes_make_no_phrases() -> None:
    with pytest.raises(ParameterError, match="phrases are made of words"):
        fitted(phrases=1)


def test_communities_are_found(caplog: pytest.LogCaptureFixture) -> None:
    """Two cliques with one bridge: neighbours of a node are in its own."""
    edges = [(a + c, b + c) for c in (0, 20) for a in range(20) for b in range(a)] + [(0, 20)]
    with caplog.at_level(logging.WARNING):
        model = wm.Word2Vec(vector_size=16, epochs=3, sample=0, workers=1).fit(wm.random_walks(edges))
    assert not caplog.records
    for node in (3, 27):
        assert {int(key) // 20 for key, _ in model.wv.most_similar(node, topn=10)} == {node // 20}
