"""``wordmill explore``: look around in vectors, in the browser or in one file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from socket import socket
from typing import Annotated, Literal

import typer

from wordmill.cli.usage import CommandLineError

EXAMPLES = (
    "Examples: wordmill explore model/  |  wordmill explore model/ --html map.html  |  "
    "wordmill explore new/ old/  |  wordmill explore glove.txt --groups animals.txt --analogies questions-words.txt"
)


def command(
    models: Annotated[
        list[Path] | None,
        typer.Argument(metavar="MODEL...", help="A model directory, or a file of vectors; a second one to compare."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write one HTML file that works by itself, and start nothing.")
    ] = None,
    keys: Annotated[int, typer.Option(min=1, help="Keys on the map, the most frequent ones.")] = 50_000,
    umap: Annotated[
        bool | None,
        typer.Option("--umap/--no-umap", help="Lay them out by UMAP, too; left out: where it is installed."),
    ] = None,
    groups: Annotated[
        list[Path] | None, typer.Option(help="File of words to colour, in groups under ': name' lines.")
    ] = None,
    analogies: Annotated[list[Path] | None, typer.Option(help="File of analogies: which fail is shown.")] = None,
    pairs: Annotated[list[Path] | None, typer.Option(help="File of word pairs: which fail is shown.")] = None,
    checkpoints: Annotated[Path | None, typer.Option(help="Directory of checkpoints: the training as a film.")] = None,
    kind: Annotated[
        Literal["words", "items", "documents", "nodes", "vectors"] | None,
        typer.Option(help="What the keys are; of a model of documents: documents, or words."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the server listens; 0 is any free port.")] = 0,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open the browser.")] = True,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of UMAP and of clusters.")] = 1,
) -> None:
    """Look around in vectors: a map with exact neighbours, analogies, directions, two models side by side.

    It opens the browser on a server that only this machine can reach, until Ctrl-C; with --html it writes one file.
    """
    from wordmill.cli.console import at_work, note
    from wordmill.cli.outputs import check_apart, check_file_writable
    from wordmill.errors import counted
    from wordmill.explorer import explore
    from wordmill.explorer.projection.umap import LEAST

    models = models or []
    if len(models) > 2:
        raise CommandLineError("explore compares two models: give one or two")
    if not models and checkpoints is None:
        raise CommandLineError("give a model: wordmill explore model/, or --checkpoints DIR")
    if html is not None:
        check_file_writable(html)
        check_apart([html], [*models, *(groups or []), *(analogies or []), *(pairs or [])])
    taken = None if html is not None else _listen(port)
    with at_work("reading vectors") as progress:
        explorer = explore(
            *models,
            keys=keys,
            umap=umap,
            groups=groups or [],
            analogies=analogies or [],
            pairs=pairs or [],
            checkpoints=checkpoints,
            kind=kind,
            seed=seed,
            progress=progress,
        )
    if umap is None and len(explorer.map.layouts) == 1 and len(explorer.map.shown) >= LEAST:
        note("laid out by PCA alone; for UMAP too: python -m pip install 'wordmill[umap]'")
    if html is None:
        with contextlib.suppress(KeyboardInterrupt):  # which is how it ends
            explorer.serve(taken=taken, browser=browser, announce=lambda line: note(f"{line}; Ctrl-C ends it"))
        note("ended")
    else:
        explorer.save(html)
        vectors = explorer.map.vectors
        drawn = counted(len(explorer.map.shown), vectors.key_name)
        note(f"{drawn} of {len(vectors):,} drawn in {html}")


def _listen(port: int) -> socket:
    """Take the port before the work, so that one in use is told at once."""
    from wordmill.serving import listen

    return listen("127.0.0.1", port)
