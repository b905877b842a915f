"""``wordmill nearest``: the keys nearest to each key."""

from __future__ import annotations

from typing import Annotated

import typer

from wordmill.cli.options import Json, ModelPath, Topn

EXAMPLES = "Examples: wordmill nearest model/ king queen  |  cut -f1 words.tsv | wordmill nearest model/ --json"


def command(
    model: ModelPath,
    words: Annotated[list[str] | None, typer.Argument(help="Words or other keys; none: from a prompt.")] = None,
    topn: Topn = 10,
    json: Json = False,
) -> None:
    """Show the nearest keys to each key, by cosine similarity.

    Off a terminal it writes a line for each: key, neighbor and similarity, separated by tabs.
    """
    from wordmill.cli.console import print_json, print_rows
    from wordmill.cli.queries import Key, answer_all, open_vectors

    vectors = open_vectors(model, words=words or [])

    def answer(query: list[Key]) -> None:
        neighbors = vectors.most_similar(query[0], topn=topn)
        if json:
            print_json({"key": query[0], "neighbors": [neighbor._asdict() for neighbor in neighbors]})
        else:
            rows = [(query[0], neighbor.key, f"{neighbor.similarity:.4f}") for neighbor in neighbors]
            print_rows(("key", "neighbor", "similarity"), rows)

    answer_all(vectors, words or [], 1, answer, what="a word")
