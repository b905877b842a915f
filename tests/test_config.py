"""TrainConfig: what is allowed, what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordmill import config as config_module
from wordmill.config import TrainConfig, available_cores, knobs
from wordmill.errors import ParameterError


def test_every_field_is_a_knob_with_help() -> None:
    for name, knob in knobs():
        assert knob.help.endswith("."), name
        assert knob.group in {"Model", "Documents", "Training", "Corpus", "Run", "Cluster"}


def test_defaults_are_the_fields() -> None:
    config = TrainConfig()
    assert (config.vector_size, config.window, config.negative, config.min_count, config.epochs) == (100, 5, 5, 5, 5)
    assert (config.sample, config.ns_exponent, config.min_alpha) == (1e-3, 0.75, 1e-4)


@pytest.mark.parametrize(
    ("params", "alpha"),
    [
        ({}, 0.05),
        ({"cbow_update": "word2vec"}, 0.05),
        ({"architecture": "cbow"}, 0.1),
        ({"architecture": "cbow", "cbow_update": "mean"}, 0.15),
        ({"architecture": "cbow", "cbow_update": "sqrt"}, 0.1),
        ({"architecture": "cbow", "cbow_update": "word2vec"}, 0.075),
        ({"architecture": "cbow", "alpha": 0.3}, 0.3),
        ({"backend": "ray", "workers": 8}, 0.05),
        ({"backend": "ray", "workers": 8, "architecture": "cbow"}, 0.1),
        ({"backend": "ray", "workers": 8, "subwords": (3, 6)}, 0.05),
        ({"backend": "ray", "workers": 8, "documents": "dbow"}, 0.05),
    ],
)
def test_alpha_left_out_depends_on_the_update(params: dict[str, Any], alpha: float) -> None:
    assert TrainConfig.from_params(params).resolved().alpha == alpha


def test_numpy_numbers_become_plain() -> None:
    config = TrainConfig(vector_size=np.int32(7), alpha=np.float32(0.5), sample=0)  # type: ignore[arg-type]
    assert (type(config.vector_size), type(config.alpha), type(config.sample)) == (int, float, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vector_size", 0),
        ("vector_size", -5),
        ("vector_size", 10**9),
        ("vector_size", True),
        ("vector_size", 5.0),
        ("vector_size", "100"),
        ("vector_size", None),
        ("window", 0),
        ("window", "all"),
        ("window", float("inf")),
        ("negative", 0),
        ("epochs", 0),
        ("alpha", 0),
        ("alpha", -0.1),
        ("alpha", float("nan")),
        ("alpha", float("inf")),
        ("alpha", 1e6),
        ("min_alpha", -1.0),
        ("min_alpha", float("nan")),
        ("sample", 1.5),
        ("sample", -1e-3),
        ("ns_exponent", float("-inf")),
        ("min_count", 0),
        ("max_final_vocab", 1),
        ("workers", 0),
        ("seed", -1),
        ("seed", 2**63),
        ("seed", "one"),
        ("architecture", "sg"),
        ("cbow_update", None),
        ("tokenizer", "nltk"),
        ("lowercase", 1),
        ("errors", "ignore"),
        ("backend", "cuda"),
        ("verbose", 2),
    ],
)
def test_bad_value_names_parameter_and_value(name: str, value: object) -> None:
    with pytest.raises(ParameterError) as caught:
        TrainConfig.from_params({name: value})
    assert str(caught.value).startswith(f"{name}={value!r} is not allowed: it must be ")
    assert "\n" not in str(caught.value)


def test_bounds_are_said() -> None:
    with pytest.raises(ParameterError, match=r"an integer from 1 to 65,536$"):
        TrainConfig(vector_size=0)
    with pytest.raises(ParameterError, match=r"a number above 0 to 10 or None$"):
        TrainConfig(alpha=11.0)


@given(st.text(max_size=50) | st.binary() | st.floats() | st.lists(st.integers()) | st.complex_numbers())
def test_anything_is_accepted_or_refused_in_one_line(value: object) -> None:
    for name, _ in knobs():
        try:
            TrainConfig.from_params({name: value})
        except ParameterError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017


def test_min_alpha_above_alpha() -> None:
    with pytest.raises(ParameterError, match=r"min_alpha=0.5 is above alpha=0.05"):
        TrainConfig(min_alpha=0.5)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("size", 100, "here it is vector_size"),
        ("dim", 100, "here it is vector_size"),
        ("iter", 5, "here it is epochs"),
        ("epoch", 5, "here it is epochs"),
        ("lr", 0.05, "here it is alpha"),
        ("ws", 5, "here it is window"),
        ("neg", 5, "here it is negative"),
        ("thread", 2, "here it is workers"),
        ("minCount", 5, "here it is min_count"),
        ("sg", 1, "write architecture='skipgram'"),
        ("sg", 0, "write architecture='cbow'"),
        ("cbow", 1, "write architecture='cbow'"),
        ("hs", 1, "write objective='hierarchical_softmax'"),
        ("vector_sise", 1, r"did you mean vector_size\?"),
        ("quux", 1, "there are architecture, vector_size"),
    ],
)
def test_unknown_parameter_names_ours(name: str, value: object, hint: str) -> None:
    with pytest.raises(ParameterError, match=f"^unknown parameter {name}: .*{hint}"):
        TrainConfig.from_params({name: value})


def test_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TrainConfig(workers=3).threads == 3
    monkeypatch.setattr(config_module, "available_cores", lambda: 5)
    assert TrainConfig().resolved().workers == 5


@pytest.mark.parametrize(("text", "cores"), [("max 100000", 8), ("150000 100000", 1), ("400000 100000", 4)])
def test_container_quota_bounds_the_cores(monkeypatch: pytest.MonkeyPatch, text: str, cores: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    monkeypatch.setattr(Path, "read_text", lambda _, encoding: text)
    assert available_cores() == cores
