"""wordmill: word2vec-style embeddings of words, items, nodes and events."""

from __future__ import annotations

__all__: list[str] = []
