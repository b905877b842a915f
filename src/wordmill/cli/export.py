"""``wordmill export``: vectors in the format of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wordmill.cli.options import ModelPath

EXAMPLES = "Examples: wordmill export model/ vectors.bin  |  wordmill export model/ vectors.txt.gz --format word2vec"


def command(
    model: ModelPath,
    output: Annotated[Path, typer.Argument(help="The file or model directory to write.")],
    format: Annotated[
        str | None,
        typer.Option(help="word2vec, word2vec-text, word2vec-binary, directory, ...; left out: by the ending."),
    ] = None,
    space: Annotated[
        str | None, typer.Option(help="What to write for white space in keys, which word2vec files cannot hold.")
    ] = None,
) -> None:
    """Write the vectors in a format that other tools read, or read those of another tool into a model directory."""
    from wordmill.cli.console import note
    from wordmill.cli.queries import open_vectors

    vectors = open_vectors(model)
    vectors.save(output, format=format, **({} if space is None else {"space": space}))
    note(f"{len(vectors):,} vectors of {vectors.vector_size} written to {output}")
