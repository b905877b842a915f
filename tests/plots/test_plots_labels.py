"""No label covers another label or a dot, wherever the points lie."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wordmill.plots.labels import place_labels


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_boxes_are_apart_and_inside(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(50, 450, size=(count, 2))
    sizes = np.stack([rng.uniform(10, 60, count), np.full(count, 12.0)], axis=1)
    boxes = place_labels(points, sizes, radius=2, bounds=np.array([0.0, 0, 500, 500]))
    placed = ~np.isnan(boxes).any(axis=1)
    drawn = boxes[placed]
    np.testing.assert_allclose(drawn[:, 2:] - drawn[:, :2], sizes[placed])
    assert (drawn >= 0).all()
    assert (drawn <= 500).all()
    dots = np.concatenate([points - 2, points + 2], axis=1)
    for i, (left, bottom, right, top) in enumerate(drawn):
        others = np.vstack([np.delete(drawn, i, axis=0), dots])
        apart = (others[:, 0] >= right) | (others[:, 2] <= left) | (others[:, 1] >= top) | (others[:, 3] <= bottom)
        assert apart.all()


def test_a_lone_label_sits_at_the_right_of_its_dot() -> None:
    box = place_labels(np.array([[100.0, 100]]), np.array([[30.0, 10]]), radius=2, bounds=np.array([0.0, 0, 200, 200]))
    left, bottom, _, top = box[0]
    assert 102 < left < 106
    assert (bottom + top) / 2 == 100


def test_a_label_without_room_is_left_out() -> None:
    boxes = place_labels(np.array([[5.0, 5]]), np.array([[30.0, 10]]), radius=2, bounds=np.array([0.0, 0, 10, 10]))
    assert np.isnan(boxes).all()
