"""``wordmill tune``: settings that do better than the defaults, within a budget of time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wordmill.cli.events import EventsOption, GapOption, MissingOption, TableOptions, TimeFormatOption
from wordmill.cli.options import ALL, Corpora, Json, corpus_files, corpus_source, setting_files, with_settings

if TYPE_CHECKING:
    from wordmill.tuning import Tuned

EXAMPLES = (
    "Examples: wordmill tune clicks.csv --events user,item,time --budget 5m --log tune.jsonl --plot tune.png  |  "
    "wordmill tune corpus.txt --metric analogies --space words --budget 1h"
)


@with_settings(ALL - {"Documents"}, presets=True)
def command(
    corpus: Corpora,
    metric: Annotated[
        str, typer.Option(help="hr@10, mrr@10, ndcg@10 (next items), analogies or pairs (the bundled questions).")
    ] = "hr@10",
    budget: Annotated[str, typer.Option(help="How long it may take: 90s, 10m or 2h.")] = "10m",
    space: Annotated[Literal["items", "words"], typer.Option(help="Which settings are tried.")] = "items",
    trials: Annotated[int | None, typer.Option(min=1, help="Stop after so many, too.")] = None,
    log: Annotated[
        Path | None, typer.Option(help="A line of JSON for each trial; the same command goes on where it ends.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw score against cost, and what mattered: tune.png.")] = None,
    split: Annotated[
        Literal["time", "last"] | None,
        typer.Option(help="Hold out the latest events, or the last of each sequence; time if there are times."),
    ] = None,
    share: Annotated[float, typer.Option(help="The share of events that are the latest.")] = 0.1,
    context: Annotated[
        Literal["last", "mean"], typer.Option(help="Foretell from the last item, or the mean of all seen.")
    ] = "last",
    exclude_seen: Annotated[bool, typer.Option("--exclude-seen", help="Never foretell what was seen.")] = False,
    json: Json = False,
    events: EventsOption = None,
    session_gap: GapOption = None,
    time_format: TimeFormatOption = None,
    missing: MissingOption = "error",
    *,
    settings: dict[str, Any],
) -> None:
    """Search for settings that do better on a corpus than those given, or the defaults, which are tried first.

    Settings are chosen by a part of the corpus that is not trained on, and the verdict is by another part that nothing
    was chosen by.
    """
    from wordmill.cli.console import at_work, note, print_json, print_text, program
    from wordmill.config import TrainConfig
    from wordmill.training import Word2Vec
    from wordmill.tuning import tune

    source = corpus_source(corpus)
    TrainConfig.from_params(settings)
    table = TableOptions.of(events, session_gap, time_format, missing)
    if table is not None:
        table.check_settings(settings)
    _check(log, plot, [*corpus_files(source), *setting_files(settings)])
    opened = source if table is None else table.read(source)
    with at_work(f"searching for {budget}"):
        tuned = tune(
            opened,
            metric,
            budget,
            space,
            model=Word2Vec(**settings),
            split=split,
            share=share,
            context=context,
            exclude_seen=exclude_seen,
            trials=trials,
            log=log,
            seed=settings["seed"],
        )
    if plot is not None:
        tuned.plot(plot)
    if json:
        print_json(tuned.to_dict(), indent=2)
        return
    print_text(str(tuned))
    note(f"now train by them: {program()} train {' '.join(corpus)} -o MODEL{_options(tuned)}")


def _check(log: Path | None, plot: Path | None, sources: list[Path | None]) -> None:
    """Raise a `WordmillError` where an output cannot be written, or is a source."""
    from wordmill.cli.outputs import check_apart, check_file_writable, check_picture_writable

    if log is not None:
        check_file_writable(log)
    if plot is not None:
        check_picture_writable(plot)
    check_apart([path for path in (log, plot) if path is not None], sources)


def _options(tuned: Tuned) -> str:
    """Write the settings that were found as options."""
    from wordmill.cli.wording import as_options

    shown = {name: f"{value:.4g}" if isinstance(value, float) else str(value) for name, value in tuned.changed.items()}
    return "".join(f" {as_options(f'{name}={value}', tuned.changed)}" for name, value in shown.items())
