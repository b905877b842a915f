"""What can be known to be wrong before a corpus is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from wordmill.config import TrainConfig, knobs
from wordmill.errors import ParameterError
from wordmill.foreign import quoted
from wordmill.other_names import renamed
from wordmill.sources.opening import open_source
from wordmill.training.callbacks.callback import Callback
from wordmill.training.callbacks.early_stopping import NO_VALIDATION, EarlyStopping
from wordmill.training.run.validation import checked_share
from wordmill.vectors import KeyedVectors

__all__ = ["check_before_reading", "check_goes_on", "refuse_unknown"]


def refuse_unknown(function: str, unknown: Mapping[str, Any]) -> None:
    """Raise `ParameterError` for an argument that is not there: those of the model go to its constructor."""
    for name, value in unknown.items():
        hint = renamed(name, value) or f"{function} has no such argument"
        if name in dict(knobs()):
            hint = f"it is a parameter of the model: write Word2Vec({name}={quoted(value)}).fit(corpus)"
        raise ParameterError(f"unknown argument {quoted(name)} of {function}: {hint}")


def check_goes_on(config: TrainConfig, before: TrainConfig) -> None:
    """Raise `ParameterError` where the matrices of an earlier fit are not those that these settings train."""
    fixed = ["vector_size", "objective", "subwords", *(["buckets"] if config.subwords else [])]
    for name in fixed:
        value, trained = getattr(config, name), getattr(before, name)
        if value != trained:
            raise ParameterError(
                f"{name}={quoted(value)}, but the model was trained with {quoted(trained)}: use fit, or set it back"
            )


def check_before_reading(
    config: TrainConfig,
    validation: Any,
    callbacks: Iterable[Callback] = (),
    init_from: KeyedVectors | str | os.PathLike[str] | None = None,
    freeze: object = (),
) -> KeyedVectors | None:
    """Check what a training is given beside its corpus; returns the vectors to begin with, read where they are a path.

    Raises
    ------
    ParameterError
        The validation share is not allowed, early stopping has nothing to go by, vectors have another size, or `freeze`
        is one text.
    CorpusError
        The validation corpus names no file.
    """
    several: object = callbacks
    for callback in several if isinstance(several, Iterable) else [several]:
        if not hasattr(callback, "on_train_begin"):
            raise ParameterError(f"callbacks holds {quoted(callback)}: it must be a list of wordmill.Callback")
    if isinstance(validation, Real):
        share = checked_share(validation)
        if not share and any(isinstance(callback, EarlyStopping) for callback in callbacks):
            raise ParameterError(NO_VALIDATION)
    elif isinstance(validation, str | os.PathLike):
        open_source(validation)
    elif validation is None:
        raise ParameterError("validation=None is not allowed: it must be a share from 0 to 0.5, or a corpus")
    if isinstance(freeze, str):
        raise ParameterError(f"freeze takes a list of keys, not one text: write freeze=[{quoted(freeze)}]")
    if init_from is None:
        return None
    vectors = init_from if isinstance(init_from, KeyedVectors) else KeyedVectors.load(init_from)
    if vectors.vector_size != config.vector_size:
        raise ParameterError(
            f"init_from has vectors of {vectors.vector_size} numbers: set vector_size={vectors.vector_size}"
        )
    return vectors
