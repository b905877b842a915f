"""``wordmill export``: vectors in the format of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from wordmill.cli.options import ModelPath

EXAMPLES = (
    "Examples: wordmill export model/ vectors.bin  |  wordmill export model/ vectors.txt.gz --format word2vec  |  "
    "wordmill export damaged.vec model/ --duplicates first"
)


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
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many vectors of a file at most.")] = None,
    errors: Annotated[
        Literal["strict", "replace", "ignore"], typer.Option(help="Keys of a file that are not UTF-8.")
    ] = "strict",
    duplicates: Annotated[
        Literal["error", "first"], typer.Option(help="Keys that a file has twice: an error, or the first counts.")
    ] = "error",
    keys: Annotated[
        Literal["str", "int"], typer.Option(help="Whether the keys of a file are words or integers.")
    ] = "str",
) -> None:
    """Write the vectors in a format that other tools read, or read those of another tool into a model directory."""
    from wordmill.cli.console import note
    from wordmill.vectors import KeyedVectors

    vectors = KeyedVectors.load(model, limit=limit, errors=errors, duplicates=duplicates, keys=keys)
    vectors.save(output, format=format, **({} if space is None else {"space": space}))
    note(f"{len(vectors):,} vectors of {vectors.vector_size} written to {output}")
