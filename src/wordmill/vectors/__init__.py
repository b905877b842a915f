"""Vectors by key: queries, search, and the file formats they come in."""

from __future__ import annotations

from wordmill.vectors.keyed_vectors import KeyedVectors
from wordmill.vectors.search import Neighbor

__all__ = ["KeyedVectors", "Neighbor"]
