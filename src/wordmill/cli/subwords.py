"""``wordmill subwords``: what a word is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wordmill.cli.options import Json, ModelPath, Topn

if TYPE_CHECKING:
    from wordmill.vectors.search import Neighbor

EXAMPLES = "Examples: wordmill subwords model/ unhappiness  |  wordmill subwords model/ naïveté --topn 1 --json"


def command(
    model: ModelPath,
    words: Annotated[list[str] | None, typer.Argument(help="Words; none: from a prompt.")] = None,
    topn: Topn = 3,
    json: Json = False,
) -> None:
    """Show the n-grams that a word's vector is made of.

    For each: its bucket, its share of the vector (they add up to 1; below 0 it pulls the other way), and the words
    nearest to it. A word that the model has seen has a row of its own besides.
    """
    from wordmill.cli.console import print_json, print_rows
    from wordmill.cli.queries import Key, answer_all, open_vectors
    from wordmill.errors import ParameterError
    from wordmill.vectors.subword_parts import parts_of

    vectors = open_vectors(model, words=words or [])
    if vectors.subwords is None:
        raise ParameterError(f"{model} has no subwords: train it with --subwords 3-6")

    def answer(query: list[Key]) -> None:
        word = str(query[0])
        parts = [(part, vectors.similar_by_vector(part.vector, topn)) for part in parts_of(vectors, word)]
        if json:
            listed = [
                {**part._asdict(), "vector": part.vector.tolist(), "neighbors": [n._asdict() for n in near]}
                for part, near in parts
            ]
            print_json({"word": word, "seen": word in vectors, "parts": listed})
            return
        rows = [
            (word, part.piece, "own row" if part.bucket is None else part.bucket, f"{part.share:.3f}", _keys(near))
            for part, near in parts
        ]
        print_rows(("word", "piece", "bucket", "share", "nearest"), rows)

    answer_all(vectors, words or [], 1, answer, what="a word")


def _keys(neighbors: list[Neighbor]) -> str:
    return " ".join(str(neighbor.key) for neighbor in neighbors)
