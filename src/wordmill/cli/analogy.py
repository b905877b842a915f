"""``wordmill analogy``: a is to b as c is to which key."""

from __future__ import annotations

from typing import Annotated

import typer

from wordmill.cli.options import Json, ModelPath, Topn

EXAMPLES = "Examples: wordmill analogy model/ man king woman  |  wordmill analogy model/ --json < questions.txt"


def command(
    model: ModelPath,
    words: Annotated[list[str] | None, typer.Argument(help="Three keys: A B C; none: from a prompt.")] = None,
    topn: Topn = 5,
    json: Json = False,
) -> None:
    """Answer "A is to B as C is to ...?": the keys nearest to B - A + C."""
    from wordmill.cli.console import print_json, print_rows
    from wordmill.cli.queries import Key, answer_all, open_vectors

    vectors = open_vectors(model, words=words or [])

    def answer(query: list[Key]) -> None:
        a, b, c = query
        answers = vectors.analogy(a, b, c, topn=topn)
        if json:
            print_json({"a": a, "b": b, "c": c, "answers": [found._asdict() for found in answers]})
        else:
            rows = [(f"{b} - {a} + {c}", found.key, f"{found.similarity:.4f}") for found in answers]
            print_rows(("query", "answer", "similarity"), rows)

    answer_all(vectors, words or [], 3, answer, what="three words, A B C (A is to B as C is to ...)")
