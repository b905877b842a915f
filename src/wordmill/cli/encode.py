"""``wordmill encode``: read a corpus once, train on it often."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wordmill.cli.events import EventsOption, GapOption, MissingOption, TableOptions, TimeFormatOption
from wordmill.cli.options import CORPUS, Corpora, corpus_files, corpus_source, setting_files, with_settings
from wordmill.cli.usage import CommandLineError
from wordmill.foreign import quoted

EXAMPLES = "Example: wordmill encode 'logs/*.txt.zst' -o logs.corpus && wordmill train logs.corpus -o model/"


@with_settings(CORPUS)
def command(
    corpus: Corpora,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    max_vocab_size: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=2**40,
            show_default=False,
            help="Distinct words to hold while they are counted, 80 bytes each; left out: 33,554,432. Of more, the "
            "rarer half is forgotten, with a warning that says how short counts may be.",
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(help="The column of texts, where the corpus is a table: JSON lines, CSV, Parquet or Arrow."),
    ] = None,
    events: EventsOption = None,
    session_gap: GapOption = None,
    time_format: TimeFormatOption = None,
    missing: MissingOption = "error",
    *,
    settings: dict[str, Any],
) -> None:
    """Count and encode a corpus into a file that train reads at once."""
    from wordmill.cli.console import note
    from wordmill.cli.outputs import check_apart, check_file_writable
    from wordmill.config import TrainConfig
    from wordmill.corpus import Resources, read_corpus
    from wordmill.sources.table_column import table_column

    source = corpus_source(corpus)
    TrainConfig.from_params(settings)
    table = TableOptions.of(events, session_gap, time_format, missing)
    if table is not None:
        table.check_settings(settings)
    check_file_writable(output)
    check_apart([output], [*corpus_files(source), *setting_files(settings)])
    resources = Resources() if max_vocab_size is None else Resources(max_vocab_size=max_vocab_size)
    opened: Any = source if table is None else table.read(source)
    if text is not None:
        if table is not None:
            raise CommandLineError("--text names a column of texts, and --events reads none")
        opened = table_column(source, text)
    encoded = read_corpus(opened, **settings, resources=resources)
    encoded.save(output)
    note(f"{quoted(encoded)} saved in {output}")
