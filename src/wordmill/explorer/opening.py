"""What is explored: models, vectors and paths of either, words or documents of them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wordmill.errors import ParameterError
from wordmill.foreign import printable, quoted
from wordmill.paths import checked_path
from wordmill.vectors import KeyedVectors
from wordmill.vectors.formats.directory import is_model_directory, load_model

__all__ = ["KINDS", "Kind", "Opened", "opened"]

Kind = Literal["words", "items", "documents", "nodes", "vectors"]
KINDS: tuple[Kind, ...] = ("words", "items", "documents", "nodes", "vectors")


class Opened(NamedTuple):
    """Vectors with what they are called, what their keys are, and where they come from."""

    name: str
    kind: Kind
    vectors: KeyedVectors
    path: Path | None


def opened(model: object, *, kind: Kind | None = None) -> Opened:
    """Open a path, a trained model, or vectors.

    Parameters
    ----------
    model
        A model directory or a file of vectors of any format, a model that was fitted, or `KeyedVectors`.
    kind
        What the keys are; "documents" and "words" choose between the two that a model of documents has, documents if
        not given.
    """
    if kind is not None and kind not in KINDS:
        raise ParameterError(f"kind={quoted(kind)}: one of {', '.join(KINDS)}")
    if isinstance(model, str | PathLike):
        return _of_path(checked_path(model), kind)
    words, documents = getattr(model, "wv", model), None
    if getattr(type(model), "OF_DOCUMENTS", False):
        documents = model.dv  # type: ignore[attr-defined]
    if not isinstance(words, KeyedVectors):
        raise ParameterError(f"explore takes a path, a model or its vectors, and {quoted(model)} is none of them")
    return _chosen(type(model).__name__, words, documents, kind, None)


def _of_path(path: Path, kind: Kind | None) -> Opened:
    name = printable(path.resolve().name or str(path))
    if not is_model_directory(path):
        return _chosen(name, KeyedVectors.load(path), None, kind, path)
    saved = load_model(path)
    documents = None if saved.documents is None else KeyedVectors.of(saved.documents)
    return _chosen(name, KeyedVectors.of(saved.table), documents, kind, path)


def _chosen(
    name: str, words: KeyedVectors, documents: KeyedVectors | None, kind: Kind | None, path: Path | None
) -> Opened:
    if documents is not None and kind in (None, "documents"):
        return Opened(name, "documents", documents, path)
    guessed: Any = "items" if words.kind == "int" else "words"
    return Opened(name, kind or guessed, words, path)
