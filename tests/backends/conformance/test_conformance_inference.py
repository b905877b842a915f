"""Inference of new documents: the core against the definition, and what users rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conformance_tasks import start, zipf_task
from numpy.typing import NDArray

from wordmill.core import core
from wordmill.training.backends import Course, Task
from wordmill.training.backends.native import infer_documents
from wordmill.training.backends.reference.inference import infer_documents as defined

COURSE = Course(epochs=3, alpha=0.05, min_alpha=0.01)
MODELS: dict[str, dict[str, Any]] = {
    "documents": {"shape": "pairs", "words_are_inputs": False},
    "documents by hierarchical softmax": {"shape": "pairs", "words_are_inputs": False, "objective": "huffman"},
    "documents amid words": {"shape": "mean", "mean_update": "sqrt"},
    "documents amid subwords": {"shape": "mean", "mean_update": "mean", "bags": True},
    "documents amid whole sequences": {"shape": "mean", "mean_update": "word2vec", "window": 0},
}
every_model = pytest.mark.parametrize("model", MODELS)


def task_and_matrices(
    model: str, dtype: type[np.floating[Any]] = np.float64
) -> tuple[Task, NDArray[Any], NDArray[Any]]:
    """Make a task of documents without tags, one of them empty and one of a single word, and trained matrices."""
    task = zipf_task(**MODELS[model])
    inputs, outputs = start(task, dtype)
    outputs[:] = np.random.default_rng(5).uniform(-0.5, 0.5, outputs.shape)
    offsets = np.unique(np.concatenate([task.offsets[:12], [task.offsets[3] + 1]]))
    offsets = np.insert(offsets, 5, offsets[5]).astype(np.int64)
    frozen = np.ones(len(inputs), np.bool_)
    ids = task.ids[: offsets[-1]]
    return replace(task, ids=ids, offsets=offsets, frozen=frozen, outputs_learn=False), inputs, outputs


def part(task: Task, documents: list[int]) -> Task:
    sequences = [task.ids[task.offsets[d] : task.offsets[d + 1]] for d in documents]
    return replace(
        task,
        ids=np.concatenate(sequences),
        offsets=np.cumsum([0, *map(len, sequences)], dtype=np.int64),
    )


@every_model
@pytest.mark.parametrize("isa", core.available_isas())
def test_the_core_infers_what_the_definition_does(isa: str, model: str) -> None:
    task, inputs, outputs = task_and_matrices(model)
    before = inputs.copy(), outputs.copy()
    expected = defined(task, inputs, outputs, COURSE)
    found = infer_documents(task, inputs, outputs, COURSE, workers=1, isa=isa)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)  # first vectors are drawn in the precision at hand
    empty = np.diff(task.offsets) == 0
    assert not found[empty].any()
    assert found[~empty].any(axis=1).all()
    for matrix, begun in zip((inputs, outputs), before, strict=True):
        np.testing.assert_array_equal(matrix, begun)


@every_model
def test_a_document_has_one_vector_in_any_batch_on_any_number_of_threads(model: str) -> None:
    task, inputs, outputs = task_and_matrices(model, np.float32)
    together = infer_documents(task, inputs, outputs, COURSE, workers=3)
    order = np.random.default_rng(6).permutation(len(task.offsets) - 1)
    other = part(task, [*order.tolist(), *order.tolist()])
    for workers in (1, 2):
        shuffled = infer_documents(other, inputs, outputs, COURSE, workers=workers)
        np.testing.assert_array_equal(shuffled, np.concatenate([together[order], together[order]]))


def test_other_content_and_another_seed_give_another_vector() -> None:
    task, inputs, outputs = task_and_matrices("documents")
    vectors = infer_documents(task, inputs, outputs, COURSE, workers=1)
    filled = vectors[np.diff(task.offsets) > 0]
    assert len(np.unique(filled, axis=0)) == len(filled)
    assert (infer_documents(replace(task, seed=4), inputs, outputs, COURSE, workers=1) != vectors).any()


def test_what_would_change_the_model_is_refused() -> None:
    task, inputs, outputs = task_and_matrices("documents amid words")
    for changes in ({"outputs_learn": True}, {"frozen": None}):
        with pytest.raises(ValueError, match="must not learn"):
            infer_documents(replace(task, **changes), inputs, outputs, COURSE, workers=1)
