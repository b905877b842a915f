"""The option --phrases of commands that read a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wordmill.config import TrainConfig

if TYPE_CHECKING:
    from wordmill.corpus import EncodedCorpus, Phrases

__all__ = ["PhrasesOption", "asked_for", "files_of", "read_both"]

PhrasesOption = Annotated[
    str,
    typer.Option(
        help="Join phrases first, new_york: a number of passes to find them in (2 finds up to 4 words), or a file of "
        "wordmill phrases.",
        rich_help_panel="Corpus",
        metavar="INTEGER|FILE",
    ),
]


def asked_for(text: str) -> int | Phrases:
    """Turn the option into a number of passes, or into phrases."""
    from wordmill.corpus.phrases.reading import given_phrases

    return given_phrases(int(text) if text.lstrip("+-").isdecimal() else Path(text))


def files_of(text: str) -> list[Path]:
    """Return the file that the option names."""
    return [] if text.lstrip("+-").isdecimal() else [Path(text)]


def read_both(
    source: str | Path | list[Path],
    held_out: float | Path,
    config: TrainConfig,
    phrases: int | Phrases,
    *,
    quiet: bool,
) -> tuple[EncodedCorpus, float | EncodedCorpus | Path]:
    """Read a corpus, and one that is held out where it is a file, with the same phrases joined in both."""
    from wordmill.cli.training import read
    from wordmill.training.run.reading import read_with_phrases, read_with_same_phrases

    corpus, found = read_with_phrases(source, config, phrases)
    corpus = read(corpus, config, quiet=quiet)
    if found is not None and isinstance(held_out, Path):
        return corpus, read_with_same_phrases(held_out, config, found)
    return corpus, held_out
