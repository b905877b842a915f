"""gensim's callbacks."""

from __future__ import annotations

from typing import Any, NoReturn

from wordmill.compat.gensim.absent import MODULES, no_name

__all__ = ["CallbackAny2Vec"]


class CallbackAny2Vec:
    """Override what you need; `model` is the `Word2Vec` in training, with the vectors as they are at that moment."""

    def on_epoch_begin(self, model: Any) -> None:
        """React to the start of an epoch."""

    def on_epoch_end(self, model: Any) -> None:
        """React to the end of an epoch."""

    def on_train_begin(self, model: Any) -> None:
        """React to the start of training."""

    def on_train_end(self, model: Any) -> None:
        """React to the end of training."""


def __getattr__(name: str) -> NoReturn:
    no_name("compat.gensim.models.callbacks", name, MODULES)
