"""Settings to begin with: what models take, with what is given on top."""

from __future__ import annotations

import pytest

from wordmill import TrainConfig, Word2Vec
from wordmill.errors import ParameterError
from wordmill.presets import PRESETS, preset


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_what_models_take(name: str) -> None:
    TrainConfig.from_params(PRESETS[name])
    preset(name)["window"] = 0
    assert PRESETS[name].get("window") != 0  # a copy was given


def test_what_is_given_comes_on_top() -> None:
    assert Word2Vec.for_items().get_params() == Word2Vec(**PRESETS["items"]).get_params()
    assert (
        Word2Vec.for_logs(epochs=3, vector_size=8).get_params()
        == Word2Vec(**PRESETS["logs"] | {"epochs": 3, "vector_size": 8}).get_params()
    )
    with pytest.raises(ParameterError, match="window"):
        Word2Vec.for_items(windw=3)


def test_an_unknown_one_is_told() -> None:
    with pytest.raises(ParameterError, match="preset='nodes' is not allowed: it must be 'words' or 'items' or 'logs'"):
        preset("nodes")
