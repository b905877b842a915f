"""wordmill: word2vec-style embeddings of words, items, nodes and events.

Names load on first use, so that ``import wordmill`` is quick and vectors can be read where the core is not built.
"""

from __future__ import annotations

TYPE_CHECKING = False  # for type checkers it is true; typing, to import it from, takes as long as all the rest here
if TYPE_CHECKING:
    from typing import Any

    from wordmill.config import TrainConfig
    from wordmill.corpus import (
        EncodedCorpus,
        EventCorpus,
        Phrases,
        Vocab,
        find_phrases,
        read_corpus,
        read_documents,
        read_events,
    )
    from wordmill.evaluation import evaluate_nodes
    from wordmill.explorer import explore
    from wordmill.graphs import Graph, random_walks, read_graph
    from wordmill.recommendation import RecommendationResult, evaluate_recommendation
    from wordmill.sources.table_column import table_column
    from wordmill.training import Callback, Checkpoint, Doc2Vec, EarlyStopping, FastText, LogFile, Word2Vec
    from wordmill.tuning import Tuned, tune
    from wordmill.vectors import KeyedVectors

__all__ = [
    "Callback",
    "Checkpoint",
    "Doc2Vec",
    "EarlyStopping",
    "EncodedCorpus",
    "EventCorpus",
    "FastText",
    "Graph",
    "KeyedVectors",
    "LogFile",
    "Phrases",
    "RecommendationResult",
    "TrainConfig",
    "Tuned",
    "Vocab",
    "Word2Vec",
    "__version__",
    "evaluate_nodes",
    "evaluate_recommendation",
    "explore",
    "find_phrases",
    "random_walks",
    "read_corpus",
    "read_documents",
    "read_events",
    "read_graph",
    "table_column",
    "tune",
]

#: Packages that `import wordmill` alone gives, too.
_PARTS = frozenset(
    {
        "compat",
        "corpus",
        "datasets",
        "errors",
        "evaluation",
        "explorer",
        "graphs",
        "layers",
        "plots",
        "training",
        "vectors",
    }
)
_HOME = {
    "Callback": "wordmill.training",
    "Checkpoint": "wordmill.training",
    "Doc2Vec": "wordmill.training",
    "EarlyStopping": "wordmill.training",
    "EncodedCorpus": "wordmill.corpus",
    "EventCorpus": "wordmill.corpus",
    "Graph": "wordmill.graphs",
    "KeyedVectors": "wordmill.vectors",
    "LogFile": "wordmill.training",
    "Phrases": "wordmill.corpus",
    "RecommendationResult": "wordmill.recommendation",
    "TrainConfig": "wordmill.config",
    "Tuned": "wordmill.tuning",
    "Vocab": "wordmill.corpus",
    "FastText": "wordmill.training",
    "Word2Vec": "wordmill.training",
    "evaluate_nodes": "wordmill.evaluation",
    "evaluate_recommendation": "wordmill.recommendation",
    "explore": "wordmill.explorer",
    "find_phrases": "wordmill.corpus",
    "random_walks": "wordmill.graphs",
    "read_corpus": "wordmill.corpus",
    "read_documents": "wordmill.corpus",
    "read_graph": "wordmill.graphs",
    "read_events": "wordmill.corpus",
    "table_column": "wordmill.sources.table_column",
    "tune": "wordmill.tuning",
}


def __getattr__(name: str) -> Any:
    import importlib  # noqa: PLC0415

    if name == "_core":  # `from wordmill import _core` comes here the first time
        return _load_core()
    if name == "__version__":
        return importlib.import_module("wordmill.version").VERSION
    if name in _PARTS:
        return importlib.import_module(f"wordmill.{name}")
    if name not in _HOME:
        raise _no_name(name)
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def _no_name(name: str) -> AttributeError:
    """Suggest what an unknown name is called here."""
    from wordmill.foreign import quoted  # noqa: PLC0415

    if name.startswith("_"):
        return AttributeError(f"module 'wordmill' has no attribute {quoted(name)}")
    from wordmill.errors import UnknownNameError  # noqa: PLC0415
    from wordmill.hints import near_name  # noqa: PLC0415
    from wordmill.other_names import ABSENT_HERE, PACKAGE  # noqa: PLC0415

    hint = (PACKAGE | ABSENT_HERE).get(name)
    if hint is None and (near := near_name(name, __all__)):
        hint = f"did you mean {near}?"
    return UnknownNameError(f"module 'wordmill' has no attribute {quoted(name)}" + (f": {hint}" if hint else ""))


def _load_core() -> Any:
    """Import the compiled core, or say how to build it."""
    import importlib  # noqa: PLC0415

    try:
        return importlib.import_module("wordmill._core")
    except ImportError as reason:
        from wordmill.errors import CoreNotBuiltError  # noqa: PLC0415

        raise CoreNotBuiltError(
            f"wordmill's compiled core cannot be loaded ({reason}); in a source tree run 'make build', "
            "elsewhere 'python -m pip install --force-reinstall wordmill'"
        ) from reason
