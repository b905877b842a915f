"""From a graph in a file to vectors of its nodes, in a process of its own.

python benchmarks/graph_programs.py WALKS THREADS GRAPH LABELS SPLITS RUN.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from clock import Clock
from programs import peak_bytes

__all__ = ["DEEPWALK", "WALKS"]

DEEPWALK = "80 walks of 40"
#: DeepWalk's own protocol, and the one that most papers since compare by, of first and of second order.
WALKS: dict[str, dict[str, Any]] = {
    DEEPWALK: {"walks_per_node": 80, "walk_length": 40},
    "10 walks of 80": {"walks_per_node": 10, "walk_length": 80},
    "10 walks of 80, p=q=0.25": {"walks_per_node": 10, "walk_length": 80, "p": 0.25, "q": 0.25},
}
SHARES = (0.1, 0.5, 0.9)


def run(walks: str, threads: int, graph: Path, labels: Path, splits: int) -> dict[str, Any]:
    """Read, count visits, train one epoch, and tell labels; seconds by the clock on the wall."""
    from wordmill import Word2Vec, evaluate_nodes, random_walks, read_graph

    clock = Clock()
    read = read_graph(graph, form="adjacency", threads=threads)
    seconds = {"read": clock.lap()}
    corpus = random_walks(read, **WALKS[walks], threads=threads)
    seconds["count"] = clock.lap()
    model = Word2Vec(vector_size=128, window=10, epochs=1, workers=threads).fit(corpus, scratch=False)
    seconds["walk_and_train"] = clock.lap()
    peak = peak_bytes()
    result = evaluate_nodes(model, labels, shares=SHARES, splits=splits)
    return {
        "nodes": len(read),
        "arcs": read.arcs,
        "graph_bytes": corpus.nbytes,
        "steps": corpus.tokens_read,
        "seconds": seconds,
        "peak_bytes": peak,
        "scores": result.to_dict()["shares"],
    }


if __name__ == "__main__":
    name, workers, graph_file, labels_file, splits_wanted, output = sys.argv[1:]
    outcome = run(name, int(workers), Path(graph_file), Path(labels_file), int(splits_wanted))
    Path(output).write_text(json.dumps(outcome), encoding="utf-8")
