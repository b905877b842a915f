"""Train, save, load and query with an installed wordmill: what a wheel must do on a machine without a compiler."""

from __future__ import annotations

import tempfile
from pathlib import Path

import wordmill
from wordmill.core import instruction_set


def main() -> None:
    """Run the smoke test; any failure raises."""
    sentences = [["king", "queen", "crown"], ["cat", "dog", "fur"]] * 200
    model = wordmill.Word2Vec(vector_size=16, min_count=1, epochs=20, sample=0, seed=1).fit(sentences)
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        vectors = wordmill.KeyedVectors.load(Path(folder) / "model")
        nearest = {neighbour.key for neighbour in vectors.most_similar("king", topn=2)}
    if nearest != {"queen", "crown"}:
        raise SystemExit(f"king's nearest should be queen and crown, not {nearest}")
    print(f"wordmill {wordmill.__version__} works ({instruction_set()})")


if __name__ == "__main__":
    main()
