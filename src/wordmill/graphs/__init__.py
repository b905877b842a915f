"""Graphs, and random walks on them as a corpus."""

from __future__ import annotations

from wordmill.graphs.graph import Graph
from wordmill.graphs.reading import read_graph
from wordmill.graphs.walks import Walks, random_walks

__all__ = ["Graph", "Walks", "random_walks", "read_graph"]
