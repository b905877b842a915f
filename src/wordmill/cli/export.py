"""``wordmill export``, or ``convert``: vectors from any format into any other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.option_groups import with_options
from wordmill.cli.options import ModelPath
from wordmill.cli.refining import Refining

if TYPE_CHECKING:
    from wordmill.training import Word2Vec
    from wordmill.vectors import KeyedVectors

EXAMPLES = (
    "Examples: wordmill export model/ vectors.bin  |  wordmill export model/ vectors.txt.gz --format word2vec  |  "
    "wordmill convert glove.txt model/  |  wordmill convert damaged.vec model/ --duplicates first  |  "
    "wordmill convert model/ small/ --dtype float16  |  wordmill export model/ model.bin --format fasttext  |  "
    "wordmill export model/ map.parquet --format embedding-atlas  |  wordmill export model/ vectors.usearch  |  "
    "wordmill export model/ better.bin --outputs 0.25 --centre"
)
CONVERT = "Another name of export: read vectors of any format, and write them in any other."


@with_options(refining=Refining)
def command(
    model: ModelPath,
    output: Annotated[Path, typer.Argument(help="The file or model directory to write.")],
    format: Annotated[
        str | None,
        typer.Option(help="word2vec, glove, parquet, embedding-atlas, usearch, ...; left out: by the ending."),
    ] = None,
    space: Annotated[
        str | None, typer.Option(help="What to write for white space in keys, which word2vec files cannot hold.")
    ] = None,
    dtype: Annotated[
        Literal["float32", "float16", "int8"] | None,
        typer.Option(
            help="How a model directory or an index stores numbers; by how much similarities change is shown."
        ),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The format of the file that is read; left out: by its content.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many vectors at most, the first ones.")] = None,
    max_buckets: Annotated[
        int | None,
        typer.Option(min=1, help="Keep so many n-grams of a model with subwords at most, the important ones."),
    ] = None,
    errors: Annotated[
        Literal["strict", "replace", "ignore"], typer.Option(help="Keys of a file that are not UTF-8.")
    ] = "strict",
    duplicates: Annotated[
        Literal["error", "first"], typer.Option(help="Keys that a file has twice: an error, or the first counts.")
    ] = "error",
    keys: Annotated[
        Literal["str", "int"], typer.Option(help="Whether the keys of a file are words or integers.")
    ] = "str",
    encoding: Annotated[
        str, typer.Option(help="What a file of text, and keys in others, are in: latin-1, utf-16, ...")
    ] = "utf-8",
    *,
    refining: Refining,
) -> None:
    """Write the vectors in a format that other tools read, or read those of another tool into a model directory.

    With --format fasttext a model is written whole, so that others can train on; with --limit or --max-buckets without
    its output vectors. Words that were never seen have no vector where the vectors were changed.
    """
    from wordmill.cli.console import at_work, note
    from wordmill.cli.outputs import check_apart, check_model_writable
    from wordmill.errors import counted
    from wordmill.saving import check_file
    from wordmill.vectors import KeyedVectors
    from wordmill.vectors.formats import format_to_write
    from wordmill.vectors.formats.directory import is_model_directory, load_model

    form = format_to_write(output, format)
    check_apart(_files(output, form), _files(model))
    check_model_writable(output) if form == "directory" else check_file(output)
    with at_work(f"reading {model}"):
        vectors = KeyedVectors.load(
            model, format=from_, limit=limit, errors=errors, duplicates=duplicates, keys=keys, encoding=encoding
        )
    if max_buckets is not None:
        refining.refuse("--max-buckets", "keeps n-grams, which changed vectors have none of")
        vectors = _with_fewer_buckets(vectors, max_buckets)
    vectors = refining.apply(model, vectors)
    options: dict[str, Any] = {name: value for name, value in (("space", space), ("dtype", dtype)) if value is not None}
    if form == "directory" and is_model_directory(model):
        saved = load_model(model, verify=False)
        options |= {"settings": saved.settings, "documents": saved.documents}
    trained = None
    if form == "fasttext" and not (options or refining) and limit is None and max_buckets is None:
        trained = _to_train_on(model)
    with at_work(f"writing {output}"):
        vectors.save(output, format=format, **options) if trained is None else trained.save_fasttext(output)
    whole = "" if trained is None else ", with the output vectors that training on needs"
    note(f"{counted(len(vectors), 'vector')} of {counted(vectors.vector_size, 'number')} written to {output}{whole}")
    refining.tell()
    if dtype is not None and form == "directory":
        storage = load_model(output, verify=False).storage
        note(f"stored as {dtype}: similarities change by {storage.get('similarity_error', 0):.2g} at most")


def _to_train_on(path: Path) -> Word2Vec | None:
    """Load a model with all that training on needs; None where that is not there, or it is vectors alone."""
    from wordmill.training import Word2Vec
    from wordmill.vectors.formats.directory import is_model_directory, load_model

    if not is_model_directory(path):
        return None
    saved = load_model(path, verify=False)
    return None if saved.training is None or "params" not in saved.settings else Word2Vec.load(path)


def _with_fewer_buckets(vectors: KeyedVectors, most: int) -> KeyedVectors:
    """Keep the n-grams that matter most, and say what that costs."""
    from wordmill.cli.console import note
    from wordmill.vectors.subword_parts import fewer_buckets

    subwords, likeness = fewer_buckets(vectors, most)
    note(f"{len(subwords.rows):,} n-grams kept: words made of them alone have a cosine of {likeness:.3f} with before")
    return vectors.replace(keys=vectors.key_table, vectors=vectors.vectors, counts=vectors.counts, subwords=subwords)


def _files(path: Path, format: str = "") -> list[Path]:
    """Return the files that a path stands for, to be read where no format is given: some formats have two."""
    from wordmill.vectors.formats import FORMATS

    if not format and ".tsv" in path.suffixes:
        format = "projector"
    beside = FORMATS[format].beside if format else None
    return [path] if beside is None else [path, beside(path)]
