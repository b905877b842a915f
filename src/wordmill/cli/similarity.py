"""``wordmill similarity``: how alike two keys are."""

from __future__ import annotations

from typing import Annotated

import typer

from wordmill.cli.options import Json, ModelPath

EXAMPLES = "Examples: wordmill similarity model/ coffee tea  |  wordmill similarity model/ < pairs.txt"


def command(
    model: ModelPath,
    words: Annotated[list[str] | None, typer.Argument(help="Two keys; none: from a prompt.")] = None,
    json: Json = False,
) -> None:
    """Show the cosine similarity of two keys, from -1 to 1."""
    from wordmill.cli.console import print_json, print_rows
    from wordmill.cli.queries import Key, answer_all, open_vectors

    vectors = open_vectors(model, words=words or [])

    def answer(query: list[Key]) -> None:
        similarity = vectors.similarity(*query)
        if json:
            print_json({"a": query[0], "b": query[1], "similarity": similarity})
        else:
            print_rows(("a", "b", "similarity"), [(*query, f"{similarity:.4f}")])

    answer_all(vectors, words or [], 2, answer, what="two words")
