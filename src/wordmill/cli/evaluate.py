"""``wordmill evaluate``: analogies and word pairs, with what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from wordmill.cli.options import Json, ModelPath

EXAMPLES = "Examples: wordmill evaluate model/  |  wordmill evaluate model/ --pairs simlex.tsv --json"


def command(
    model: ModelPath,
    analogies: Annotated[
        list[Path] | None, typer.Option(help="File of analogies: ': section' lines, then four words a line.")
    ] = None,
    pairs: Annotated[
        list[Path] | None, typer.Option(help="File of word pairs: two words and people's score a line.")
    ] = None,
    method: Annotated[Literal["3cosadd", "3cosmul"], typer.Option(help="How analogies are answered.")] = "3cosadd",
    vocabulary: Annotated[
        int, typer.Option(min=1, help="Analogies are asked and answered within so many most frequent words.")
    ] = 30_000,
    case: Annotated[Literal["ignore", "match"], typer.Option(help="Whether upper and lower case differ.")] = "ignore",
    json: Json = False,
) -> None:
    """Score vectors by analogies and word pairs: the bundled Google analogies and CrowdWS-102, or files of your own."""
    from wordmill.cli.console import print_json
    from wordmill.cli.queries import open_vectors
    from wordmill.datasets import questions_words_path, word_pairs_path
    from wordmill.evaluation import evaluate_analogies, evaluate_pairs

    vectors = open_vectors(model)
    if not analogies and not pairs:
        analogies, pairs = [questions_words_path()], [word_pairs_path()]
    of_analogies = [
        evaluate_analogies(vectors, path, method=method, restrict_vocab=vocabulary, case=case)
        for path in analogies or []
    ]
    of_pairs = [evaluate_pairs(vectors, path, case=case) for path in pairs or []]
    if json:
        results = {"analogies": [r.to_dict() for r in of_analogies], "pairs": [r.to_dict() for r in of_pairs]}
        print_json(results, indent=2)
        return
    typer.echo("\n\n".join(map(str, [*of_analogies, *of_pairs])))
