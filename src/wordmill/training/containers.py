"""What `transform` returns: an array, or a DataFrame where scikit-learn's `set_output` or its settings ask for one."""

from __future__ import annotations

import sys
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wordmill.errors import ParameterError
from wordmill.extras import import_extra
from wordmill.foreign import quoted

__all__ = ["choose_container", "in_container"]

_CONFIG = "_sklearn_output_config"  # scikit-learn's `clone` takes an attribute of this name along
_CONTAINERS = ("default", "pandas", "polars")


class _Transformer(Protocol):
    def get_feature_names_out(self) -> NDArray[np.object_]: ...


def choose_container(transformer: object, container: str | None) -> None:
    """Remember what `transform` is to return; None changes nothing."""
    if container is None:
        return
    if container not in _CONTAINERS:
        raise ParameterError(f"transform={quoted(container)}: 'default', 'pandas' or 'polars'")
    setattr(transformer, _CONFIG, {"transform": container})


def in_container(array: NDArray[np.floating[Any]], original: object, transformer: _Transformer) -> Any:
    """Return rows in the container that was chosen, here or in scikit-learn's settings.

    A pandas DataFrame has the index of the Series that the rows were made from.
    """
    container = getattr(transformer, _CONFIG, {}).get("transform") or _setting_of_sklearn()
    if container == "default":
        return array
    library = import_extra(container, f"results of transform in {container}")
    names = transformer.get_feature_names_out().tolist()
    if container == "polars":
        return library.DataFrame(array, schema=names, orient="row")
    index = getattr(original, "index", None)
    return library.DataFrame(array, columns=names, index=None if callable(index) else index, copy=False)


def _setting_of_sklearn() -> str:
    """Return what `sklearn.set_config` says; scikit-learn is not imported for it."""
    sklearn = sys.modules.get("sklearn")
    return "default" if sklearn is None else sklearn.get_config().get("transform_output", "default")
