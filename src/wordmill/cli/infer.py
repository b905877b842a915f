"""``wordmill infer``: vectors of new documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wordmill.cli.options import Corpora, Json, Topn, corpus_files, corpus_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wordmill.training import Doc2Vec

EXAMPLES = (
    "Examples: wordmill infer model/ new.txt  |  wordmill infer model/ new.txt -o new.npz  |  "
    "echo some words | wordmill infer model/ - --topn 3"
)


def command(
    model: Annotated[Path, typer.Argument(help="A model directory of documents: wordmill train --documents.")],
    documents: Corpora,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the vectors, by line number from 0: a model directory or a file."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over each document; left out: as many as in training.")
    ] = None,
    topn: Topn = 10,
    json: Json = False,
) -> None:
    """Give each line a vector, as the documents of a model have them; show the documents nearest to it, or write them.

    The same line always gets the same vector. One without any word that the model knows gets zeros, and is near none.
    """
    from wordmill.cli.console import at_work
    from wordmill.cli.outputs import check_apart, check_model_writable
    from wordmill.saving import check_file
    from wordmill.training import Doc2Vec
    from wordmill.vectors.formats import format_to_write

    source = corpus_source(documents)
    if output is not None:
        check_apart([output], [model, *corpus_files(source)])
        is_directory = format_to_write(output, None) == "directory"
        check_model_writable(output) if is_directory else check_file(output)
    with at_work(f"reading {model}"):
        trained = Doc2Vec.load(model)
    vectors = trained.infer(source if isinstance(source, list) else _as_path(source), epochs=epochs)
    if output is None:
        _show(trained, vectors, topn, json=json)
    else:
        _write(vectors, output)


def _as_path(source: str | Path) -> Any:
    """Name standard input as a source: a text alone would be a document."""
    from wordmill.sources.opening import open_source

    return open_source(source)


def _show(model: Doc2Vec, vectors: NDArray[Any], topn: int, *, json: bool) -> None:
    """Print the documents nearest to each vector."""
    from wordmill.cli.console import print_json, print_rows

    known = [bool(vector.any()) for vector in vectors]
    found = iter(model.dv.nearest(vectors[known], topn) if any(known) else ())
    for line, is_known in enumerate(known):
        neighbors = next(found) if is_known else []
        if json:
            print_json({"document": line, "neighbors": [neighbor._asdict() for neighbor in neighbors]})
        else:
            rows = [(line, neighbor.key, f"{neighbor.similarity:.4f}") for neighbor in neighbors]
            print_rows(("document", "neighbor", "similarity"), rows)


def _write(vectors: NDArray[Any], output: Path) -> None:
    import numpy as np

    from wordmill.cli.console import note
    from wordmill.errors import counted
    from wordmill.vectors import KeyedVectors

    KeyedVectors(np.arange(len(vectors)), vectors, tokenizer=None).save(output)
    note(f"{counted(len(vectors), 'vector')} of {counted(vectors.shape[1], 'number')} written to {output}")
