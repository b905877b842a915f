"""``wordmill train``: from a corpus to a model directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wordmill.cli.console import print_rows
from wordmill.cli.options import Corpora, corpus_source, with_settings
from wordmill.config import TrainConfig

if TYPE_CHECKING:
    from wordmill.corpus import EncodedCorpus

EXAMPLES = (
    "Examples: wordmill train corpus.txt -o model/  |  "
    "wordmill train 'shards/*.zst' -o model/ --architecture cbow --vector-size 300  |  "
    "zcat x.gz | wordmill train - -o model/"
)


@with_settings()
def command(
    corpus: Corpora,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The model directory to write; a model there is replaced.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the corpus, show what training would take, and stop.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show errors only.")] = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Train vectors on a corpus.

    Ctrl-C and SIGTERM stop it, and the vectors so far are saved (exit code 130 or 143); a second Ctrl-C leaves at once.
    """
    from wordmill.cli.outputs import check_model_writable
    from wordmill.cli.training import read, train_and_save

    source = corpus_source(corpus)
    config = TrainConfig.from_params(settings)
    if output is not None:
        check_model_writable(output)
    elif not dry_run:
        raise typer.BadParameter("say where the model goes: -o model/", param_hint="--output")
    encoded = read(source, config, quiet=quiet)
    if output is None or dry_run:
        print_rows(("what", "value"), _outlook(encoded, config))
    else:
        train_and_save(encoded, settings, output, quiet=quiet)


def _outlook(corpus: EncodedCorpus, config: TrainConfig) -> Iterator[tuple[str, str]]:
    """Yield what training would take, as names and values."""
    from wordmill.training.memory import estimate_memory

    memory = estimate_memory(len(corpus.vocab), config.vector_size, len(corpus.ids))
    yield "tokens read", f"{corpus.tokens_read:,}"
    yield "tokens in vocabulary", f"{len(corpus.ids):,}"
    yield "sequences", f"{len(corpus):,}"
    yield "vocabulary", f"{len(corpus.vocab):,}"
    for part, size in memory.items():
        yield f"memory: {part}", f"{size / 2**20:,.1f} MiB"
    yield "memory together", f"{sum(memory.values()) / 2**20:,.1f} MiB"
    for name, value in asdict(config.resolved()).items():
        yield name, str(value)
