"""``wordmill map``: a picture of words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from wordmill.cli.options import ModelPath
from wordmill.cli.usage import CommandLineError

EXAMPLES = "Examples: wordmill map model/  |  wordmill map model/ --words words.txt -o map.svg"
TOP = 150


def command(
    model: ModelPath,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The picture to write; its ending decides the format.")
    ] = Path("map.png"),
    words: Annotated[
        Path | None, typer.Option(help="File of words, in lines as you like; a line ': name' starts a group.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=3, help=f"Take so many of the most frequent words; without --words {TOP}.")
    ] = None,
    method: Annotated[
        Literal["pca", "tsne", "umap"], typer.Option(help="How vectors are laid out in the plane.")
    ] = "tsne",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the layout.")] = 1,
) -> None:
    """Draw a map of words on which near vectors lie near."""
    import numpy as np

    from wordmill.cli.console import note
    from wordmill.cli.outputs import check_apart, check_picture_writable
    from wordmill.cli.queries import open_vectors
    from wordmill.errors import counted
    from wordmill.evaluation.groups import read_groups
    from wordmill.plots import check_method, plot_map

    if words is not None and top is not None:
        raise CommandLineError("--words and --top both say which words: give one of them")
    check_picture_writable(output)
    check_method(method)
    check_apart([output], [model, *([] if words is None else [words])])
    vectors = open_vectors(model)
    groups: dict[str, list[Any]]
    if words is None:
        groups = {"": [*vectors.key_table.take(np.arange(min(top or TOP, len(vectors))))]}
    else:
        to_key = vectors.key_table.meant_by
        groups = {name: [*map(to_key, members)] for name, members in read_groups(words).items()}
    drawn = plot_map(vectors, groups, output, method=method, seed=seed)
    note(f"{counted(len(drawn.words), vectors.key_name)} drawn in {output}")
