"""``wordmill demo``: train on the bundled sample and look at the vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = "Example: wordmill demo --output demo"

WORDS = ("january", "france", "seven", "music", "river")


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="The directory to write.")] = Path("demo"),
) -> None:
    """Train on the bundled sample (10 MB of Wikipedia), show the neighbors of some words, and save the model."""
    from wordmill.cli.console import note
    from wordmill.cli.outputs import check_model_writable
    from wordmill.cli.training import read, train_and_save
    from wordmill.config import TrainConfig
    from wordmill.datasets import sample_path

    model_path = output / "model"
    check_model_writable(model_path)
    settings = {"epochs": 15}
    corpus = read(str(sample_path()), TrainConfig.from_params(settings), quiet=False)
    model = train_and_save(corpus, settings, model_path, quiet=False)
    for word in WORDS:
        neighbors = "  ".join(
            f"{neighbor.key} {neighbor.similarity:.2f}" for neighbor in model.wv.most_similar(word, topn=6)
        )
        typer.echo(f"{word:>10}   {neighbors}")
    note(f"now ask for yourself: wordmill nearest {model_path}")
