"""``wordmill demo``: train on the bundled sample and look at the vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = "Example: wordmill demo --output demo"

EPOCHS = 15
WORDS = ("january", "france", "seven", "music", "river")


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="The directory to write.")] = Path("demo"),
) -> None:
    """Train on the bundled sample (10 MB of Wikipedia), show neighbors of some words, and draw a map and the loss."""
    from wordmill.cli.console import note, print_text, program
    from wordmill.cli.outputs import check_model_writable
    from wordmill.cli.training import read, train_and_save
    from wordmill.config import TrainConfig
    from wordmill.datasets import sample_path
    from wordmill.datasets.word_groups import WORD_GROUPS
    from wordmill.plots import check_method, check_picture, plot_map
    from wordmill.saving import claim

    model_path, map_path, loss_path = output / "model", output / "map.png", output / "loss.png"
    check_model_writable(model_path)
    for picture in (map_path, loss_path):
        check_picture(picture)
    check_method("tsne")
    settings = {"epochs": EPOCHS}
    with claim(model_path):
        corpus = read(str(sample_path()), TrainConfig.from_params(settings), quiet=False)
        model = train_and_save(corpus, settings, model_path, quiet=False)
    plot_map(model.wv, WORD_GROUPS, map_path, title="Words of Wikipedia, by wordmill")
    model.plot(loss_path)
    for word in WORDS:
        neighbors = model.wv.most_similar(word, topn=6)
        print_text(f"{word:>10}   {'  '.join(f'{key} {similarity:.2f}' for key, similarity in neighbors)}")
    note(f"look at {map_path} and {loss_path}; ask for yourself: {program()} nearest {model_path}")
