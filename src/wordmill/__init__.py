"""wordmill: word2vec-style embeddings of words, items, nodes and events.

Names load on first use, so that ``import wordmill`` is quick and vectors can be read where the core is not built.
"""

from __future__ import annotations

TYPE_CHECKING = False  # for type checkers it is true; typing, to import it from, takes as long as all the rest here
if TYPE_CHECKING:
    from typing import Any

    from wordmill.config import TrainConfig
    from wordmill.corpus import EncodedCorpus, Vocab, read_corpus
    from wordmill.training import Callback, Checkpoint, EarlyStopping, LogFile, Word2Vec
    from wordmill.vectors import KeyedVectors

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "EncodedCorpus",
    "KeyedVectors",
    "LogFile",
    "TrainConfig",
    "Vocab",
    "Word2Vec",
    "__version__",
    "read_corpus",
]

_HOME = {
    "Callback": "wordmill.training",
    "Checkpoint": "wordmill.training",
    "EarlyStopping": "wordmill.training",
    "EncodedCorpus": "wordmill.corpus",
    "KeyedVectors": "wordmill.vectors",
    "LogFile": "wordmill.training",
    "TrainConfig": "wordmill.config",
    "Vocab": "wordmill.corpus",
    "Word2Vec": "wordmill.training",
    "read_corpus": "wordmill.corpus",
}


def __getattr__(name: str) -> Any:
    import importlib  # noqa: PLC0415

    if name == "_core":  # `from wordmill import _core` comes here the first time
        return _load_core()
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("wordmill")
    if name not in _HOME:
        from wordmill.foreign import quoted  # noqa: PLC0415

        raise AttributeError(f"module 'wordmill' has no attribute {quoted(name)}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def _load_core() -> Any:
    """Import the compiled core; where it is missing, say what builds it."""
    import importlib  # noqa: PLC0415

    try:
        return importlib.import_module("wordmill._core")
    except ImportError as reason:
        from wordmill.errors import CoreNotBuiltError  # noqa: PLC0415

        raise CoreNotBuiltError(
            f"wordmill's compiled core cannot be loaded ({reason}); in a source tree run 'make build', "
            "elsewhere 'python -m pip install --force-reinstall wordmill'"
        ) from reason
