"""Which settings are tried: the spaces by name, and those that a user writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wordmill.config import TrainConfig, knobs
from wordmill.errors import ParameterError
from wordmill.extras import import_extra
from wordmill.foreign import quoted
from wordmill.other_names import unknown_parameter

__all__ = ["SPACES", "Space", "checked_space", "distributions"]

#: A range (low, high), on a logarithmic scale where "log" follows; or a list of choices.
Space = Mapping[str, tuple[Any, ...] | list[Any]]

SPACES: dict[str, Space] = {
    "items": {
        "window": [1, 2, 3, 5, 10, "sequence"],
        "shrink_windows": [True, False],
        "ns_exponent": (-1.0, 1.0),
        "negative": (2, 40, "log"),
        "sample": [0.0, 1e-5, 1e-4, 1e-3, 1e-2],
        "epochs": (5, 80, "log"),
        "alpha": (0.01, 0.3, "log"),
        "min_count": [1, 2, 5],
    },
    "words": {
        "window": (2, 12),
        "ns_exponent": (0.25, 1.0),
        "negative": (2, 20, "log"),
        "sample": (1e-6, 1e-2, "log"),
        "epochs": (3, 20, "log"),
        "alpha": (0.01, 0.1, "log"),
    },
    "graph": {
        "window": (2, 15),
        "ns_exponent": (-0.5, 1.0),
        "negative": (2, 20, "log"),
        "sample": [0.0, 1e-3],
        "epochs": (1, 10, "log"),
        "alpha": (0.005, 0.1, "log"),
    },
}
_NOT_TRIED = (
    "seed",
    "workers",
    "verbose",
    "backend",
    "rounds",
    "threads_per_worker",
    "address",
    "deterministic",
    "tokenizer",
    "phrases",
)


def checked_space(space: Any) -> Space:
    """Return a space by its name, or one's own, whose every value a model would take.

    Raises
    ------
    ParameterError
        There is no such space or parameter, or a value is not allowed.
    """
    if isinstance(space, str):
        if space not in SPACES:
            raise ParameterError(
                f"space={quoted(space)} is unknown: there are {', '.join(SPACES)}, or give a dictionary of parameters, "
                "{'window': [2, 5], 'alpha': (0.01, 0.1, 'log')}"
            )
        return SPACES[space]
    if not isinstance(space, Mapping) or not space:
        raise ParameterError(f"space={quoted(space)} is no dictionary of parameters: {{'window': [2, 5]}} is one")
    names = [name for name, _ in knobs()]
    for name, values in space.items():
        if name not in names:
            raise ParameterError(f"space: {unknown_parameter(name, None, names)}")
        if name in _NOT_TRIED:
            raise ParameterError(f"space: {name} makes no model better or worse: leave it out")
        _check(name, values)
    return space


def _check(name: str, values: object) -> None:
    """Check that a model takes each end of a range, and each choice."""
    if isinstance(values, tuple) and len(values) in (2, 3):
        low, high, *scale = values
        numbers = [value for value in (low, high) if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) < 2 or scale not in ([], ["log"]) or not low < high or (scale and low <= 0):
            raise ParameterError(
                f"space: {name}={quoted(values)} is no range: write (low, high), or above 0 (low, high, 'log')"
            )
        tried: tuple[Any, ...] = (low, high)
    elif isinstance(values, list) and values:
        tried = tuple(values)
    else:
        raise ParameterError(f"space: {name}={quoted(values)} is neither a range (low, high) nor a list of choices")
    for value in tried:
        TrainConfig.from_params({name: value})


def distributions(space: Space) -> dict[str, Any]:
    """Return the space as Optuna has it."""
    optuna = import_extra("optuna", "searches for settings")
    found: dict[str, Any] = {}
    for name, values in space.items():
        if isinstance(values, list):
            found[name] = optuna.distributions.CategoricalDistribution(tuple(values))
            continue
        low, high, *scale = values
        whole = isinstance(low, int) and isinstance(high, int)
        kind = optuna.distributions.IntDistribution if whole else optuna.distributions.FloatDistribution
        found[name] = kind(low, high, log=bool(scale))
    return found
